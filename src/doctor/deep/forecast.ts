import type { RandomStream } from '../../core/index.js'
import type { Interval } from '../../evaluate/index.js'
import { fitLaw, type Law, RATES } from './law.js'

export interface Forecast {
  /** So many times the photos that there are. */
  readonly times: number
  /** In the middle of what is likely. */
  readonly error: number
  /** 95 %, over photos and over laws that fit. */
  readonly interval: Interval
  /** How much smaller the error would be than it is, 95 %: nothing is known where it reaches 0. */
  readonly gain: Interval
}

const RESAMPLES = 400
const TIMES = [2, 4]
/** Half a photo that is always mistaken, and half a one that never is (Jeffreys): of few photos none may be mistaken by luck. */
const HALF_A_PHOTO = 0.5
/** Mistakes that count at least: what is divided by. */
const FEWEST = 1e-6

/**
 * What more photos would make of the mistakes. No law is taken for granted: each resample of the photos is drawn on by one of
 * several, the likelier the nearer it is to what was counted. A power law alone, which goes down to no mistakes at all, promised too
 * much of nearly every curve.
 *
 * Photos are resampled by weights (Rubin, "The Bayesian bootstrap", 1981), with one imaginary photo beside.
 *
 * @param sizes - photos learnt from, growing
 * @param wrong - for each size how often each photo was mistaken, 0 to 1
 */
export function forecast(
  sizes: readonly number[],
  wrong: readonly Float64Array[],
  random: RandomStream,
): Forecast[] {
  const now = sizes[sizes.length - 1]
  const drawn = Array.from({ length: RESAMPLES }, () => {
    const { counts, photos } = resampled(wrong, random)
    const law = oneOf(
      RATES.map(rate => fitLaw(sizes, counts, rate)),
      random,
    )
    return (size: number) => Math.min(1, law.at(size) / photos)
  })
  return TIMES.map(times => {
    const errors = sorted(drawn.map(at => at(times * now)))
    const gains = sorted(drawn.map(at => at(now) - at(times * now)))
    return {
      times,
      error: errors[Math.floor(errors.length / 2)],
      interval: middle95(errors),
      gain: middle95(gains),
    }
  })
}

/** Mistakes at each size among so many photos, each weighing as much as luck has it. */
function resampled(wrong: readonly Float64Array[], random: RandomStream) {
  const photos = wrong[0].length + 2 * HALF_A_PHOTO
  const weights = Float64Array.from(wrong[0], () => exponential(random))
  const [mistaken, right] = [halfExponential(random), halfExponential(random)]
  let total = mistaken + right
  for (let i = 0; i < weights.length; i++) total += weights[i]
  const counts = wrong.map(mistakes => {
    let sum = mistaken
    for (let i = 0; i < mistakes.length; i++) sum += mistakes[i] * weights[i]
    return Math.max((sum / total) * photos, FEWEST)
  })
  return { counts, photos }
}

function exponential(random: RandomStream): number {
  return -Math.log1p(-random.uniform())
}

/** Gamma with shape 1/2. */
function halfExponential(random: RandomStream): number {
  return random.normal() ** 2 / 2
}

/** One law, by its likelihood. */
function oneOf(laws: readonly Law[], random: RandomStream): Law {
  const least = Math.min(...laws.map(({ misfit }) => misfit))
  const likelihoods = laws.map(({ misfit }) => Math.exp((least - misfit) / 2))
  let left = random.uniform() * likelihoods.reduce((sum, one) => sum + one, 0)
  const at = likelihoods.findIndex(one => {
    left -= one
    return left < 0
  })
  return laws[Math.max(0, at)]
}

function sorted(values: readonly number[]): number[] {
  return values.slice().sort((a, b) => a - b)
}

function middle95(ranked: readonly number[]): Interval {
  const at = (share: number) => ranked[Math.round(share * (ranked.length - 1))]
  return [at(0.025), at(0.975)]
}
