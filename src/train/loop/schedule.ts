import { argumentError } from '../../core/index.js'

/** A learning rate for every step of a fit. */
export interface Schedule {
  /** What the report calls it. */
  readonly name: string
  readonly epochs: number
  /** Rate of step i, counted from 0, of `epochs * batches` steps. */
  rate(step: number): number
}

export interface CycleOptions {
  /** Epochs of the first cycle; without it the rate stays constant and `cycles` counts epochs. */
  readonly cycleLen?: number | undefined
  /** Each cycle is this many times as long as the one before; 1 by default. */
  readonly cycleMult?: number | undefined
  /** What the name says of the rate; the rate itself by default. */
  readonly label?: string | undefined
}

/**
 * Stochastic gradient descent with restarts (Loshchilov and Hutter 2017), as fastai 0.7 ran it: within a cycle of n
 * steps the rate of step i is `rate / 2 * (1 + cos(pi * i / n))`, and the first n / 20 steps of the first cycle run
 * at a hundredth of the rate.
 */
export function restarts(
  rate: number,
  cycles: number,
  batches: number,
  options: CycleOptions = {},
): Schedule {
  const { cycleLen, cycleMult = 1, label = String(rate) } = options
  requireRate(rate)
  requireCount('cycles', cycles)
  requireCount('batches', batches)
  if (cycleLen === undefined) {
    if (options.cycleMult !== undefined) throw argumentError('cycleLen', 'given where cycleMult is', cycleLen)
    return { name: `constant rate ${label}`, epochs: cycles, rate: () => rate }
  }
  requireCount('cycleLen', cycleLen)
  requireCount('cycleMult', cycleMult)
  const lengths = Array.from({ length: cycles }, (_, k) => cycleLen * cycleMult ** k)
  const starts = lengths.map((_, k) => lengths.slice(0, k).reduce((a, b) => a + b, 0) * batches)
  const warmUp = (lengths[0] * batches) / 20
  return {
    name: `${cycles} cosine ${cycles === 1 ? 'cycle' : 'cycles'} from ${label}`,
    epochs: lengths.reduce((a, b) => a + b, 0),
    rate(step) {
      if (step < warmUp) return rate / 100
      const cycle = Math.max(
        0,
        starts.findLastIndex(start => start <= step),
      )
      const steps = lengths[cycle] * batches
      return (rate / 2) * (1 + Math.cos((Math.PI * (step - starts[cycle])) / steps))
    },
  }
}

export interface OneCycleOptions {
  /** The part of the steps in which the rate rises, in (0, 1); 0.25 by default. */
  readonly rise?: number | undefined
  /** The rate starts at `maxRate / startDivisor`; 25 by default. */
  readonly startDivisor?: number | undefined
  /** The rate ends at `maxRate / endDivisor`; 1e5 by default. */
  readonly endDivisor?: number | undefined
  /** What the name says of the rate; the rate itself by default. */
  readonly label?: string | undefined
}

/** One cycle (Smith 2018) with cosine flanks: up from a low rate to `maxRate`, then down to almost nothing. */
export function oneCycle(
  maxRate: number,
  epochs: number,
  batches: number,
  options: OneCycleOptions = {},
): Schedule {
  const { rise = 0.25, startDivisor = 25, endDivisor = 1e5, label = String(maxRate) } = options
  requireRate(maxRate)
  requireCount('epochs', epochs)
  requireCount('batches', batches)
  if (!(rise > 0 && rise < 1)) throw argumentError('rise', 'between 0 and 1', rise)
  const steps = epochs * batches
  const top = rise * steps
  return {
    name: `one cycle up to ${label}`,
    epochs,
    rate: step =>
      step < top
        ? cosine(maxRate / startDivisor, maxRate, step / top)
        : cosine(maxRate, maxRate / endDivisor, (step - top) / Math.max(1, steps - top)),
  }
}

/** From a to b along half a cosine as t goes from 0 to 1. */
function cosine(a: number, b: number, t: number): number {
  return b + ((a - b) / 2) * (1 + Math.cos(Math.PI * t))
}

function requireRate(rate: number): void {
  if (!(rate > 0 && Number.isFinite(rate))) throw argumentError('rate', 'a learning rate above 0', rate)
}

function requireCount(name: string, count: number): void {
  if (!Number.isInteger(count) || count < 1) throw argumentError(name, 'a whole number from 1', count)
}
