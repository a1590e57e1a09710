import type { AbstentionFigures } from '../evaluate/index.js'

/** A share as a percentage: "95 %", "97.5 %". */
function percent(value: number): string {
  return `${Number((100 * value).toFixed(1))} %`
}

/** What "neither" was on photos with known classes: how many it was said of, and what became of the others. */
export function answeredText(
  { count, leftOut, abstained, answered, wrongKeptBack }: AbstentionFigures,
  part: string,
): string {
  const spared = wrongKeptBack === 0 ? '' : `, and would have been wrong on ${wrongKeptBack} of them`
  const others = leftOut === 0 ? '' : ` (${leftOut} more, or copies of them, had a part in making the model)`
  return `It says "neither" of ${abstained} of ${count} ${part} photos${others}${spared}; of the ${answered.count} that it answers, ${answered.right} are right.`
}

/** What the threshold is to keep; where it comes from is said behind it. */
export function coverageText(coverage: number | undefined): string {
  return coverage === undefined
    ? ''
    : `About ${percent(coverage)} of new photos that show one of the labels are to be answered. `
}

/** What can be promised of foreign photos, and what not. */
export const foreignText =
  'What is far from all labels, such as another kind of thing in another kind of picture, is mostly turned away; less often where ' +
  'all layers were fine-tuned or the photos were few. What is near to them, such as another person where a label is a person, often is not: that cannot be promised.'
