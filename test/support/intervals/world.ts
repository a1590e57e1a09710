import { RandomStream } from '../../../src/core/index.js'
import { type Interval, wilson } from '../../../src/evaluate/index.js'

/** Something whose truth is known, to hold an interval of 95 % against. */
export interface World {
  /** What has the interval. */
  readonly figure: string
  /** What is drawn. */
  readonly what: string
  /** What is measured on one set of photos, and what it truly is. */
  draw(random: RandomStream): { readonly interval: Interval; readonly truth: number }
}

/** How often an interval held the truth, and where it lay else. */
export interface Coverage {
  readonly draws: number
  readonly held: number
  readonly above: number
  readonly below: number
  /** Of the share held, 95 %. */
  readonly interval: Interval
}

/** Truths and ends that differ by rounding are the same. */
const ROUNDING = 1e-9

export function coverageOf({ figure, what, draw }: World, draws: number): Coverage {
  const random = RandomStream.fromSeed(12).fork('coverage', figure, what)
  let [above, below] = [0, 0]
  for (let i = 0; i < draws; i++) {
    const { interval, truth } = draw(random.fork(i))
    if (interval[0] > truth + ROUNDING) above++
    else if (interval[1] < truth - ROUNDING) below++
  }
  const held = draws - above - below
  return { draws, held, above, below, interval: wilson(held, draws) ?? [0, 1] }
}

/** Heads in tosses of a coin. */
export function heads(random: RandomStream, tosses: number, chance: number): number {
  let count = 0
  for (let i = 0; i < tosses; i++) if (random.uniform() < chance) count++
  return count
}

export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}
