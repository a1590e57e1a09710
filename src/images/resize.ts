import { blendByKernels, usedInputs } from './kernels/index.js'
import type { GreyPixels, Pixels, Taps } from './pixels.js'

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

/**
 * The part of a picture inside `box`, as width x height pixels. Along an axis that shrinks, an output pixel is the
 * mean of the area it covers (OpenCV's INTER_AREA, with fractions at the borders); along one that grows it is
 * interpolated linearly between pixel centres. Nothing outside the box is computed.
 */
export function resize(source: Pixels, box: Box, width: number, height: number): Pixels {
  const columns = taps(box.left, box.width, source.width, width)
  const rows = taps(box.top, box.height, source.height, height)
  return { width, height, data: blendByKernels(source, columns, rows) ?? blend(source, columns, rows) }
}

/** Both passes: bytes [rows, columns, 3]. */
function blend(source: Pixels, columns: Taps, rows: Taps): Uint8Array {
  const [width, height] = [columns.first.length, rows.first.length]
  const { from, to } = usedInputs(columns)
  const data = new Uint8Array(width * height * 3)
  const row = new Uint16Array((to - from) * 3)
  const stride = source.width * 3
  const input = source.data
  for (let y = 0; y < height; y++) {
    blendRows(input, rows.first[y] * stride + from * 3, stride, rows, y, row)
    blendColumns(row, columns, from, data, y * width * 3)
  }
  return data
}

/** The whole picture at another size. */
export function resizeTo(source: Pixels, width: number, height: number): Pixels {
  if (width === source.width && height === source.height) return source
  return resize(source, { left: 0, top: 0, width: source.width, height: source.height }, width, height)
}

/** The same of a picture in brightness alone. */
export function resizeGrey(
  { width, height, data }: GreyPixels,
  toWidth: number,
  toHeight: number,
): GreyPixels {
  const columns = taps(0, width, width, toWidth)
  const rows = taps(0, height, height, toHeight)
  const out = new Uint8Array(toWidth * toHeight)
  const row = new Int32Array(width)
  for (let y = 0; y < toHeight; y++) {
    row.fill(ROW_HALF)
    for (let k = 0; k < rows.count[y]; k++)
      addWeighted(row, data, (rows.first[y] + k) * width, rows.weights[rows.at[y] + k])
    for (let i = 0; i < width; i++) row[i] >>= ROW_SHIFT
    for (let x = 0; x < toWidth; x++) {
      let sum = OUT_HALF
      for (let k = 0; k < columns.count[x]; k++)
        sum = (sum + Math.imul(row[columns.first[x] + k], columns.weights[columns.at[x] + k])) | 0
      out[y * toWidth + x] = sum >> OUT_SHIFT
    }
  }
  return { width: toWidth, height: toHeight, data: out }
}

function addWeighted(row: Int32Array, data: Uint8Array, start: number, weight: number): void {
  for (let i = 0; i < row.length; i++) row[i] = (row[i] + Math.imul(data[start + i], weight)) | 0
}

function taps(from: number, length: number, limit: number, outputs: number): Taps {
  const scale = length / outputs
  // The most inputs an output can touch: those it covers, and parts of two more.
  const most = Math.min(limit, Math.ceil(scale) + 1)
  const out = {
    first: new Int32Array(outputs),
    count: new Int32Array(outputs),
    at: new Int32Array(outputs),
    weights: new Int32Array(outputs * most),
  }
  const share = new Float64Array(most)
  let used = 0
  for (let i = 0; i < outputs; i++) {
    const first =
      scale > 1 ? covered(from + i * scale, scale, limit, share) : between(from, i, scale, limit, share)
    out.first[i] = first
    out.at[i] = used
    out.count[i] = quantise(share, out.weights, used)
    used += out.count[i]
  }
  return { ...out, weights: out.weights.subarray(0, used) }
}

/** What an output that covers [low, low + scale) takes of each input from the first: as much as it covers of it. */
function covered(low: number, scale: number, limit: number, share: Float64Array): number {
  // Ends computed in floating point may miss a pixel border by a hair; that hair must not become a tap.
  const hair = 1e-6
  const high = low + scale
  const first = Math.max(0, Math.min(Math.floor(low + hair), limit - 1))
  for (let k = 0; k < share.length; k++) {
    const part = Math.min(high, first + k + 1) - Math.max(low, first + k)
    share[k] = part > hair && first + k < limit ? part / scale : 0
  }
  return first
}

