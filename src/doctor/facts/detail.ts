import type { GreyPixels } from '../../images/index.js'
import type { LookFacts } from './facts.js'
import { rounded } from './rounded.js'

/** How often the picture is halved, to see how much of its detail is fine. */
const SCALES = 3

/** Halved pictures keep quarters of a step of brightness. */
const UNIT = 4

/** How much fine and coarse detail a picture has; no side is longer than 256 pixels. */
export function detailOf({ width, height, data }: GreyPixels): Pick<LookFacts, 'sharpness' | 'detail'> {
  let picture: Picture = { values: new Uint16Array(data), width, height, unit: 1 }
  const finest = secondDifferences(picture)
  const detail = [...finest.directions]
  for (let scale = 1; scale < SCALES; scale++) {
    picture = halved(picture)
    detail.push(...secondDifferences(picture).directions)
  }
  return { sharpness: rounded(finest.laplacian, 3), detail: detail.map(value => rounded(value, 3)) }
}

interface Picture {
  readonly values: Uint16Array
  readonly width: number
  readonly height: number
  /** What a step of brightness is in them. */
  readonly unit: number
}

interface Differences {
  /** Root mean squares across, down, and along the diagonals (by the longer step, for half as much). */
  readonly directions: readonly [number, number, number, number]
  /** Standard deviation of the four-neighbour Laplacian: across and down together. */
  readonly laplacian: number
}

/** Second differences of all pixels but the outermost, which have none. */
function secondDifferences({ values, width, height, unit }: Picture): Differences {
  // Across, down, falling, rising, and of the Laplacian: squares; then the Laplacian's sum.
  const sums = new Float64Array(6)
  for (let y = 1; y < height - 1; y++) addRow(values, width, y, sums)
  const count = Math.max(0, width - 2) * Math.max(0, height - 2)
  if (count === 0) return { directions: [0, 0, 0, 0], laplacian: 0 }
  const [across, down, falling, rising, squares] = sums.map(sum => Math.sqrt(sum / count) / unit)
  const mean = sums[5] / count / unit
  return {
    directions: [across, down, falling / 2, rising / 2],
    laplacian: Math.sqrt(Math.max(0, squares ** 2 - mean ** 2)),
  }
}

/**
 * Sums of a row in whole numbers of 32 bits, in which the squares of 256 pixels fit, or of 128 in quarters. The Laplacian's, which
 * may be twice as large, fit at the finest scale only, where they are read.
 */
function addRow(values: Uint16Array, width: number, y: number, sums: Float64Array): void {
  let across = 0
  let down = 0
  let falling = 0
  let rising = 0
  let squares = 0
  let sum = 0
  let above = ((y - 1) * width + 1) | 0
  let here = (above + width) | 0
  let below = (here + width) | 0
  for (const end = here + width - 2; here < end; above++, here++, below++) {
    const twice = 2 * values[here]
    const a = (values[here - 1] + values[here + 1] - twice) | 0
    const d = (values[above] + values[below] - twice) | 0
    const f = (values[above - 1] + values[below + 1] - twice) | 0
    const r = (values[above + 1] + values[below - 1] - twice) | 0
    const l = (a + d) | 0
    across = (across + Math.imul(a, a)) | 0
    down = (down + Math.imul(d, d)) | 0
    falling = (falling + Math.imul(f, f)) | 0
    rising = (rising + Math.imul(r, r)) | 0
    squares = (squares + Math.imul(l, l)) | 0
    sum = (sum + l) | 0
  }
  sums[0] += across
  sums[1] += down
  sums[2] += falling
  sums[3] += rising
  sums[4] += squares
  sums[5] += sum
}

/** Each four pixels as their mean; an odd last row or column is left out. */
function halved({ values, width, height, unit }: Picture): Picture {
  const [w, h] = [Math.max(1, width >> 1), Math.max(1, height >> 1)]
  const half = new Uint16Array(w * h)
  const right = width > 1 ? 1 : 0
  const below = height > 1 ? width : 0
  // The sum of four is their mean in quarters; quarters are kept by leaving out what is finer.
  const shift = unit === UNIT ? 2 : 0
  for (let y = 0; y < h; y++)
    for (let x = 0, at = 2 * y * width; x < w; x++, at += 2)
      half[y * w + x] =
        (values[at] + values[at + right] + values[at + below] + values[at + below + right]) >> shift
  return { values: half, width: w, height: h, unit: UNIT }
}
