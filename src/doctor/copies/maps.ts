import { MAP_SIDE } from './grey-maps.js'

/** Deviation of brightness, of 255, below which a map or a part of one shows nothing, and noise would decide. */
export const LEAST_DEVIATION = 2.5

/** A picture to search in: [side, side], with the sums that give any window's mean and deviation at once. */
export interface SearchMap {
  readonly side: number
  readonly values: Float32Array
  /** Sums of values, and of their squares, of all rows above and columns to the left: [side + 1, side + 1]. */
  readonly sums: Float64Array
  readonly squares: Float64Array
}

/** A picture to search for: [height, width], with mean 0 and squares that sum to 1. */
export interface Template {
  readonly width: number
  readonly height: number
  readonly values: Float32Array
}

/** How a row of {@link MAP_SIDE} pixels becomes a shorter one: each output is the mean of what it covers. */
interface Plan {
  readonly first: Int32Array
  readonly count: Int32Array
  /** [outputs, most]; `most` the largest count. */
  readonly weights: Float32Array
  readonly most: number
}

const plans = new Map<number, Plan>()

function planFor(size: number): Plan {
  const known = plans.get(size)
  if (known !== undefined) return known
  const scale = MAP_SIDE / size
  const most = Math.ceil(scale) + 1
  const plan = {
    first: new Int32Array(size),
    count: new Int32Array(size),
    weights: new Float32Array(size * most),
    most,
  }
  for (let i = 0; i < size; i++) {
    const [low, high] = [i * scale, Math.min(MAP_SIDE, (i + 1) * scale)]
    plan.first[i] = Math.floor(low)
    for (let k = plan.first[i]; k < high - 1e-6; k++)
      plan.weights[i * most + plan.count[i]++] = (Math.min(high, k + 1) - Math.max(low, k)) / scale
  }
  plans.set(size, plan)
  return plan
}

/** A map made smaller: [height, width]. */
export function shrink(map: Uint8Array, width: number, height: number): Float32Array {
  const [columns, rows] = [planFor(width), planFor(height)]
  const out = new Float32Array(width * height)
  const row = new Float32Array(MAP_SIDE)
  for (let y = 0, to = 0; y < height; y++) {
    row.fill(0)
    for (let k = 0; k < rows.count[y]; k++) {
      const weight = rows.weights[y * rows.most + k]
      for (let x = 0, from = (rows.first[y] + k) * MAP_SIDE; x < MAP_SIDE; x++) row[x] += weight * map[from++]
    }
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let k = 0, from = columns.first[x], w = x * columns.most; k < columns.count[x]; k++)
        sum += columns.weights[w++] * row[from++]
      out[to++] = sum
    }
  }
  return out
}

/** A map as template of that size; null where it shows nothing. */
export function templateOf(map: Uint8Array, width: number, height: number): Template | null {
  const values = shrink(map, width, height)
  let mean = 0
  for (let i = 0; i < values.length; i++) mean += values[i]
  mean /= values.length
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    values[i] -= mean
    squares += values[i] * values[i]
  }
  if (squares < LEAST_DEVIATION ** 2 * values.length) return null
  const scale = 1 / Math.sqrt(squares)
  for (let i = 0; i < values.length; i++) values[i] *= scale
  return { width, height, values }
}

/** A map to search in, at a smaller side. */
export function searchMapOf(map: Uint8Array, side: number): SearchMap {
  const values = shrink(map, side, side)
  const stride = side + 1
  const sums = new Float64Array(stride * stride)
  const squares = new Float64Array(stride * stride)
  for (let y = 0; y < side; y++) {
    let [sum, square] = [0, 0]
    for (let x = 0; x < side; x++) {
      const value = values[y * side + x]
      sum += value
      square += value * value
      const to = (y + 1) * stride + x + 1
      sums[to] = sums[to - stride] + sum
      squares[to] = squares[to - stride] + square
    }
  }
  return { side, values, sums, squares }
}

/**
 * Zero-mean normalised cross-correlation of a template with the window of a map whose top left corner is (x, y): 1 where they are
 * alike but for brightness and contrast, about 0 for strangers; 0 where the window shows nothing.
 */
export function correlationAt(map: SearchMap, template: Template, x: number, y: number): number {
  const { side, values, sums, squares } = map
  const { width, height, values: pattern } = template
  const [top, bottom] = [y * (side + 1) + x, (y + height) * (side + 1) + x]
  const n = width * height
  const sum = sums[bottom + width] - sums[bottom] - sums[top + width] + sums[top]
  const square = squares[bottom + width] - squares[bottom] - squares[top + width] + squares[top]
  const spread = square - (sum * sum) / n
  if (spread < LEAST_DEVIATION ** 2 * n) return 0
  let dot = 0
  for (let row = 0, p = 0; row < height; row++)
    for (let q = (y + row) * side + x, end = q + width; q < end; ) dot += values[q++] * pattern[p++]
  return dot / Math.sqrt(spread)
}
