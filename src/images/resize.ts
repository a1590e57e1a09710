import type { Pixels } from './pixels.js'

// Separable resampling in integers. Also runs in a browser: nothing here knows Node.

/** A rectangle in a picture's coordinates, in pixels; may start and end between pixels. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Weights are whole multiples of 2^-14 and sum to one, so a flat area stays exactly flat. */
const WEIGHT_BITS = 14
const ONE = 1 << WEIGHT_BITS
/** Rows between the passes keep 8 more bits than a byte: 65280 · 2^14 still fits in 31 bits. */
const ROW_SHIFT = WEIGHT_BITS - 8
const ROW_HALF = 1 << (ROW_SHIFT - 1)
const OUT_SHIFT = WEIGHT_BITS + 8
const OUT_HALF = 1 << (OUT_SHIFT - 1)

/** For each output position: `count` neighbouring inputs from `first[i]`, weighted by `weights[i * count + k]`. */
interface Taps {
  readonly count: number
  readonly first: Int32Array
  readonly weights: Int32Array
}

/**
 * The part of a picture inside `box`, as width x height pixels. Along an axis that shrinks, an output pixel is the
 * mean of the area it covers (OpenCV's INTER_AREA, with fractions at the borders); along one that grows it is
 * interpolated linearly between pixel centres. Nothing outside the box is computed.
 */
export function resize(source: Pixels, box: Box, width: number, height: number): Pixels {
  const columns = taps(box.left, box.width, source.width, width)
  const rows = taps(box.top, box.height, source.height, height)
  const firstColumn = columns.first[0]
  const usedColumns = columns.first[width - 1] + columns.count - firstColumn
  const data = new Uint8Array(width * height * 3)
  const row = new Uint16Array(usedColumns * 3)
  const stride = source.width * 3
  for (let y = 0; y < height; y++) {
    const start = rows.first[y] * stride + firstColumn * 3
    blendRows(source.data, start, stride, rows.weights, y * rows.count, rows.count, row)
    blendColumns(row, columns, firstColumn, data, y * width * 3, width)
  }
  return { width, height, data }
}

/** The whole picture at another size. */
export function resizeTo(source: Pixels, width: number, height: number): Pixels {
  if (width === source.width && height === source.height) return source
  return resize(source, { left: 0, top: 0, width: source.width, height: source.height }, width, height)
}

function taps(from: number, length: number, limit: number, outputs: number): Taps {
  const scale = length / outputs
  return scale > 1 ? areaTaps(from, scale, limit, outputs) : linearTaps(from, scale, limit, outputs)
}

/** Output i is the mean over [from + i scale, from + (i + 1) scale): each input weighs what the interval covers of it. */
function areaTaps(from: number, scale: number, limit: number, outputs: number): Taps {
  // Ends computed in floating point may miss a pixel border by a hair; that hair must not become a tap.
  const hair = 1e-6
  let count = 1
  for (let i = 0; i < outputs; i++) {
    const low = Math.floor(from + i * scale + hair)
    count = Math.max(count, Math.ceil(from + (i + 1) * scale - hair) - low)
  }
  count = Math.min(count, limit)
  const first = new Int32Array(outputs)
  const weights = new Int32Array(outputs * count)
  const share = new Float64Array(count)
  for (let i = 0; i < outputs; i++) {
    const low = from + i * scale
    const high = low + scale
    first[i] = Math.max(0, Math.min(Math.floor(low + hair), limit - count))
    for (let k = 0; k < count; k++) {
      const pixel = first[i] + k
      share[k] = Math.max(0, Math.min(high, pixel + 1) - Math.max(low, pixel)) / scale
    }
    quantise(share, weights, i * count)
  }
  return { count, first, weights }
}

/** Output i lies between the two inputs whose centres surround from + (i + 1/2) scale; edges repeat. */
function linearTaps(from: number, scale: number, limit: number, outputs: number): Taps {
  const count = Math.min(2, limit)
  const first = new Int32Array(outputs)
  const weights = new Int32Array(outputs * count)
  for (let i = 0; i < outputs; i++) {
    const centre = Math.max(0, Math.min(limit - 1, from + (i + 0.5) * scale - 0.5))
    first[i] = Math.max(0, Math.min(Math.floor(centre), limit - count))
    const second = Math.round((centre - first[i]) * ONE)
    weights[i * count] = ONE - second
    if (count === 2) weights[i * count + 1] = second
  }
  return { count, first, weights }
}

/** Rounds shares to weights that sum to ONE: the largest takes what rounding left over. */
function quantise(share: Float64Array, weights: Int32Array, at: number): void {
  let total = 0
  for (const value of share) total += value
  let left = ONE
  let largest = 0
  for (let k = 0; k < share.length; k++) {
    weights[at + k] = Math.round((share[k] / total) * ONE)
    left -= weights[at + k]
    if (share[k] > share[largest]) largest = k
  }
  weights[at + largest] += left
}

/** The vertical pass for one output row: a weighted sum of `count` input rows, in 8.8 fixed point. */
function blendRows(
  data: Uint8Array,
  start: number,
  stride: number,
  weights: Int32Array,
  at: number,
  count: number,
  row: Uint16Array,
): void {
  const n = row.length
  if (count === 1) {
    for (let i = 0; i < n; i++) row[i] = data[start + i] << 8
  } else if (count === 2) {
    const a = weights[at]
    const b = weights[at + 1]
    const second = start + stride
    for (let i = 0; i < n; i++) row[i] = (data[start + i] * a + data[second + i] * b + ROW_HALF) >> ROW_SHIFT
  } else if (count === 3) {
    const a = weights[at]
    const b = weights[at + 1]
    const c = weights[at + 2]
    const second = start + stride
    const third = second + stride
    for (let i = 0; i < n; i++)
      row[i] = (data[start + i] * a + data[second + i] * b + data[third + i] * c + ROW_HALF) >> ROW_SHIFT
  } else {
    for (let i = 0; i < n; i++) {
      let sum = ROW_HALF
      for (let k = 0, p = start + i; k < count; k++, p += stride) sum += data[p] * weights[at + k]
      row[i] = sum >> ROW_SHIFT
    }
  }
}

/** The horizontal pass for one output row. */
function blendColumns(
  row: Uint16Array,
  { count, first, weights }: Taps,
  firstColumn: number,
  data: Uint8Array,
  at: number,
  width: number,
): void {
  for (let x = 0, out = at; x < width; x++, out += 3) {
    let p = (first[x] - firstColumn) * 3
    let red = OUT_HALF
    let green = OUT_HALF
    let blue = OUT_HALF
    for (let k = x * count, end = k + count; k < end; k++, p += 3) {
      const weight = weights[k]
      red += row[p] * weight
      green += row[p + 1] * weight
      blue += row[p + 2] * weight
    }
    data[out] = red >> OUT_SHIFT
    data[out + 1] = green >> OUT_SHIFT
    data[out + 2] = blue >> OUT_SHIFT
  }
}
