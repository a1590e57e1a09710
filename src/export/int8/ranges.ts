import { asFloat32, type Tensor, throwIfAborted } from '../../core/index.js'
import { type DeviceOptions, Session } from '../../engine/index.js'
import { type Graph, model, type Value } from '../../onnx/index.js'

/** How far a value reaches in the numbers that 8 bits tell apart; 0 is one of them. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** What calibration photos show of a value. */
export interface Observed {
  readonly low: number
  readonly high: number
  /** Counts in equal parts from low to high. */
  readonly histogram: Float64Array
  /** Mean of each channel (the second dimension of maps, the last of rows). */
  readonly means: Float64Array
}

const bins = 2048

/** Of larger values every so many are counted: no divisor of usual widths, so that all columns are met. */
const denseCount = 20_000
const strideOfMany = 5

export interface ObserveOptions extends DeviceOptions {
  readonly signal?: AbortSignal | undefined
  readonly each?: ((done: number) => void) | undefined
}

/**
 * Runs a graph on photos and tells how its values are distributed. Two passes: how far they reach, then how often what.
 *
 * @param feeds what is fed for each photo
 */
export async function observe(
  graph: Graph,
  values: readonly Value[],
  feeds: readonly Readonly<Record<string, Tensor>>[],
  { signal, each, ...device }: ObserveOptions = {},
): Promise<Map<Value, Observed>> {
  const type = (value: Value) =>
    graph.types.get(value) ?? graph.outputs.get(value) ?? { dtype: 'float32' as const }
  const outputs = new Map(values.map(value => [value, type(value)] as const))
  // Nothing is fused, so that every value is there.
  const session = await Session.open(model({ ...graph, outputs }), device)
  const extremes = new Map(values.map(value => [value, { low: 0, high: 0 }]))
  const found = new Map<Value, Observed>()
  try {
    for (const pass of ['reach', 'counts'] as const)
      for (const [i, feed] of feeds.entries()) {
        throwIfAborted(signal)
        const seen = await session.run(feed)
        for (const value of values) {
          const { data, shape } = asFloat32(seen[value], value)
          const reach = extremes.get(value) ?? { low: 0, high: 0 }
          if (pass === 'reach') stretch(reach, data)
          else count(observed(found, value, reach, shape), data, shape)
        }
        each?.(pass === 'reach' ? i + 1 : feeds.length + i + 1)
      }
  } finally {
    await session.close()
  }
  for (const { means } of found.values()) for (let c = 0; c < means.length; c++) means[c] /= feeds.length
  return found
}

function stretch(reach: { low: number; high: number }, data: Float32Array): void {
  let { low, high } = reach
  for (let i = 0; i < data.length; i++) {
    const x = data[i]
    if (x < low) low = x
    else if (x > high) high = x
  }
  reach.low = low
  reach.high = high
}

function observed(
  found: Map<Value, Observed>,
  value: Value,
  { low, high }: Range,
  shape: readonly number[],
): Observed {
  const known = found.get(value)
  if (known) return known
  const channels = shape.length === 4 ? shape[1] : (shape.at(-1) ?? 1)
  const fresh = { low, high, histogram: new Float64Array(bins), means: new Float64Array(channels) }
  found.set(value, fresh)
  return fresh
}

function count(
  { low, high, histogram, means }: Observed,
  data: Float32Array,
  shape: readonly number[],
): void {
  const channels = means.length
  const scale = high > low ? bins / (high - low) : 0
  const stride = data.length > denseCount ? strideOfMany : 1
  for (let i = 0; i < data.length; i += stride) {
    const bin = Math.floor((data[i] - low) * scale)
    histogram[bin >= bins ? bins - 1 : bin]++
  }
  const positions = data.length / channels
  const isMap = shape.length === 4
  for (let c = 0; c < channels; c++) {
    let sum = 0
    if (isMap) for (let i = c * positions; i < (c + 1) * positions; i++) sum += data[i]
    else for (let i = c; i < data.length; i += channels) sum += data[i]
    means[c] += sum / positions
  }
}

const steps = 255
/** Shares of the reach that are tried, at each end. */
const shares = Array.from({ length: 20 }, (_, i) => 1 - i * 0.04)

/**
 * The range that 8 bits are spread over: of ranges cut at one end or both, the one with the smallest mean square error, from rounding
 * inside and cutting off outside (docs/decisions/0076-eight-bits.md has others beside it).
 */
export function rangeFrom(seen: Observed): Range {
  let best: Range = { low: seen.low, high: seen.high }
  let least = Number.POSITIVE_INFINITY
  const lows = seen.low < 0 ? shares : [1]
  for (const above of shares)
    for (const below of lows) {
      const range = { low: seen.low * below, high: seen.high * above }
      const error = errorOf(seen, range)
      if (error >= least) continue
      least = error
      best = range
    }
  return best
}

function errorOf({ low, high, histogram }: Observed, range: Range): number {
  const step = (range.high - range.low) / steps
  const rounding = (step * step) / 12
  const width = (high - low) / bins
  let error = 0
  for (let bin = 0; bin < bins; bin++) {
    const count = histogram[bin]
    if (count === 0) continue
    const x = low + (bin + 0.5) * width
    const outside = x > range.high ? x - range.high : x < range.low ? range.low - x : 0
    error += count * (outside > 0 ? outside * outside : rounding)
  }
  return error
}
