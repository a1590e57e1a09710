// Models whose true calibration error is known, to hold intervals against.
import { RandomStream } from '../../src/core/index.js'
import { equalWidthBins } from '../../src/evaluate/index.js'

/** What a model says, and how often it is then right. */
export interface World {
  readonly what: string
  readonly middle: number
  readonly spread: number
  /** Logits are truly so many times as large. */
  readonly factor: number
  /** And so much less often right. */
  readonly shift?: number
}

export const worlds: readonly World[] = [
  { what: 'calibrated', middle: 2.5, spread: 1.5, factor: 1 },
  { what: 'too sure', middle: 2.5, spread: 1.5, factor: 0.6 },
  { what: 'far too sure', middle: 4, spread: 2, factor: 0.3 },
  { what: 'too timid', middle: 1.5, spread: 1, factor: 2 },
  { what: 'always sure, and nearly always right', middle: 6, spread: 1, factor: 1, shift: 0.05 },
]

export function draw({ middle, spread, factor, shift = 0 }: World, count: number, random: RandomStream) {
  const chance: number[] = []
  const rows: number[][] = []
  const truth: number[] = []
  for (let i = 0; i < count; i++) {
    const logit = Math.abs(middle + spread * random.normal())
    const p = 1 / (1 + Math.exp(-logit))
    const q = Math.max(0, 1 / (1 + Math.exp(-logit * factor)) - shift)
    rows.push([p, 1 - p])
    chance.push(q)
    truth.push(random.uniform() < q ? 0 : 1)
  }
  return { chance, rows, truth }
}

/** The calibration error of so many photos that it is known. */
export function trueError(world: World, binned: typeof equalWidthBins = equalWidthBins): number {
  const { chance, rows } = draw(world, 200_000, RandomStream.fromSeed(1))
  const { bin, bins, confidence } = binned(new Array<number>(rows.length).fill(0), rows)
  const gaps = new Float64Array(bins)
  for (const [i, b] of bin.entries()) gaps[b] += confidence[i] - chance[i]
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / rows.length
}
