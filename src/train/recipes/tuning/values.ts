import { adamw } from '../../../autodiff/index.js'
import { fitTemperature, type Rows } from '../../../evaluate/index.js'
import { oneCycle, type Schedule } from '../../loop/index.js'

/** What of the network learns: the part behind the cut, whose step is short, or all of it. */
export type Depth = 'last' | 'all'

// The values that did best over several sets: docs/decisions/0018-fine-tuning.md.

export const batchSize = 8
const trunkRates: Readonly<Record<Depth, number>> = { last: 5e-4, all: 2e-4 }
/** The head, which starts where logistic regression ended, learns this many times faster. */
const headFactor = 3
export const shares = [1 / headFactor, 1] as const
export const dropout = 0.2
export const labelSmoothing = 0.1
export const averageDecay = 0.98
export const optimizer = adamw({ weightDecay: 0.01 })

/** Epochs of many photos; few are seen more often, for that many steps at least, but not for more epochs than the last. */
const lengths = {
  /** From the pretrained network on. */
  whole: { epochs: 4, steps: 160, most: 12 },
  /** In the comparison, on a part of the photos: a try that costs little, … */
  brief: { epochs: 1, steps: 0, most: 1 },
  /** … and one that may change much. */
  thorough: { epochs: 4, steps: 120, most: 9 },
} as const

/** Epochs of a fine-tuning on so many photos. */
export function tuningEpochs(photos: number, part: keyof typeof lengths): number {
  const { epochs, steps, most } = lengths[part]
  const batches = Math.max(1, Math.floor(photos / batchSize))
  return Math.min(most, Math.max(epochs, Math.ceil(steps / batches)))
}

/** The highest rate of the trunk, where it suits the network. */
export function topRate(depth: Depth): number {
  return trunkRates[depth]
}

/** What rates of a brief fine-tuning are divided by, so that no photo moves a network far. */
const briefDivisor = 2

/** @param options.divisor - what all rates are divided by, 1 by default */
export function scheduleOf(
  depth: Depth,
  epochs: number,
  batches: number,
  {
    isBrief = false,
    divisor = 1,
  }: { readonly isBrief?: boolean | undefined; readonly divisor?: number } = {},
): Schedule {
  const rate = trunkRates[depth] / (isBrief ? briefDivisor * divisor : divisor)
  const text = (value: number) => Number(value.toPrecision(3))
  return oneCycle(rate * headFactor, epochs, batches, {
    label: `${text(rate)}, head ${text(rate * headFactor)}`,
  })
}

/**
 * What a head's logits are best divided by before fine-tuning: as sure as label smoothing wants it on the photos learnt
 * from. Else the first steps would do little but take its confidence away.
 */
export async function calmness(
  truth: readonly number[],
  logits: Rows,
  signal?: AbortSignal,
): Promise<number> {
  // With so many imaginary photos a class, Platt's targets are those of label smoothing; no other prior holds it back.
  const imaginary = (truth.length * labelSmoothing) / (logits[0].length * (1 - labelSmoothing))
  return (await fitTemperature(truth, logits, { imaginary, spread: Number.POSITIVE_INFINITY, signal }))
    .temperature
}
