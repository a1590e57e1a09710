import { argumentError } from '../../core/index.js'
import type { Interval } from '../metrics.js'
import { pairedInterval } from './paired-interval.js'
import { type FoldScore, resampledInterval } from './resampled.js'

/** Photos, by who has them right more often. */
export interface PairedPhotos {
  readonly photos: number
  readonly firstMoreOften: number
  readonly secondMoreOften: number
}

/**
 * How much more accurate a second way of training is than a first over the same folds, in [-1, 1], with its 95 % interval: the corrected
 * resampled t test of the folds' differences ({@link resampledInterval}), widened to what so many photos allow
 * ({@link pairedInterval}): no number of repetitions is worth more photos.
 *
 * @param first - of each fold; `second` likewise, in the same order
 * @param counts - of the photos that were measured
 */
export function pairedFolds(
  first: readonly FoldScore[],
  second: readonly FoldScore[],
  { photos, firstMoreOften, secondMoreOften }: PairedPhotos,
): { readonly difference: number; readonly interval: Interval } {
  if (first.length !== second.length || first.length === 0)
    throw argumentError('second', `a score for each of the ${first.length} folds of the first`, second)
  const total = (folds: readonly FoldScore[], of: (fold: FoldScore) => number) =>
    folds.reduce((sum, fold) => sum + of(fold), 0)
  const share = (folds: readonly FoldScore[]) => total(folds, f => f.right) / total(folds, f => f.count)
  const difference = share(second) - share(first)
  const differences = first.flatMap(({ right, count }, i) =>
    count > 0 && second[i].count > 0 ? [second[i].right / second[i].count - right / count] : [],
  )
  const tested =
    total(first, f => f.count) /
    Math.max(
      1,
      total(first, f => f.train),
    )
  const spread = resampledInterval(differences, tested)
  const half = spread ? (spread[1] - spread[0]) / 2 : 0
  const [low, high] = pairedInterval({
    photos,
    onlyFirstRight: firstMoreOften,
    onlySecondRight: secondMoreOften,
  })
  return {
    difference,
    interval: [
      Math.max(-1, Math.min(low, difference - half)),
      Math.min(1, Math.max(high, difference + half)),
    ],
  }
}
