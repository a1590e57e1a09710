/** One line of a comparison: medians of both sides, and ours over theirs. */
export interface BenchRow {
  readonly what: string
  readonly ours: number
  readonly theirs: number
  readonly unit: string
  readonly ratio: number
}

/** What a benchmark found, or why it did not run. */
export interface BenchResult {
  readonly name: string
  readonly rows: readonly BenchRow[]
  readonly skipped?: string | undefined
  /** What did not come out as it must, named. */
  readonly failures?: readonly string[] | undefined
}

export interface BenchOptions {
  /** Only the result is wanted: nothing is written on the way. */
  readonly json: boolean
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2
}

export function row(
  what: string,
  unit: string,
  ours: readonly number[],
  theirs: readonly number[],
): BenchRow {
  const [a, b] = [median(ours), median(theirs)]
  return { what, ours: a, theirs: b, unit, ratio: a / b }
}
