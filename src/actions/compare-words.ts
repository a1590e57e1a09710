import { plural } from '../core/index.js'
import { often } from '../evaluate/index.js'
import { alignedTable, lostPhotos, range, share, visible } from '../report/index.js'
import type { NotCompared, RecordedModel } from './compare-photos.js'
import type { CompareResult } from './comparison.js'

/** As seldom as this chance may make a difference that is called one. */
const LEVEL = 0.05

type Facts = Pick<
  CompareResult,
  'first' | 'second' | 'count' | 'pValue' | 'onlyFirstRight' | 'onlySecondRight' | 'interval'
>

/** Which is better, and a sentence or two that say so. */
export function verdictOf(facts: Facts): Pick<CompareResult, 'better' | 'verdict'> {
  const { first, second, count, pValue, onlyFirstRight, onlySecondRight } = facts
  const photos = plural(count, 'photo')
  const differing = onlyFirstRight + onlySecondRight
  if (differing === 0)
    return {
      better: 'neither',
      verdict: `No difference: of ${photos} both have the same right. ${unknown(facts)}`,
    }
  const lead = Math.abs(onlySecondRight - onlyFirstRight)
  if (lead === 0)
    return {
      better: 'neither',
      verdict: `No difference: of ${photos} each has ${first.right} right, though not the same ones (${differing} differ). ${unknown(facts)}`,
    }
  const chance = `with ${photos}, ${lead} more right happens by chance in ${often(pValue)} comparisons`
  if (pValue >= LEVEL)
    return { better: 'neither', verdict: `This difference is noise: ${chance}. ${unknown(facts)}` }
  const better = onlySecondRight > onlyFirstRight ? 'second' : 'first'
  return {
    better,
    verdict: `This difference is no noise: ${chance}. Better is "${visible({ first, second }[better].given)}".`,
  }
}

/** What is said of a model beside itself: nothing is left to chance there. */
export function oneModel(count: number): Pick<CompareResult, 'better' | 'verdict'> {
  return {
    better: 'neither',
    verdict: `Both are the same model, byte for byte, so they agree on all ${plural(count, 'photo')}, and would on any other.`,
  }
}

/** Noise is no proof that two are equally good. */
function unknown({ interval: [low, high] }: Facts): string {
  return `The second's accuracy may be anything from ${beside(low)} to ${beside(high)}; more photos would tell.`
}

/** A difference of accuracies in words: "2.5 percentage points lower". */
function beside(difference: number): string {
  const points = Math.abs(difference * 100)
    .toFixed(1)
    .replace(/\.0$/, '')
  if (points === '0') return 'the same'
  return `${points} percentage ${points === '1' ? 'point' : 'points'} ${difference < 0 ? 'lower' : 'higher'}`
}

/** What is not compared on, and what is not known. */
export function noticesOn(
  { notInBoth, learnt, disputed, copies }: NotCompared,
  models: readonly RecordedModel[],
): string[] {
  const out = (count: number, why: string) =>
    count === 0 ? [] : [`${plural(count, 'photo')} left out: ${why}.`]
  const unknownOf = models.filter(({ record }) => record === undefined)
  return [
    ...out(
      learnt,
      learnt === 1
        ? 'one of the two has learnt from it, or from an exact copy'
        : 'one of the two has learnt from them, or from exact copies',
    ),
    ...out(notInBoth, 'measured by one of the two runs only'),
    ...out(disputed, 'the two runs have them in different classes'),
    ...out(copies, 'exact copies of photos that are counted'),
    ...new Set(
      unknownOf.map(
        ({ given, why }) =>
          `What "${visible(given)}" learnt from is not known (${visible(why ?? '')}): should it be among these photos, the comparison favours it.`,
      ),
    ),
  ]
}

/** The result for a terminal. */
export function comparisonText(result: CompareResult): string {
  const { first, second, bothRight, bothWrong, onlyFirstRight, onlySecondRight, count, unreadable } = result
  const rows = [first, second].map(({ given, right, accuracy, interval }) => [
    visible(given),
    `${right} of ${count}`,
    share(accuracy),
    range(interval),
  ])
  const notes = [...result.notes, ...[lostPhotos(unreadable, count + unreadable.length) ?? []].flat()]
  return [
    result.verdict,
    '',
    ...notes.map(note => `! ${note}`),
    ...(notes.length > 0 ? [''] : []),
    alignedTable([['model', 'right', 'accuracy', '95 % interval'], ...rows]),
    '',
    `difference  ${signed(result.difference)} (${signed(result.interval[0])} to ${signed(result.interval[1])}), second minus first`,
    `both right ${bothRight}, only the first ${onlyFirstRight}, only the second ${onlySecondRight}, both wrong ${bothWrong}`,
    `p = ${result.pValue.toPrecision(2)} (McNemar's exact test)`,
    `in ${result.seconds.toFixed(1)} s`,
    '',
  ].join('\n')
}

function signed(value: number): string {
  const text = value.toFixed(3)
  return Number(text) === 0 ? '0.000' : value > 0 ? `+${text}` : text
}
