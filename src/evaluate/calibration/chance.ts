import { RandomStream } from '../../core/index.js'
import type { Interval } from '../metrics.js'
import { type Binned, eceOf, gapsOf, sumOfSizes } from './bins.js'

/** What luck alone makes of the calibration error: its 5th, 50th and 95th percentile. */
export interface NoiseFloor {
  readonly low: number
  readonly median: number
  readonly high: number
}

/** Simulated sets of photos; of many photos fewer sets, as each tells more. */
const DRAWS = 1000
const FEWEST_DRAWS = 250
const MOST_ANSWERS = 400_000

/** From so many photos on the sum of a bin is drawn from its normal distribution instead of photo by photo. */
const MANY = 1000

/** Halvings of the search for a limit, and how far it goes: so many times what was observed. */
const HALVINGS = 12
const FARTHEST = 64

const TAIL = 0.025

/**
 * A perfectly calibrated model of the same confidences shows calibration errors, too, as it is right by chance: these. An error
 * within them is nothing that these photos could tell from none.
 */
export function noiseFloor(binned: Binned): NoiseFloor {
  const random = RandomStream.fromSeed(0).fork('noise floor')
  const errors = calibratedErrors(binned, random)
  return { low: quantile(errors, 0.05), median: quantile(errors, 0.5), high: quantile(errors, 0.95) }
}

function calibratedErrors(binned: Binned, random: RandomStream): Float64Array {
  const { confidence, bin, bins } = binned
  const count = bin.length
  if (count > MANY) return normalErrors(binMoments(binned, confidence, 'same'), DRAWS, count, random)
  const errors = new Float64Array(DRAWS)
  const gaps = new Float64Array(bins)
  for (let d = 0; d < DRAWS; d++) {
    gaps.fill(0)
    for (let i = 0; i < count; i++)
      gaps[bin[i]] += random.uniform() < confidence[i] ? confidence[i] - 1 : confidence[i]
    errors[d] = sumOfSizes(gaps) / count
  }
  return errors.sort()
}

/**
 * The 95 % interval of the calibration error. The error of a sample is not one of a bootstrap's easy figures: it is a sum of
 * sizes, so luck only adds to it, and percentiles of resampled errors lie above the truth (where the truth is 0, always). So
 * the question is turned round: which true errors would show one like this? A true error of `x` is a model whose gaps
 * are the observed ones, all as many times as large as makes `x`; sets of photos are drawn from it, confidences resampled and
 * answers by chance, and `x` is in the interval unless the observed error lies in an outer 2.5 % of theirs. Above, a model that
 * is too sure by the same everywhere is asked, too: photos that are all right show no gap that could grow.
 */
export function eceInterval(binned: Binned): Interval {
  const observed = eceOf(binned)
  const counts = new Float64Array(binned.bins)
  for (const b of binned.bin) counts[b]++
  const own = gapsOf(binned).map((gap, b) => (counts[b] === 0 ? 0 : gap / counts[b]))
  const grown = (factor: number) => modelOf(binned, own, factor)
  const surer = (shift: number) => modelOf(binned, everywhere, shift)
  const everywhere = new Float64Array(binned.bins).fill(1)
  const errorsOf = drawnSets(binned)
  const isShown = (model: Float64Array, tail: number) =>
    tail < 0.5 ? quantile(errorsOf(model), tail) <= observed : quantile(errorsOf(model), tail) >= observed
  const low = isShown(grown(0), 1 - TAIL)
    ? 0
    : trueError(binned, grown(least(factor => isShown(grown(factor), 1 - TAIL), 0, 2)))
  let end = 1
  while (end < FARTHEST && isShown(grown(end), TAIL)) end *= 2
  const high = trueError(binned, grown(least(factor => !isShown(grown(factor), TAIL), 0, end)))
  const shift = least(by => !isShown(surer(by), TAIL), 0, 1)
  return [low, Math.min(1, Math.max(high, trueError(binned, surer(shift)), low))]
}

