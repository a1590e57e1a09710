import { argumentError } from '../../core/index.js'
import { type Interval, wilson } from '../metrics.js'
import { student95 } from './student.js'

/** One fold of a repeated cross-validation: photos measured, those right, and photos learnt from. */
export interface FoldScore {
  readonly count: number
  readonly right: number
  readonly train: number
}

/**
 * The 95 % interval of the mean of a figure over the folds of a repeated cross-validation: the corrected resampled t test of
 * Nadeau and Bengio ("Inference for the generalization error", Machine Learning 52, 2003), for repeated folds as Bouckaert and Frank
 * have it ("Evaluating the replicability of significance tests for comparing learning algorithms", PAKDD 2004). Models of two
 * folds have learnt from mostly the same photos, so the mean of J folds is less sure than that of J independent ones: its variance
 * is not S^2 / J but (1 / J + tested / learnt) S^2, with J - 1 degrees of freedom.
 *
 * @param values - of each fold
 * @param testedPerLearnt - photos measured in a fold over those learnt from: 1 / 4 for five folds
 * @returns null for fewer than two folds
 */
export function resampledInterval(values: readonly number[], testedPerLearnt: number): Interval | null {
  const folds = values.length
  if (folds < 2) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / folds
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (folds - 1)
  const half = student95(folds - 1) * Math.sqrt((1 / folds + testedPerLearnt) * variance)
  return [mean - half, mean + half]
}

/**
 * Accuracy over the folds of a repeated cross-validation, with its 95 % interval: {@link resampledInterval} of the folds' accuracies,
 * widened to the one of Wilson for as many photos as there are. Repeating measures the same photos again, so no number of
 * repetitions is worth more photos; and folds that all have everything right differ in nothing, which says little of fifty photos.
 *
 * @param folds - of all repetitions
 * @param photos - each of which every repetition measures once
 */
export function repeatedAccuracy(
  folds: readonly FoldScore[],
  photos: number,
): { readonly accuracy: number; readonly interval: Interval } {
  const sum = (of: (fold: FoldScore) => number) => folds.reduce((total, fold) => total + of(fold), 0)
  const measured = sum(({ count }) => count)
  if (!(photos >= 1 && measured >= 1))
    throw argumentError('folds', 'at least one photo that was measured', folds)
  const accuracy = sum(({ right }) => right) / measured
  const spread = resampledInterval(
    folds.filter(({ count }) => count > 0).map(({ right, count }) => right / count),
    measured /
      Math.max(
        1,
        sum(({ train }) => train),
      ),
  )
  // A share of photos, of which some may be right in one repetition and wrong in another.
  const least = wilson(accuracy * photos, photos) ?? [0, 1]
  const half = spread ? (spread[1] - spread[0]) / 2 : 0
  return {
    accuracy,
    interval: [
      Math.max(0, Math.min(least[0], accuracy - half)),
      Math.min(1, Math.max(least[1], accuracy + half)),
    ],
  }
}