/** Output i lies between the two inputs whose centres surround from + (i + 1/2) scale; edges repeat. */
function between(from: number, i: number, scale: number, limit: number, share: Float64Array): number {
  const centre = Math.max(0, Math.min(limit - 1, from + (i + 0.5) * scale - 0.5))
  const first = Math.max(0, Math.min(Math.floor(centre), limit - share.length))
  share[0] = 1 - (centre - first)
  if (share.length > 1) share[1] = centre - first
  return first
}

/**
 * Rounds shares to weights that sum to ONE, the largest taking what is left over. Hundreds of shares may all be rounded up, and then
 * more is to be taken away than the largest has: each gives one. Returns how many are needed.
 */
function quantise(share: Float64Array, weights: Int32Array, at: number): number {
  let total = 0
  for (const value of share) total += value
  let left = ONE
  let largest = 0
  let count = 1
  for (let k = 0; k < share.length; k++) {
    weights[at + k] = Math.round((share[k] / total) * ONE)
    left -= weights[at + k]
    if (weights[at + k] > 0) count = k + 1
    if (share[k] > share[largest]) largest = k
  }
  for (let k = 0; weights[at + largest] + left < 0; k++)
    if (weights[at + k] > 0) {
      weights[at + k]--
      left++
    }
  weights[at + largest] += left
  return count
}

// Math.imul and `| 0` below tell the compiler that these are 32-bit integers: without them it checks every sum.

/** The vertical pass for output row y: a weighted sum of input rows, in 8.8 fixed point. */
function blendRows(
  data: Uint8Array,
  start: number,
  stride: number,
  { count, at, weights }: Taps,
  y: number,
  row: Uint16Array,
): void {
  const n = row.length
  const w = at[y]
  const a = weights[w]
  if (count[y] === 1) {
    for (let i = 0; i < n; i++) row[i] = data[start + i] << 8
  } else if (count[y] === 2) {
    const b = weights[w + 1]
    const second = start + stride
    for (let i = 0; i < n; i++)
      row[i] = (Math.imul(data[start + i], a) + Math.imul(data[second + i], b) + ROW_HALF) >> ROW_SHIFT
  } else if (count[y] === 3) {
    const b = weights[w + 1]
    const c = weights[w + 2]
    const second = start + stride
    const third = second + stride
    for (let i = 0; i < n; i++) {
      const sum = (Math.imul(data[start + i], a) + Math.imul(data[second + i], b) + ROW_HALF) | 0
      row[i] = (sum + Math.imul(data[third + i], c)) >> ROW_SHIFT
    }
  } else {
    for (let i = 0; i < n; i++) {
      let sum = ROW_HALF
      for (let k = w, p = start + i, end = w + count[y]; k < end; k++, p += stride)
        sum = (sum + Math.imul(data[p], weights[k])) | 0
      row[i] = sum >> ROW_SHIFT
    }
  }
}

/** The horizontal pass for one output row. */
function blendColumns(
  row: Uint16Array,
  { first, count, at, weights }: Taps,
  from: number,
  data: Uint8Array,
  start: number,
): void {
  for (let x = 0, out = start; x < first.length; x++, out += 3) {
    let p = ((first[x] - from) * 3) | 0
    let k = at[x]
    let w = weights[k]
    let red = (OUT_HALF + Math.imul(row[p], w)) | 0
    let green = (OUT_HALF + Math.imul(row[p + 1], w)) | 0
    let blue = (OUT_HALF + Math.imul(row[p + 2], w)) | 0
    for (const end = k + count[x] - 1; k < end; ) {
      w = weights[++k]
      p = (p + 3) | 0
      red = (red + Math.imul(row[p], w)) | 0
      green = (green + Math.imul(row[p + 1], w)) | 0
      blue = (blue + Math.imul(row[p + 2], w)) | 0
    }
    data[out] = red >> OUT_SHIFT
    data[out + 1] = green >> OUT_SHIFT
    data[out + 2] = blue >> OUT_SHIFT
  }
}
