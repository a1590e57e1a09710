/**
 * Zero-mean normalised cross-correlation of two maps of the same size: 1 where one is the other with other brightness and
 * contrast, about 0 for strangers. Undefined where one is nearly flat, as noise would decide.
 */
export function correlation(a: Uint8Array, b: Uint8Array): number | undefined {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i], b[i]]
    sumA += x
    sumB += y
    squaresA += x * x
    squaresB += y * y
    products += x * y
  }
  const n = a.length
  const varianceA = squaresA / n - (sumA / n) ** 2
  const varianceB = squaresB / n - (sumB / n) ** 2
  if (Math.min(varianceA, varianceB) < LEAST_DEVIATION ** 2) return undefined
  return (products / n - (sumA / n) * (sumB / n)) / Math.sqrt(varianceA * varianceB)
}

/** Deviation of brightness, of 255, below which a map shows nothing. */
const LEAST_DEVIATION = 2.5
