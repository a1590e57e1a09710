/** Side of the fields that are compared one by one, in pixels of the map. */
const FIELD = 8

/** Deviation within a field, in steps of brightness, below which it shows nothing. */
const LEAST_STRUCTURE = 3

/**
 * How much two maps of the same size, [height, width], agree field by field: the mean correlation within fields of 8 x 8, of those
 * that show something in one of them. Two coins on white have the same outline, which decides when the whole is compared; what is
 * on them differs. 0 where there is nothing to see.
 */
export function detailLikeness(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  width: number,
  height: number,
): number {
  const [columns, rows] = [Math.round(width / FIELD), Math.round(height / FIELD)]
  let [sum, fields] = [0, 0]
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const here = fieldLikeness(
        a,
        b,
        width,
        [Math.round((row * height) / rows), Math.round(((row + 1) * height) / rows)],
        [Math.round((column * width) / columns), Math.round(((column + 1) * width) / columns)],
      )
      if (here === undefined) continue
      sum += here
      fields++
    }
  return fields === 0 ? 0 : sum / fields
}

/** Correlation within a field; 0 where only one of them shows something, undefined where neither does. */
function fieldLikeness(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  width: number,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): number | undefined {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0]
  for (let y = top; y < bottom; y++)
    for (let i = y * width + left; i < y * width + right; i++) {
      sumA += a[i]
      sumB += b[i]
      squaresA += a[i] * a[i]
      squaresB += b[i] * b[i]
      products += a[i] * b[i]
    }
  const n = (bottom - top) * (right - left)
  const spreadA = squaresA - (sumA * sumA) / n
  const spreadB = squaresB - (sumB * sumB) / n
  const least = n * LEAST_STRUCTURE ** 2
  if (Math.max(spreadA, spreadB) < least) return undefined
  if (Math.min(spreadA, spreadB) < least / 9) return 0
  return (products - (sumA * sumB) / n) / Math.sqrt(spreadA * spreadB)
}
