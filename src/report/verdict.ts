import { type AccuracyFigure, type Evaluation, mayBe } from '../evaluate/index.js'
import { answeredText } from './answered.js'
import { backgroundText } from './background.js'
import type { DataFacts, ReportInput, SummaryInput } from './input.js'
import { lostPhotos } from './lost.js'
import { list, plural, range, visible } from './text.js'

/** What the run comes to, in sentences; shared by the page and the terminal. */
export interface Verdict {
  /** "97 of 100". */
  readonly score: string
  /** "validation photos right". */
  readonly what: string
  /** "95 % interval 0.92 to 0.99". */
  readonly interval: string
  /** The same photos judged otherwise. */
  readonly notes: readonly string[]
  /** Reasons to trust the score less. */
  readonly warnings: readonly string[]
}

export function verdictOf(input: SummaryInput): Verdict {
  const { evaluation, tta, test, data, choice } = input
  const part = input.part ?? 'validation'
  return {
    score: scoreOf(evaluation),
    what: `${part} photos right`,
    interval: `95 % interval ${range(evaluation.interval)}`,
    notes: [
      ...(tta
        ? [
            `Judged by the mean of the plain photo and ${plural(tta.views, 'augmented view')}: ` +
              `${figure(tta.evaluation)}.`,
          ]
        : []),
      baseline(evaluation),
      ...abstentionNote(input, part),
      ...(test ? [`Of the test photos, kept apart from all choices: ${figure(test.evaluation)}.`] : []),
      ...(choice?.fineTuning === undefined ? [] : [visible(choice.fineTuning)]),
    ],
    warnings: [
      ...fewWarning(evaluation, part),
      ...(test ? fewWarning(test.evaluation, 'test') : []),
      ...(data.learnt === undefined
        ? leakWarning(evaluation, data.leaks, part)
        : learntWarning(evaluation, data.leaks)),
      ...(test ? leakWarning(test.evaluation, test.leaks, 'test') : []),
      ...data.hints.map(visible),
      ...[lostPhotos(data.unreadable, data.photos) ?? []].flat(),
    ],
  }
}

/** A claim that so few photos do not bear out. */
function fewWarning(evaluation: Evaluation, part: string): string[] {
  const claim = mayBe(evaluation, `${part} photos`)
  return claim === undefined
    ? []
    : [`${claim}. More photos to measure on would tell, or "evaluate --folds 5", which measures every photo.`]
}

/** How many photos it answers; what "neither" is worth. */
function abstentionNote({ abstention }: SummaryInput, part: string): string[] {
  if (!abstention) return []
  const { figures, why } = abstention
  if (why !== undefined) return [`It cannot say "neither": ${visible(why)}`]
  const others = abstention.background ? [backgroundText(abstention.background)] : []
  if (!figures) return others
  return [answeredText(figures, abstention.part ?? part), ...others]
}

/** Copies named in a sentence; the report's table has all. */
const NAMED_LEAKS = 3

/** Labels that fit into a heading; of more, some are named. */
const HEADING_LABELS = 4

/** Heading of the report: "chiquito or not", "cat, dog, horse and 9 more". */
export function titleOf(input: ReportInput): string {
  if (input.title !== undefined) return visible(input.title)
  const labels = input.evaluation.labels.map(visible)
  if (labels.length <= HEADING_LABELS) return list(labels, 'or')
  return `${labels.slice(0, HEADING_LABELS - 1).join(', ')} and ${labels.length - HEADING_LABELS + 1} more`
}

function scoreOf({ right, count }: Pick<AccuracyFigure, 'right' | 'count'>): string {
  return `${right} of ${count}`
}

function figure(seen: AccuracyFigure): string {
  return `${scoreOf(seen)} right (${range(seen.interval)})`
}

function baseline({ perClass, count }: Evaluation): string {
  const commonest = perClass.reduce((best, c) => (c.support > best.support ? c : best))
  return `Always answering “${visible(commonest.label)}” would get ${commonest.support} of ${count}.`
}

function leakWarning({ withoutCopies }: Evaluation, leaks: DataFacts['leaks'], part: string): string[] {
  if (leaks.length === 0 && withoutCopies === null) return []
  const known =
    leaks.length === 1
      ? `1 ${part} photo is an exact copy`
      : `${leaks.length} ${part} photos are exact copies`
  return [`${known} of training photos${named(leaks)}${without(withoutCopies)}.`]
}

/** Of photos from elsewhere: those that the run learnt from show what it remembers, not what it can tell. */
function learntWarning({ withoutCopies, count }: Evaluation, leaks: DataFacts['leaks']): string[] {
  if (leaks.length === 0) return []
  if (leaks.length === count)
    return ['The run learnt from these very photos, so this does not say how it does on others.']
  const are = `${leaks.length} of these ${count} photos ${leaks.length === 1 ? 'is' : 'are'}`
  return [`${are} among those that the run learnt from${named(leaks)}${without(withoutCopies)}.`]
}

function without(figures: Evaluation['withoutCopies']): string {
  return figures && figures.count > 0 ? `; without them ${figure(figures)}` : ''
}

function named(leaks: DataFacts['leaks']): string {
  const names = leaks.slice(0, NAMED_LEAKS).map(leak => visible(leak.valid))
  const more = leaks.length - names.length
  return names.length > 0 ? ` (${list(more > 0 ? [...names, `${more} more`] : names)})` : ''
}
