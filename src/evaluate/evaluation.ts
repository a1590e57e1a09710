import { argumentError } from '../core/index.js'
import {
  type ClassMetrics,
  classMetrics,
  confusionMatrix,
  type Interval,
  type MacroMetrics,
  macroMetrics,
  predictions,
  type Rows,
  ratio,
  wilson,
} from './metrics.js'
import {
  brier,
  checkProbabilities,
  expectedCalibrationError,
  logLoss,
  oneVersusRestAuc,
  type ReliabilityBin,
  reliability,
  rocAucOf,
} from './scores.js'

/** How many of how many were right, and the 95 % interval of the share; null without photos. */
export interface AccuracyFigure {
  readonly count: number
  readonly right: number
  readonly accuracy: number | null
  readonly interval: Interval | null
}

/** One class: its label, its area under the ROC curve against all others, and its share of the matrix. */
export interface ClassEvaluation extends ClassMetrics {
  readonly label: string
  readonly auc: number | null
}

/** Everything measured on a set of photos. Plain JSON: what is undefined is null, nothing is NaN or infinite. */
export interface Evaluation {
  readonly labels: readonly string[]
  readonly count: number
  readonly right: number
  readonly accuracy: number
  readonly interval: Interval
  /** Accuracy of always naming the commonest class. */
  readonly majority: number
  readonly perClass: readonly ClassEvaluation[]
  readonly macro: MacroMetrics
  /** Counts [true class][predicted class]. */
  readonly confusion: readonly (readonly number[])[]
  readonly auc: number | null
  readonly logLoss: number
  readonly brier: number
  /** Expected calibration error of `reliability`. */
  readonly ece: number
  readonly reliability: readonly ReliabilityBin[]
  /** The same without the photos that are exact copies of training photos; null when there are none. */
  readonly withoutCopies: AccuracyFigure | null
}

/** What there is to evaluate: the photos' true classes [photo] and the model's probabilities [photo][class]. */
export interface Predictions {
  readonly labels: readonly string[]
  readonly truth: readonly number[]
  readonly probabilities: Rows
  /** Indices of photos that are exact copies of training photos. */
  readonly copies?: readonly number[] | undefined
}

/** Measures predictions against the truth. */
export function evaluatePredictions({ labels, truth, probabilities, copies = [] }: Predictions): Evaluation {
  const count = truth.length
  if (count === 0) throw argumentError('truth', 'the classes of at least one photo', truth)
  checkProbabilities(truth, probabilities, labels.length)
  const predicted = predictions(probabilities)
  const confusion = confusionMatrix(truth, predicted, labels.length)
  const classes = classMetrics(confusion)
  const aucs = oneVersusRestAuc(truth, probabilities, labels.length)
  const bins = reliability(truth, probabilities)
  const whole = figure(truth, predicted)
  return {
    labels: [...labels],
    count,
    right: whole.right,
    accuracy: known(whole.accuracy),
    interval: known(whole.interval),
    majority: Math.max(...classes.map(c => c.support)) / count,
    perClass: classes.map((c, k) => ({ label: labels[k], ...c, auc: aucs[k] })),
    macro: macroMetrics(classes),
    confusion,
    auc: rocAucOf(aucs),
    logLoss: known(logLoss(truth, probabilities)),
    brier: known(brier(truth, probabilities)),
    ece: known(expectedCalibrationError(bins)),
    reliability: bins,
    withoutCopies: leaveOut(truth, predicted, copies),
  }
}

function leaveOut(
  truth: readonly number[],
  predicted: readonly number[],
  copies: readonly number[],
): AccuracyFigure | null {
  for (const photo of copies)
    if (!Number.isInteger(photo) || photo < 0 || photo >= truth.length)
      throw argumentError('copies', `photo numbers from 0 to ${truth.length - 1}`, photo)
  if (copies.length === 0) return null
  const left = new Set(copies)
  const keep = (_: number, i: number) => !left.has(i)
  return figure(truth.filter(keep), predicted.filter(keep))
}

function figure(truth: readonly number[], predicted: readonly number[]): AccuracyFigure {
  const right = truth.filter((t, i) => t === predicted[i]).length
  return {
    count: truth.length,
    right,
    accuracy: ratio(right, truth.length),
    interval: wilson(right, truth.length),
  }
}

/** A figure that is null only without photos, of which there is at least one here. */
function known<T>(value: T | null): T {
  if (value === null) throw argumentError('truth', 'the classes of at least one photo', [])
  return value
}
