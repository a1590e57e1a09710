import type { RandomStream } from '../../core/index.js'
import { foldsOf } from '../../dataset/index.js'
import type { DeviceOptions } from '../../engine/index.js'
import { logLoss, softmaxRows } from '../../evaluate/index.js'
import {
  crossValidate,
  keptColumns,
  type LinearModel,
  LogisticRegression,
  type OutOfFold,
  type Standardization,
  standardization,
  standardizeInto,
  type ViewedExamples,
} from '../logistic/index.js'
import { tailOf } from './calibrate.js'
import type { KnownBackground } from './known.js'
import type { Looks } from './looks.js'

/** Penalties tried, strongest first: each solution is a good start for the next. */
const cs = [0.01, 0.03, 0.1, 0.3]
const mostFolds = 5
/** Different photos of other things below which nothing is learnt from them. */
export const LEAST_TOLD = 2
/** Photos of either side that are learnt from; more say little more. */
export const MOST_TOLD = 2000

export interface TellApartOptions extends DeviceOptions {
  readonly random: RandomStream
  readonly signal?: AbortSignal | undefined
  /** Photos of the classes. */
  readonly own: Looks
  /** Photos of other things. */
  readonly others: Looks
}

/** A linear model that tells photos of the classes from photos of other things. */
export interface ToldApart extends Pick<KnownBackground, 'weight' | 'bias'> {
  /** Log-odds of each photo of the classes that it is one, by a fit that went without it and its exact copies. */
  readonly leftOut: readonly number[]
}

/**
 * Logistic regression of "of the classes, or of other things" on standardised features; the penalty with the lowest log loss
 * in cross-validation. Undefined where the network sees no difference between any two photos.
 */
export async function tellApart({
  random,
  signal,
  own,
  others,
  ...device
}: TellApartOptions): Promise<ToldApart | undefined> {
  const { width } = own
  const rows = new Float32Array(own.rows.length + others.rows.length)
  rows.set(own.rows)
  rows.set(others.rows, own.rows.length)
  const change = standardization(rows, width, width, [{ from: 0, to: width, weight: 1 }])
  if (keptColumns(change.scale).length === 0) return undefined
  const counts = [own.photos.length, others.photos.length]
  const examples = examplesOf(rows, width, counts, change)
  // Paths of two folders may be the same.
  const photos = [own, others].flatMap((side, label) =>
    side.photos.map(({ path, ...rest }) => ({ ...rest, path: `${label}/${path}`, label })),
  )
  const folds = Math.min(mostFolds, ...counts)
  const foldOf = foldsOf(photos, folds, random.fork('folds').uint32())
  const results = await crossValidate(examples, { ...device, signal, repetitions: [foldOf], folds, cs })
  const best = results.reduce((a, b) => (lossOf(b, photos) < lossOf(a, photos) ? b : a))
  const regression = await LogisticRegression.open(examples, device)
  try {
    const fitted = await regression.fit({ c: best.c, signal })
    const [held] = best.repetitions
    const found = new Map(held.photos.map((photo, i) => [photo, held.logits[i]]))
    const told = unstandardized(fitted, change)
    const leftOut = own.photos.map((_, i) => {
      const [yes, no] = found.get(i) ?? [0, 0]
      return yes - no
    })
    return { ...told, leftOut }
  } finally {
    await regression.close()
  }
}

function examplesOf(
  all: Float32Array,
  width: number,
  [own, others]: readonly number[],
  change: Standardization,
): ViewedExamples {
  const kept = keptColumns(change.scale).length
  const photos = own + others
  const rows = new Float32Array(photos * kept)
  standardizeInto(rows, all, width, change)
  const targets = new Float32Array(photos * 2)
  for (let i = 0; i < photos; i++) targets[2 * i + (i < own ? 0 : 1)] = 1
  return { rows, width: kept, targets, classes: 2, photos, views: 1 }
}

function lossOf({ repetitions: [held] }: OutOfFold, photos: readonly { readonly label: number }[]): number {
  const truth = held.photos.map(photo => photos[photo].label)
  return logLoss(truth, softmaxRows(held.logits)) ?? Number.POSITIVE_INFINITY
}

/** The same model on features as they are: log-odds = weight . x + bias. */
function unstandardized(
  { weight, bias }: LinearModel,
  { mean, scale }: Standardization,
): Pick<ToldApart, 'weight' | 'bias'> {
  const kept = keptColumns(scale)
  const out = new Float32Array(mean.length)
  let offset = bias[0] - bias[1]
  for (const [k, j] of kept.entries()) {
    const factor = (weight[k] - weight[kept.length + k]) * scale[j]
    out[j] = factor
    offset -= factor * mean[j]
  }
  return { weight: out, bias: Math.fround(offset) }
}

/** Log-odds of rows that they are of the classes. */
export function oddsOf({ weight, bias }: Pick<ToldApart, 'weight' | 'bias'>, rows: Float32Array): number[] {
  const count = rows.length / weight.length
  return Array.from({ length: count }, (_, i) => {
    let sum = bias
    for (let j = 0; j < weight.length; j++) sum += weight[j] * rows[i * weight.length + j]
    return sum
  })
}

/** Where the photos of the classes lie, so that what lies below can be told by how far. */
export function tailOfOdds(odds: readonly number[]): KnownBackground['tail'] {
  return tailOf(Float32Array.from(odds).sort())
}
