import type { LookFacts } from './facts.js'
import { rounded } from './rounded.js'

/** How often the picture is halved, to see how much of its detail is fine. */
const SCALES = 3

/** How much fine and coarse detail a grey picture has; pixels are row by row. */
export function detailOf(
  grey: Uint8Array,
  width: number,
  height: number,
): Pick<LookFacts, 'sharpness' | 'detail'> {
  const detail: number[] = []
  let picture: Picture = { values: Float32Array.from(grey), width, height }
  const sharpness = laplacianDeviation(picture)
  for (let scale = 0; scale < SCALES; scale++) {
    if (scale > 0) picture = halved(picture)
    detail.push(...secondDifferences(picture))
  }
  return { sharpness: rounded(sharpness, 3), detail: detail.map(value => rounded(value, 3)) }
}

interface Picture {
  readonly values: Float32Array
  readonly width: number
  readonly height: number
}

/** Standard deviation of the four-neighbour Laplacian; the outermost pixels have none. */
function laplacianDeviation({ values, width, height }: Picture): number {
  let [sum, squares, count] = [0, 0, 0]
  for (let y = 1; y < height - 1; y++)
    for (let i = y * width + 1, end = (y + 1) * width - 1; i < end; i++) {
      const value = values[i - 1] + values[i + 1] + values[i - width] + values[i + width] - 4 * values[i]
      sum += value
      squares += value * value
      count++
    }
  return count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2))
}

/** Root mean squares of second differences across, down, and along the diagonals (by the longer step, for half as much). */
function secondDifferences({ values, width, height }: Picture): [number, number, number, number] {
  let [across, down, falling, rising, count] = [0, 0, 0, 0, 0]
  for (let y = 1; y < height - 1; y++)
    for (let i = y * width + 1, end = (y + 1) * width - 1; i < end; i++) {
      const twice = 2 * values[i]
      const a = values[i - 1] + values[i + 1] - twice
      const d = values[i - width] + values[i + width] - twice
      const f = values[i - width - 1] + values[i + width + 1] - twice
      const r = values[i - width + 1] + values[i + width - 1] - twice
      across += a * a
      down += d * d
      falling += f * f
      rising += r * r
      count++
    }
  const mean = (squares: number) => (count === 0 ? 0 : Math.sqrt(squares / count))
  return [mean(across), mean(down), mean(falling) / 2, mean(rising) / 2]
}

/** Each four pixels as their mean; an odd last row or column is left out. */
function halved({ values, width, height }: Picture): Picture {
  const [w, h] = [Math.max(1, width >> 1), Math.max(1, height >> 1)]
  const half = new Float32Array(w * h)
  const right = width > 1 ? 1 : 0
  const below = height > 1 ? width : 0
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const at = 2 * y * width + 2 * x
      half[y * w + x] =
        (values[at] + values[at + right] + values[at + below] + values[at + below + right]) / 4
    }
  return { values: half, width: w, height: h }
}
