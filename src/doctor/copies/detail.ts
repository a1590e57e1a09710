/** Reach of the surroundings that are taken from each pixel, in pixels of the map. */
const REACH = 2

/**
 * Likeness of the fine structure of two maps of the same size, [height, width]: normalised cross-correlation of what each pixel
 * differs from the mean of its surroundings. Two round things on white are alike in light and dark; their surfaces are not.
 * 0 where one of them has no structure.
 */
export function detailLikeness(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  width: number,
  height: number,
): number {
  const [first, second] = [withoutSurroundings(a, width, height), withoutSurroundings(b, width, height)]
  let [squaresA, squaresB, products] = [0, 0, 0]
  for (let i = 0; i < first.length; i++) {
    squaresA += first[i] * first[i]
    squaresB += second[i] * second[i]
    products += first[i] * second[i]
  }
  if (Math.min(squaresA, squaresB) < LEAST_STRUCTURE ** 2 * first.length) return 0
  return products / Math.sqrt(squaresA * squaresB)
}

/** Deviation of the structure, in steps of brightness, below which it is noise. */
const LEAST_STRUCTURE = 1

function withoutSurroundings(map: ArrayLike<number>, width: number, height: number): Float32Array {
  const sums = new Float64Array((width + 1) * (height + 1))
  const stride = width + 1
  for (let y = 0; y < height; y++) {
    let sum = 0
    for (let x = 0; x < width; x++) {
      sum += map[y * width + x]
      sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + sum
    }
  }
  const out = new Float32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [top, bottom] = [Math.max(0, y - REACH), Math.min(height, y + REACH + 1)]
      const [left, right] = [Math.max(0, x - REACH), Math.min(width, x + REACH + 1)]
      const sum =
        sums[bottom * stride + right] -
        sums[top * stride + right] -
        sums[bottom * stride + left] +
        sums[top * stride + left]
      out[y * width + x] = map[y * width + x] - sum / ((bottom - top) * (right - left))
    }
  return out
}
