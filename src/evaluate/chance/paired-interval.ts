import { argumentError } from '../../core/index.js'
import type { Interval } from '../metrics.js'
import { binomialWindow } from './binomial.js'

/** Photos, of which models that are compared judge some differently. */
export interface PairedCounts {
  readonly photos: number
  readonly onlyFirstRight: number
  readonly onlySecondRight: number
}

/** Added to each of the four kinds of photos (both right, one, the other, none) before resampling. */
const HALF_A_PHOTO = 0.5
const KINDS = 4

/**
 * The 95 % interval of the second model's accuracy minus the first's, in [-1, 1]: a paired bootstrap over photos (Efron 1979),
 * percentiles. Resamples are not drawn: what a resample counts is trinomial, so the percentiles of infinitely many are computed,
 * and no seed is in them.
 *
 * Half a photo of each kind is added first, as Agresti and Min do ("Simple improved confidence intervals for comparing matched
 * proportions", Statistics in Medicine 24, 2005). Without it the bootstrap knows no photo but those that it has seen: where no
 * two verdicts differ, its interval would be a point.
 */
export function pairedInterval({ photos, onlyFirstRight, onlySecondRight }: PairedCounts): Interval {
  if (!(photos >= 1 && onlyFirstRight + onlySecondRight <= photos))
    throw argumentError('photos', 'at least as many as are judged differently, and one', photos)
  const all = photos + KINDS * HALF_A_PHOTO
  const first = (onlyFirstRight + HALF_A_PHOTO) / all
  const second = (onlySecondRight + HALF_A_PHOTO) / all
  // Leads of the second model, from -photos to photos.
  const chances = new Float64Array(2 * photos + 1)
  const differing = binomialWindow(photos, first + second)
  differing.chances.forEach((ofAll, k) => {
    const count = differing.from + k
    const won = binomialWindow(count, second / (first + second))
    won.chances.forEach((ofThose, j) => {
      chances[2 * (won.from + j) - count + photos] += ofAll * ofThose
    })
  })
  const at = (share: number) => (quantile(chances, share) - photos) / photos
  return [at(0.025), at(0.975)]
}

/** The first place at which chances from the left add up to a share. */
function quantile(chances: Float64Array, share: number): number {
  let sum = 0
  for (let i = 0; i < chances.length; i++) {
    sum += chances[i]
    if (sum >= share) return i
  }
  return chances.length - 1
}
