/**
 * How far apart the values of a property may lie in one class and in all others before it counts as telling them apart: the
 * largest difference between their distribution functions (Kolmogorov and Smirnov). 0.2 is about the AUC of 0.6 that chance and
 * the photos' own variety give small sets.
 */
const LEAST_DIFFERENCE = 0.2

/** Critical value at 5 % of the two-sample test: 1.36 · √((n + m) / (n · m)). */
const CRITICAL = 1.36

/** Whether a property tells one of the classes from the others, on whichever side of it: LFW's photos are all exactly 250 wide. */
export function tells(values: readonly number[], labels: readonly number[]): boolean {
  return [...new Set(labels)].some(label => {
    const own = values.filter((_, i) => labels[i] === label)
    const others = values.filter((_, i) => labels[i] !== label)
    if (own.length === 0 || others.length === 0) return false
    const critical = CRITICAL * Math.sqrt((own.length + others.length) / (own.length * others.length))
    return difference(own, others) > Math.max(LEAST_DIFFERENCE, critical)
  })
}

/** The largest distance between two distribution functions, 0 to 1. */
export function difference(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [a, b].map(values => Float64Array.from(values).sort())
  let [i, j, most] = [0, 0, 0]
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i], y[j])
    while (i < x.length && x[i] === value) i++
    while (j < y.length && y[j] === value) j++
    most = Math.max(most, Math.abs(i / x.length - j / y.length))
  }
  return most
}
