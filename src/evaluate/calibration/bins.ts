import { argmax } from '../../core/index.js'
import { type Rows, sameLength } from '../metrics.js'

/** How sure a model was of each photo, whether it was right, and which photos are looked at together. */
export interface Binned {
  /** The greatest probability [photo]. */
  readonly confidence: Float64Array
  /** 1 where that class is the true one, else 0 [photo]. */
  readonly right: Uint8Array
  /** [photo], 0 to `bins` - 1. */
  readonly bin: Uint32Array
  readonly bins: number
}

/** Ten bins, as reliability diagrams usually have. */
export const USUAL_BINS = 10

/** With fewer photos than this in a bin of equal mass its share of right answers says next to nothing. */
const LEAST_MASS = 10

/** Bins of equal width of the greatest probability (Guo et al. 2017): bin b holds what lies in (b / bins, (b + 1) / bins]. */
export function equalWidthBins(truth: readonly number[], rows: Rows, bins: number = USUAL_BINS): Binned {
  const { confidence, right } = answersOf(truth, rows)
  const bin = Uint32Array.from(confidence, p => Math.min(bins - 1, Math.max(0, Math.ceil(p * bins) - 1)))
  return { confidence, right, bin, bins }
}

/**
 * Bins that hold as many photos each, give or take one (Nixon et al. 2019), the least sure first: ten, or one for every ten
 * photos where there are fewer than a hundred. Equally sure photos are put in the order given.
 */
export function equalMassBins(
  truth: readonly number[],
  rows: Rows,
  bins: number = Math.max(1, Math.min(USUAL_BINS, Math.floor(truth.length / LEAST_MASS))),
): Binned {
  const { confidence, right } = answersOf(truth, rows)
  const order = Array.from(confidence.keys()).sort((a, b) => confidence[a] - confidence[b])
  const bin = new Uint32Array(order.length)
  // The first bins take what is left over.
  const [each, more] = [Math.floor(order.length / bins), order.length % bins]
  for (const [rank, photo] of order.entries()) {
    const first = Math.floor(rank / (each + 1))
    bin[photo] = first < more ? first : more + Math.floor((rank - more * (each + 1)) / each)
  }
  return { confidence, right, bin, bins }
}

function answersOf(truth: readonly number[], rows: Rows): Pick<Binned, 'confidence' | 'right'> {
  sameLength(truth, rows)
  const confidence = new Float64Array(rows.length)
  const right = new Uint8Array(rows.length)
  for (const [i, row] of rows.entries()) {
    const predicted = argmax(row)
    confidence[i] = row[predicted]
    right[i] = predicted === truth[i] ? 1 : 0
  }
  return { confidence, right }
}

/** Sums of confidence minus right answers in each bin. */
export function gapsOf({ confidence, right, bin, bins }: Binned): Float64Array {
  const gaps = new Float64Array(bins)
  for (let i = 0; i < bin.length; i++) gaps[bin[i]] += confidence[i] - right[i]
  return gaps
}

/** Expected calibration error: how far confidence is from accuracy, averaged over the photos; needs at least one. */
export function eceOf(binned: Binned): number {
  return sumOfSizes(gapsOf(binned)) / binned.bin.length
}

export function sumOfSizes(values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i])
  return sum
}
