import type { Pixels } from './pixels.js'

// libvips shrinks photos by 2, 4 and 8 before anything else sees them (decode.ts). Browsers have no libvips, so this is what it does,
// to the bit: means of whole blocks, and then a triangle filter. Also runs in a browser.

/** Positions between two pixels that weights are known for, as in libvips (VIPS_TRANSFORM_SCALE). */
const PHASES = 64
/** Weights are whole multiples of 2^-12 (VIPS_INTERPOLATE_SHIFT), cut rather than rounded. */
const BITS = 12
const ONE = 1 << BITS
const HALF = 1 << (BITS - 1)

/** A picture at a half, a quarter or an eighth of its sides, rounded up: as `decode` has it where libvips decodes it. */
export function shrinkLikeVips(pixels: Pixels, factor: number): Pixels {
  if (factor === 1) return pixels
  return reduceTo(pixels, Math.ceil(pixels.width / factor), Math.ceil(pixels.height / factor))
}

/** libvips' `resize` with its linear kernel: rows first, then columns, bytes in between. */
export function reduceTo(pixels: Pixels, width: number, height: number): Pixels {
  return columnsReduced(rowsReduced(pixels, height), width)
}

/** Blocks that are averaged before the filter: half of how much is left out. */
function blockOf(inputs: number, outputs: number): number {
  return Math.max(1, Math.floor(inputs / outputs / 2))
}

function rowsReduced(pixels: Pixels, outputs: number): Pixels {
  if (pixels.height === outputs) return pixels
  const block = blockOf(pixels.height, outputs)
  const { width, height, data } = rowBlocks(pixels, block)
  const { count, at, inputs, weights } = tapsOf(height, outputs, pixels.height / outputs / block)
  const stride = width * 3
  const out = new Uint8Array(stride * outputs)
  const sums = new Int32Array(stride)
  for (let y = 0; y < outputs; y++) {
    sums.fill(HALF)
    for (let k = at[y]; k < at[y] + count[y]; k++) {
      const row = inputs[k] * stride
      const weight = weights[k]
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] + Math.imul(data[row + i], weight)) | 0
    }
    const to = y * stride
    for (let i = 0; i < stride; i++) out[to + i] = sums[i] >> BITS
  }
  return { width, height: outputs, data: out }
}

function columnsReduced(pixels: Pixels, outputs: number): Pixels {
  if (pixels.width === outputs) return pixels
  const block = blockOf(pixels.width, outputs)
  const { width, height, data } = columnBlocks(pixels, block)
  const { count, at, inputs, weights } = tapsOf(width, outputs, pixels.width / outputs / block)
  const out = new Uint8Array(outputs * height * 3)
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * width * 3
    for (let x = 0; x < outputs; x++, to += 3) {
      let red = HALF
      let green = HALF
      let blue = HALF
      for (let k = at[x]; k < at[x] + count[x]; k++) {
        const p = row + inputs[k] * 3
        const weight = weights[k]
        red = (red + Math.imul(data[p], weight)) | 0
        green = (green + Math.imul(data[p + 1], weight)) | 0
        blue = (blue + Math.imul(data[p + 2], weight)) | 0
      }
      out[to] = red >> BITS
      out[to + 1] = green >> BITS
      out[to + 2] = blue >> BITS
    }
  }
  return { width: outputs, height, data: out }
}

/** What a sum is multiplied by: a fraction of 2^24 that is cut, so that a third of three is a little less than one. */
function shareOf(block: number): number {
  return Math.floor(2 ** 24 / block) / 2 ** 24
}

/** Means of `block` rows each; the last block goes on with the last row. */
function rowBlocks(pixels: Pixels, block: number): Pixels {
  if (block === 1) return pixels
  const { width, data } = pixels
  const height = Math.ceil(pixels.height / block)
  const share = shareOf(block)
  const stride = width * 3
  const out = new Uint8Array(stride * height)
  const sums = new Int32Array(stride)
  for (let y = 0; y < height; y++) {
    sums.fill(block >> 1)
    for (let k = 0; k < block; k++) {
      const row = Math.min(pixels.height - 1, y * block + k) * stride
      for (let i = 0; i < stride; i++) sums[i] += data[row + i]
    }
    for (let i = 0, to = y * stride; i < stride; i++) out[to + i] = Math.floor(sums[i] * share)
  }
  return { width, height, data: out }
}

/** The same of columns. */
function columnBlocks(pixels: Pixels, block: number): Pixels {
  if (block === 1) return pixels
  const { height, data } = pixels
  const width = Math.ceil(pixels.width / block)
  const share = shareOf(block)
  const out = new Uint8Array(width * height * 3)
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++, to += 3) {
      let red = block >> 1
      let green = red
      let blue = red
      for (let k = 0; k < block; k++) {
        const p = (y * pixels.width + Math.min(pixels.width - 1, x * block + k)) * 3
        red += data[p]
        green += data[p + 1]
        blue += data[p + 2]
      }
      out[to] = Math.floor(red * share)
      out[to + 1] = Math.floor(green * share)
      out[to + 2] = Math.floor(blue * share)
    }
  return { width, height, data: out }
}

/** For each output: its inputs and their weights, `count` of them from `at` on. */
interface TriangleTaps {
  readonly count: Int32Array
  readonly at: Int32Array
  readonly inputs: Int32Array
  readonly weights: Int32Array
}

/**
 * libvips' `reducev` and `reduceh` with the kernel `linear`: inputs beyond an edge are the edge.
 *
 * @param scale - inputs an output, of those that are whole
 */
function tapsOf(length: number, outputs: number, scale: number): TriangleTaps {
  const points = 2 * Math.round(scale) + 1
  const left = Math.ceil(points / 2) - 1
  const phases = Array.from({ length: PHASES + 1 }, (_, t) => phaseWeights(t / PHASES, points, scale))
  const inputs: number[] = []
  const weights: number[] = []
  const taps = {
    count: new Int32Array(outputs),
    at: new Int32Array(outputs),
  }
  for (let i = 0; i < outputs; i++) {
    // Half a pixel beyond the centre: the weights below are counted from there.
    const centre = (i + 0.5) * scale
    const whole = Math.floor(centre)
    const phase = ((Math.floor(centre * PHASES * 2) & (PHASES * 2 - 1)) + 1) >> 1
    taps.at[i] = weights.length
    for (const [k, weight] of phases[phase].entries()) {
      if (weight === 0) continue
      inputs.push(Math.min(length - 1, Math.max(0, whole + k - left)))
      weights.push(weight)
    }
    taps.count[i] = weights.length - taps.at[i]
  }
  return { ...taps, inputs: Int32Array.from(inputs), weights: Int32Array.from(weights) }
}

function phaseWeights(offset: number, points: number, scale: number): number[] {
  const centre = offset + points / 2 - 1
  const heights = Array.from({ length: points }, (_, i) => Math.max(0, 1 - Math.abs((i - centre) / scale)))
  const sum = heights.reduce((a, b) => a + b, 0)
  return heights.map(height => Math.trunc((height / sum) * ONE))
}
