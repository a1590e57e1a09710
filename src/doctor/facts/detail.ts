import type { GreyPixels } from '../../images/index.js'
import type { LookFacts } from './facts.js'
import { rounded } from './rounded.js'

/** How often the picture is halved, to see how much of its detail is fine. */
const SCALES = 3

/** Sixteenths of a step of brightness: what halving twice leaves is exact in them. */
const UNIT = 16

/** How much fine and coarse detail a picture has. */
export function detailOf({ width, height, data }: GreyPixels): Pick<LookFacts, 'sharpness' | 'detail'> {
  let picture: Picture = { values: Int32Array.from(data, value => value * UNIT), width, height }
  const finest = secondDifferences(picture)
  const detail = [...finest.directions]
  for (let scale = 1; scale < SCALES; scale++) {
    picture = halved(picture)
    detail.push(...secondDifferences(picture).directions)
  }
  return {
    sharpness: rounded(finest.laplacian / UNIT, 3),
    detail: detail.map(value => rounded(value / UNIT, 3)),
  }
}

interface Picture {
  readonly values: Int32Array
  readonly width: number
  readonly height: number
}

interface Differences {
  /** Root mean squares across, down, and along the diagonals (by the longer step, for half as much). */
  readonly directions: readonly [number, number, number, number]
  /** Standard deviation of the four-neighbour Laplacian: across and down together. */
  readonly laplacian: number
}

/** Second differences of all pixels but the outermost, which have none. */
function secondDifferences({ values, width, height }: Picture): Differences {
  let [across, down, falling, rising, sum, squares] = [0, 0, 0, 0, 0, 0]
  for (let y = 1; y < height - 1; y++) {
    let above = y * width - width + 1
    let here = above + width
    let below = here + width
    for (const end = here + width - 2; here < end; above++, here++, below++) {
      const twice = 2 * values[here]
      const a = (values[here - 1] + values[here + 1] - twice) | 0
      const d = (values[above] + values[below] - twice) | 0
      const f = (values[above - 1] + values[below + 1] - twice) | 0
      const r = (values[above + 1] + values[below - 1] - twice) | 0
      const l = a + d
      across += a * a
      down += d * d
      falling += f * f
      rising += r * r
      sum += l
      squares += l * l
    }
  }
  const count = Math.max(0, width - 2) * Math.max(0, height - 2)
  if (count === 0) return { directions: [0, 0, 0, 0], laplacian: 0 }
  const mean = (of: number) => Math.sqrt(of / count)
  return {
    directions: [mean(across), mean(down), mean(falling) / 2, mean(rising) / 2],
    laplacian: Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)),
  }
}

/** Each four pixels as their mean; an odd last row or column is left out. */
function halved({ values, width, height }: Picture): Picture {
  const [w, h] = [Math.max(1, width >> 1), Math.max(1, height >> 1)]
  const half = new Int32Array(w * h)
  const right = width > 1 ? 1 : 0
  const below = height > 1 ? width : 0
  for (let y = 0; y < h; y++)
    for (let x = 0, at = 2 * y * width; x < w; x++, at += 2)
      half[y * w + x] =
        (values[at] + values[at + right] + values[at + below] + values[at + below + right]) >> 2
  return { values: half, width: w, height: h }
}
