/** Chances of counts from `from` on. */
export interface Window {
  readonly from: number
  readonly chances: Float64Array
}

/** Chances below this part of the greatest are left out: together they change no digit that is shown. */
const SMALLEST_PART = 1e-14

/**
 * Chances of each number of heads in `tosses` of a coin with `chance` of heads, those left out that are next to nothing. They add
 * up to 1. Grown from the likeliest count by ratios of neighbours, so that thousands of tosses neither underflow nor take long.
 */
export function binomialWindow(tosses: number, chance: number): Window {
  if (chance <= 0 || tosses === 0) return { from: 0, chances: Float64Array.of(1) }
  if (chance >= 1) return { from: tosses, chances: Float64Array.of(1) }
  const odds = chance / (1 - chance)
  const likeliest = Math.min(tosses, Math.floor((tosses + 1) * chance))
  const below: number[] = []
  for (let k = likeliest, part = 1; k > 0; k--) {
    part *= k / ((tosses - k + 1) * odds)
    if (part < SMALLEST_PART) break
    below.push(part)
  }
  const above: number[] = []
  for (let k = likeliest, part = 1; k < tosses; k++) {
    part *= ((tosses - k) * odds) / (k + 1)
    if (part < SMALLEST_PART) break
    above.push(part)
  }
  const parts = Float64Array.from([...below.reverse(), 1, ...above])
  const total = parts.reduce((sum, part) => sum + part, 0)
  return { from: likeliest - below.length, chances: parts.map(part => part / total) }
}
