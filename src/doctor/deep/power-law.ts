/** error = a photos^-b */
export interface PowerLaw {
  readonly exponent: number
  errorAt(photos: number): number
}

/** Mistakes added to each count: the logarithm of none would be minus infinity. */
const SOME = 0.5

/**
 * Least squares on logarithms; a point counts with one over the variance of its logarithm, which is about the number of
 * mistakes it is known by.
 *
 * @param errors shares of `judged` photos
 */
export function fitPowerLaw(sizes: readonly number[], errors: readonly number[], judged: number): PowerLaw {
  const counts = errors.map(error => error * judged + SOME)
  const x = sizes.map(Math.log)
  const y = counts.map(count => Math.log(count / (judged + 2 * SOME)))
  const total = counts.reduce((sum, count) => sum + count, 0)
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value, k) => sum + counts[k] * value, 0) / total
  const [mx, my] = [mean(x), mean(y)]
  let [xx, xy] = [0, 0]
  for (const [k, count] of counts.entries()) {
    xx += count * (x[k] - mx) ** 2
    xy += count * (x[k] - mx) * (y[k] - my)
  }
  const slope = xx > 0 ? xy / xx : 0
  return {
    exponent: -slope,
    errorAt: photos => Math.min(1, Math.exp(my + slope * (Math.log(photos) - mx))),
  }
}