/** How probably each photo is right where the bins' gaps are so many times these. */
function modelOf({ confidence, bin }: Binned, gaps: Float64Array, factor: number): Float64Array {
  return confidence.map((p, i) => Math.min(1, Math.max(0, p - factor * gaps[bin[i]])))
}

/** The calibration error of a model that is right as probably as said. */
function trueError({ confidence, bin, bins }: Binned, right: Float64Array): number {
  const gaps = new Float64Array(bins)
  for (let i = 0; i < bin.length; i++) gaps[bin[i]] += confidence[i] - right[i]
  return sumOfSizes(gaps) / bin.length
}

/** Draws sets of photos from these, once; then tells the errors, sorted, of models that are right as probably as said. */
function drawnSets(binned: Binned): (right: Float64Array) => Float64Array {
  const { confidence, bin, bins } = binned
  const count = bin.length
  const sets = Math.min(DRAWS, Math.max(FEWEST_DRAWS, Math.floor(MOST_ANSWERS / count)))
  const random = RandomStream.fromSeed(0).fork('interval')
  if (count > MANY) return right => normalErrors(binMoments(binned, right, 'resampled'), sets, count, random)
  // The same luck for every model, so that errors grow smoothly with the gaps.
  const which = new Uint32Array(sets * count)
  for (let n = 0; n < which.length; n++) which[n] = random.integer(count)
  const luck = random.fillUniform(new Float32Array(which.length))
  return right => {
    const errors = new Float64Array(sets)
    const gaps = new Float64Array(bins)
    for (let set = 0; set < sets; set++) {
      gaps.fill(0)
      for (let n = set * count; n < (set + 1) * count; n++) {
        const i = which[n]
        gaps[bin[i]] += luck[n] < right[i] ? confidence[i] - 1 : confidence[i]
      }
      errors[set] = sumOfSizes(gaps) / count
    }
    return errors.sort()
  }
}

/** Mean and deviation of the sum of confidence minus right answers in a bin. */
interface Moments {
  readonly mean: Float64Array
  readonly deviation: Float64Array
}

/** @param photos the same ones each time, or drawn anew */
function binMoments(
  { confidence, bin, bins }: Binned,
  right: Float64Array,
  photos: 'same' | 'resampled',
): Moments {
  const mean = new Float64Array(bins)
  const variance = new Float64Array(bins)
  for (let i = 0; i < bin.length; i++) {
    const [p, q] = [confidence[i], right[i]]
    mean[bin[i]] += p - q
    variance[bin[i]] += photos === 'same' ? q * (1 - q) : q * (p - 1) ** 2 + (1 - q) * p ** 2
  }
  const deviation = variance.map((v, b) =>
    Math.sqrt(Math.max(0, photos === 'same' ? v : v - mean[b] ** 2 / bin.length)),
  )
  return { mean, deviation }
}

/** Errors, sorted, of so many sets whose bins' sums are drawn: the same draws whatever the moments are. */
function normalErrors(
  { mean, deviation }: Moments,
  sets: number,
  count: number,
  random: RandomStream,
): Float64Array {
  const own = random.fork('sums')
  const sums = new Float64Array(mean.length)
  const errors = new Float64Array(sets)
  for (let set = 0; set < sets; set++) {
    for (let b = 0; b < sums.length; b++) sums[b] = mean[b] + deviation[b] * own.normal()
    errors[set] = sumOfSizes(sums) / count
  }
  return errors.sort()
}

/** The least number in [low, high] of which something holds that holds of all greater ones; `high` where it never does. */
function least(holds: (x: number) => boolean, low: number, high: number): number {
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (holds(middle)) high = middle
    else low = middle
  }
  return high
}

/** Between the two nearest ranks, as numpy does by default. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const below = Math.floor(at)
  const above = Math.min(sorted.length - 1, below + 1)
  return sorted[below] + (at - below) * (sorted[above] - sorted[below])
}
