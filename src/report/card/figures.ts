import { markdownTable } from '../../core/index.js'
import { mayBe } from '../../evaluate/index.js'
import { answeredText, coverageText, foreignText } from '../answered.js'
import { floorRange, judgement } from '../calibration.js'
import { loss, range, share } from '../text.js'
import type { CardCalibration, CardInput, ClassRow } from './input.js'
import { words } from './words.js'

/** Classes in the table; of more, those that are recognised worst. */
const LISTED_CLASSES = 50

/** Accuracy on each set of photos, then class by class. */
export function figuresTables({ figures, perClass, labels }: CardInput): string {
  const rows = figures.map(({ what, count, right, accuracy, interval }) => [
    what,
    String(count),
    String(right),
    share(accuracy),
    range(interval),
  ])
  const few = figures.flatMap(({ what, accuracy, count, interval, isPlain }) =>
    isPlain && accuracy !== null && interval !== null
      ? (mayBe({ accuracy, count, interval }, what) ?? [])
      : [],
  )
  return [
    markdownTable([['measured on', 'photos', 'right', 'accuracy', '95 % interval'], ...rows]),
    ...few.map(claim => `**${claim}.** That few photos bear out no more.`),
    ...(perClass.length === 0 ? [] : [classTable(perClass, labels.length)]),
  ].join('\n\n')
}

function classTable(perClass: readonly ClassRow[], classes: number): string {
  const shown =
    classes <= LISTED_CLASSES
      ? perClass
      : perClass.toSorted((a, b) => (a.recall ?? 1) - (b.recall ?? 1)).slice(0, LISTED_CLASSES)
  const rows = shown.map(({ label, support, recall, recallInterval, precision }) => [
    words(label),
    String(support),
    share(recall),
    range(recallInterval),
    share(precision),
  ])
  const table = markdownTable([['label', 'photos', 'recall', '95 % interval', 'precision'], ...rows])
  return shown.length === classes
    ? table
    : `${table}\n\nThe ${shown.length} of ${classes} labels that are recognised worst.`
}

/** Calibration, before and after the temperature. */
export function belief({ calibration }: CardInput): string {
  if (!calibration) return 'Nobody has measured that.'
  return [
    `They are off by ${share(calibration.ece)} on average; ${judgement(calibration)}.`,
    calibrationTable(calibration),
    'The calibration error is the gap between the probability stated and the share of answers that were right. Log loss and Brier score say how far ' +
      'the probabilities are from the truth, photo by photo: 0 is best.',
    temperatureSentence(calibration),
  ].join('\n\n')
}

function calibrationTable({ ece, interval, floor, logLoss, brier, before }: CardCalibration): string {
  const row = (what: string, after: string, was: string | undefined) =>
    before ? [what, was ?? '', after] : [what, after]
  return markdownTable([
    row(' ', before ? 'after' : 'as it is', 'before'),
    row('calibration error', share(ece), share(before?.ece)),
    row('its 95 % interval', range(interval), undefined),
    row('what luck makes of perfect probabilities', range(floorRange(floor)), undefined),
    row('log loss', loss(logLoss), before ? loss(before.logLoss) : undefined),
    row('Brier score', share(brier), share(before?.brier)),
  ])
}

function temperatureSentence({ temperature, fittedOn, before }: CardCalibration): string {
  const on = fittedOn === undefined ? '' : `, found on ${words(fittedOn)}`
  if (before === null)
    return fittedOn === undefined
      ? 'They are as the network gave them: no photos were left out of training to correct them by.'
      : `They are as the network gave them: ${words(fittedOn)}, gave no clear reason to correct them.`
  return `"After" is after a correction that the file carries: before the softmax, outputs are divided by ${temperature.toFixed(2)}, the temperature${on}. The photos measured here took no part in that.`
}

/** What it does not answer, what can be promised of that and what not. */
export function neither({ abstention, rest, model }: CardInput): string {
  const { figures, part, coverage, method, why } = abstention ?? {}
  if (!abstention || why !== undefined)
    return `Nothing: it takes whatever a photo shows for one of its labels, and may be very sure of it.${why === undefined ? '' : ` ${words(why)}`}`
  const asked =
    `A photo that is like none of those it learnt from is "neither", however sure of a label the model is: its output \`known\` is below ${model.threshold ?? 'the threshold'} then. ` +
    `${coverageText(coverage)}${words(method ?? '')}`
  const seen = figures
    ? `${answeredText(figures, part ?? 'validation')} Share answered: ${share(figures.coverage)} (95 % interval ${range(figures.interval)}).`
    : 'No photos were left to measure that by.'
  const other =
    rest === undefined
      ? []
      : [
          `The label **${words(rest)}** stands for everything else, so foreign things may belong to it: "neither" and that label are answers to the same question, and either may come.`,
        ]
  return [asked.trim(), seen, foreignText, ...other].join('\n\n')
}
