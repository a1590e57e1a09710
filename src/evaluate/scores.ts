import { argmax, argumentError } from '../core/index.js'
import { checkClass, type Interval, meanOfKnown, type Rows, ratio, sameLength, wilson } from './metrics.js'

/** Photos whose greatest probability lies in (low, high]: how sure the model was, and how often it was right. */
export interface ReliabilityBin {
  readonly low: number
  readonly high: number
  readonly count: number
  /** Mean of the greatest probability; null for an empty bin. */
  readonly confidence: number | null
  /** Share that is right; null for an empty bin. */
  readonly accuracy: number | null
  readonly interval: Interval | null
}

/** Probabilities below this count as this, so that one certain mistake costs 36 and not infinity (as scikit-learn does). */
const SMALLEST_PROBABILITY = Number.EPSILON

/** Ten bins, as reliability diagrams usually have. */
const RELIABILITY_BINS = 10

/** How far a row of probabilities may be from summing to one: float32 softmax over many classes stays far below. */
const SUM_TOLERANCE = 1e-3

/** Throws unless every row is a probability distribution over the classes and every true class exists. */
export function checkProbabilities(truth: readonly number[], rows: Rows, classes: number): void {
  sameLength(truth, rows)
  rows.forEach((row, i) => {
    checkClass('truth', truth[i], i, classes)
    if (row.length !== classes) throw argumentError(`probabilities[${i}]`, `${classes} numbers`, row.length)
    let sum = 0
    for (let k = 0; k < classes; k++) {
      if (!(row[k] >= 0 && row[k] <= 1 + SUM_TOLERANCE))
        throw argumentError(`probabilities[${i}][${k}]`, 'from 0 to 1', row[k])
      sum += row[k]
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE)
      throw argumentError(`The sum of probabilities[${i}]`, '1, within 0.001', sum)
  })
}

/** What a photo costs: minus the natural logarithm of the probability of its true class. */
export function lossOf(probability: number): number {
  // The maximum also turns the -0 of a certain right answer into 0.
  return Math.max(0, -Math.log(Math.max(probability, SMALLEST_PROBABILITY)))
}

/** Mean loss; null without photos. */
export function logLoss(truth: readonly number[], rows: Rows): number | null {
  sameLength(truth, rows)
  return ratio(
    rows.reduce((sum, row, i) => sum + lossOf(row[truth[i]]), 0),
    rows.length,
  )
}

/**
 * Half the mean squared distance between probabilities and the truth, in [0, 1] (Brier 1950). The half makes the
 * figure for two classes the usual mean of (p - y)^2, whichever of the two is asked.
 */
export function brier(truth: readonly number[], rows: Rows): number | null {
  sameLength(truth, rows)
  let sum = 0
  rows.forEach((row, i) => {
    for (let k = 0; k < row.length; k++) sum += (row[k] - (k === truth[i] ? 1 : 0)) ** 2
  })
  return ratio(sum / 2, rows.length)
}

/**
 * The chance that a random photo of the class scores above a random other one, ties counting half (Mann and
 * Whitney 1947); null when one of the two kinds is missing.
 */
export function binaryAuc(positive: readonly boolean[], scores: readonly number[]): number | null {
  if (positive.length !== scores.length)
    throw argumentError('scores', `as many as the ${positive.length} photos`, scores.length)
  // Numbers sorted as numbers: with many classes, sorting indices through a function would be most of an evaluation.
  const sorted = Float64Array.from(scores).sort()
  let positives = 0
  let rankSum = 0
  positive.forEach((yes, i) => {
    if (!yes) return
    positives++
    rankSum += averageRank(sorted, scores[i])
  })
  return ratio(rankSum - (positives * (positives + 1)) / 2, positives * (positive.length - positives))
}

/** Each class against all the others, [class]. */
export function oneVersusRestAuc(truth: readonly number[], rows: Rows, classes: number): (number | null)[] {
  sameLength(truth, rows)
  return Array.from({ length: classes }, (_, k) =>
    binaryAuc(
      truth.map(t => t === k),
      rows.map(row => row[k]),
    ),
  )
}

/** For two classes the area under the ROC curve of the second, for more the mean of one-versus-rest areas. */
export function rocAuc(truth: readonly number[], rows: Rows, classes: number): number | null {
  return rocAucOf(oneVersusRestAuc(truth, rows, classes))
}

/** The same from the areas of the classes. */
export function rocAucOf(perClass: readonly (number | null)[]): number | null {
  return perClass.length === 2 ? perClass[1] : meanOfKnown(perClass)
}

/** Photos sorted into equal-width bins of the greatest probability (Guo et al. 2017), empty bins included. */
export function reliability(
  truth: readonly number[],
  rows: Rows,
  bins: number = RELIABILITY_BINS,
): ReliabilityBin[] {
  sameLength(truth, rows)
  const groups = Array.from({ length: bins }, () => ({ count: 0, right: 0, confidence: 0 }))
  rows.forEach((row, i) => {
    const predicted = argmax(row)
    const group = groups[Math.min(bins - 1, Math.max(0, Math.ceil(row[predicted] * bins) - 1))]
    group.count++
    group.confidence += row[predicted]
    if (predicted === truth[i]) group.right++
  })
  return groups.map(({ count, right, confidence }, b) => ({
    low: b / bins,
    high: (b + 1) / bins,
    count,
    confidence: ratio(confidence, count),
    accuracy: ratio(right, count),
    interval: wilson(right, count),
  }))
}

/** Expected calibration error: how far confidence is from accuracy, averaged over the photos in the bins. */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number | null {
  let count = 0
  let gap = 0
  for (const bin of bins) {
    if (bin.confidence === null || bin.accuracy === null) continue
    count += bin.count
    gap += bin.count * Math.abs(bin.confidence - bin.accuracy)
  }
  return ratio(gap, count)
}

/** The rank of a score, from 1 upwards; equal scores share the mean of their ranks. */
function averageRank(sorted: Float64Array, score: number): number {
  const below = countBelow(sorted, value => value < score)
  const upTo = countBelow(sorted, value => value <= score)
  return (below + 1 + upTo) / 2
}

/** How many scores from the least on are below a limit. */
function countBelow(sorted: Float64Array, isBelow: (value: number) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBelow(sorted[middle])) low = middle + 1
    else high = middle
  }
  return low
}
