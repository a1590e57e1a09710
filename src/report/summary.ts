import type { Evaluation } from '../evaluate/index.js'
import { calibrationText } from './calibration.js'
import type { SummaryInput } from './input.js'
import { commonestMistakes } from './mistakes.js'
import { alignedTable, duration, loss, range, share, shortLabel } from './text.js'
import { verdictOf } from './verdict.js'

/** Matrices of more classes than this do not fit a terminal; the commonest mistakes are listed instead. */
const MATRIX_CLASSES = 7
const LISTED_MISTAKES = 8
/** A terminal shows so many classes; of more, those that are recognised worst. */
const LISTED_CLASSES = 24
const WORST_CLASSES = 12

/** The report in a few aligned lines for a terminal, without colours or control characters. Ends with a newline. */
export function summaryText(input: SummaryInput): string {
  const { evaluation, calibration, stages } = input
  const verdict = verdictOf(input)
  const blocks = [
    [`${verdict.score} ${verdict.what} (${verdict.interval})`, ...verdict.notes].join('\n'),
    ...(verdict.warnings.length > 0 ? [verdict.warnings.map(warning => `! ${warning}`).join('\n')] : []),
    ...(stages.length > 0 ? [stageTable(input)] : []),
    classTable(evaluation),
    evaluation.labels.length <= MATRIX_CLASSES ? matrix(evaluation) : mistakes(evaluation),
    ...(calibration ? [calibrationText(calibration)] : []),
  ]
  return `${blocks.join('\n\n')}\n`
}

function stageTable({ stages }: SummaryInput): string {
  return alignedTable([
    ['stage', 'epochs', 'train loss', 'valid loss', 'accuracy', '95 % interval', 'time'],
    ...stages.map(stage => {
      const last = stage.epochs.at(-1)
      return [
        stage.name,
        stage.epochs.length === 0 ? '–' : String(stage.epochs.length),
        loss(last?.trainLoss ?? null),
        loss(last?.validLoss ?? null),
        share(stage.accuracy),
        range(stage.interval),
        duration(stage.seconds),
      ]
    }),
  ])
}

function classTable({ perClass }: Evaluation): string {
  if (perClass.length <= LISTED_CLASSES) return tableOf('class', perClass)
  const worst = perClass.toSorted((a, b) => (a.f1 ?? 1) - (b.f1 ?? 1)).slice(0, WORST_CLASSES)
  const rest = `  … and ${perClass.length - worst.length} more classes, all of them in the report`
  return `${tableOf('recognised worst', worst)}\n${rest}`
}

function tableOf(title: string, classes: Evaluation['perClass']): string {
  return alignedTable([
    [title, 'photos', 'recall', '95 % interval', 'precision', 'F1', 'AUC'],
    ...classes.map(c => [
      shortLabel(c.label),
      String(c.support),
      share(c.recall),
      range(c.recallInterval),
      share(c.precision),
      share(c.f1),
      share(c.auc),
    ]),
  ])
}

function matrix({ labels, confusion }: Evaluation): string {
  return alignedTable([
    ['true \\ taken for', ...labels.map(shortLabel)],
    ...confusion.map((row, k) => [shortLabel(labels[k]), ...row.map(String)]),
  ])
}

function mistakes({ labels, confusion }: Evaluation): string {
  const found = commonestMistakes(confusion, LISTED_MISTAKES)
  if (found.length === 0) return 'No mistakes.'
  return alignedTable([
    ['commonest mistakes', 'taken for', 'times'],
    ...found.map(({ truth, predicted, count }) => [
      shortLabel(labels[truth]),
      shortLabel(labels[predicted]),
      String(count),
    ]),
  ])
}
