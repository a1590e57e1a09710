import { sameLength } from './metrics.js'

/** Two models on the same photos. */
export interface Comparison {
  readonly bothRight: number
  readonly onlyFirstRight: number
  readonly onlySecondRight: number
  readonly bothWrong: number
  /**
   * Chance of a disagreement at least this lopsided if neither model were better: the exact two-sided test of
   * McNemar (1947), a fair coin tossed for each photo that just one of the two gets right. 1 without such photos.
   */
  readonly pValue: number
}

/** Whether two sets of predictions of the same photos differ by more than luck. */
export function comparePredictions(
  truth: readonly number[],
  first: readonly number[],
  second: readonly number[],
): Comparison {
  sameLength(truth, first)
  sameLength(truth, second)
  const counts = [0, 0, 0, 0]
  truth.forEach((t, i) => {
    counts[(first[i] === t ? 0 : 2) + (second[i] === t ? 0 : 1)]++
  })
  const [bothRight, onlyFirstRight, onlySecondRight, bothWrong] = counts
  return {
    bothRight,
    onlyFirstRight,
    onlySecondRight,
    bothWrong,
    pValue: fairCoinTest(onlyFirstRight, onlySecondRight),
  }
}

/** Two-sided exact binomial test of heads against tails; logarithms keep thousands of tosses from underflowing. */
function fairCoinTest(heads: number, tails: number): number {
  const tosses = heads + tails
  if (heads === tails) return 1
  let logTerm = -tosses * Math.LN2
  let sum = Math.exp(logTerm)
  for (let k = 1; k <= Math.min(heads, tails); k++) {
    logTerm += Math.log((tosses - k + 1) / k)
    sum += Math.exp(logTerm)
  }
  return Math.min(1, 2 * sum)
}
