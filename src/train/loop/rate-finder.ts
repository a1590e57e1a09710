import type { RatePoint } from '../../charts/index.js'
import { argmax, argumentError, throwIfAborted, type WorkOptions } from '../../core/index.js'
import type { Restorable } from './callbacks.js'
import type { Trainable } from './loop.js'

export interface RateSearchOptions extends WorkOptions {
  /** Rate of the first step; 1e-5 by default. */
  readonly from?: number | undefined
  /** Rate of the last step; 10 by default. */
  readonly to?: number | undefined
  /** Steps; 100 by default. */
  readonly iterations?: number | undefined
}

/** What the rate finder saw. */
export interface RateSearch {
  readonly points: readonly RatePoint[]
  /** A good rate to train with; undefined where the curve does not say. */
  readonly suggestion: number | undefined
  /** The curve as SVG. */
  plot(): Promise<string>
}

/** What some points tell. */
export function rateSearch(points: readonly RatePoint[]): RateSearch {
  const suggestion = suggestRate(points)
  return {
    points,
    suggestion,
    plot: async () => (await import('../../charts/index.js')).ratePlot(points, suggestion),
  }
}

/** The weight of the past in the smoothed loss, and how far above the best the search ends (fastai's values). */
const smoothing = 0.98
const blowUp = 4
/** fastai's plot leaves out the ends, where the smoothed loss has no past or already explodes. */
const skippedAtStart = 10

/**
 * Learning-rate range test (Smith 2017): trains with a rate that grows geometrically from step to step, over as many
 * epochs as it takes, and notes the loss. Ends early where the loss is not finite or four times the best. The weights
 * are what they were before, whatever happens.
 */
export async function searchRate<Batch, Snapshot>(
  work: Trainable<Batch> & Restorable<Snapshot>,
  options: RateSearchOptions = {},
): Promise<RatePoint[]> {
  const { from = 1e-5, to = 10, iterations = 100, progress, signal } = options
  if (!(from > 0 && from < to && Number.isFinite(to)))
    throw argumentError('from', `above 0 and below to (${to})`, from)
  if (!Number.isInteger(iterations) || iterations < 2)
    throw argumentError('iterations', 'a whole number from 2', iterations)
  const before = work.snapshot()
  const points: RatePoint[] = []
  const task = 'finding the rate'
  progress?.({ kind: 'start', task, total: iterations })
  try {
    let mean = 0
    let best = Number.POSITIVE_INFINITY
    for await (const batch of endless(work)) {
      const step = points.length
      if (step === iterations) break
      throwIfAborted(signal)
      const rate = from * (to / from) ** (step / (iterations - 1))
      const loss = await work.step(batch, rate, step)
      mean = smoothing * mean + (1 - smoothing) * loss
      const smoothed = mean / (1 - smoothing ** (step + 1))
      if (!Number.isFinite(smoothed) || smoothed > blowUp * best) break
      if (step > 0) best = Math.min(best, smoothed)
      points.push({ rate, loss, smoothed })
      progress?.({ kind: 'advance', task, done: points.length, total: iterations })
    }
  } finally {
    work.restore(before)
  }
  progress?.({ kind: 'end', task })
  return points
}

async function* endless<Batch>(work: Trainable<Batch>): AsyncGenerator<Batch> {
  for (let epoch = 0; ; epoch++) yield* work.batches(epoch)
}

/**
 * The rate to train with: the middle of the longest valley, that is of the longest falling subsequence of the
 * smoothed loss, as in fastai 2's `valley`. Undefined where there are too few points to say.
 */
export function suggestRate(points: readonly RatePoint[]): number | undefined {
  const seen = points.slice(skippedAtStart)
  if (seen.length < 3) return undefined
  const lengths = seen.map(() => 1)
  const previous = seen.map(() => -1)
  for (let i = 1; i < seen.length; i++) {
    for (let j = 0; j < i; j++) {
      if (seen[i].smoothed < seen[j].smoothed && lengths[j] + 1 > lengths[i]) {
        lengths[i] = lengths[j] + 1
        previous[i] = j
      }
    }
  }
  const valley: number[] = []
  for (let i = argmax(lengths); i >= 0; i = previous[i]) valley.unshift(i)
  if (valley.length < 3) return undefined
  return seen[valley[Math.floor(valley.length / 2)]].rate
}
