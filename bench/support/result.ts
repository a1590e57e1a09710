/** One line of a comparison: medians of both sides, and ours over theirs. */
export interface BenchRow {
  readonly what: string
  readonly ours: number
  readonly theirs: number
  readonly unit: string
  readonly ratio: number
  /** What the ratio should not exceed. */
  readonly target?: number | undefined
  /** What ours should not exceed. */
  readonly limit?: number | undefined
  /** What ours should reach. */
  readonly least?: number | undefined
}

/** What is told in words: a title, a line of heads, and the lines below it. */
export interface TextTable {
  readonly title: string
  readonly lines: readonly (readonly string[])[]
}

/** What a benchmark found, or why it did not run. */
export interface BenchResult {
  readonly name: string
  readonly rows: readonly BenchRow[]
  /** Comparisons that are no figures. */
  readonly tables?: readonly TextTable[] | undefined
  readonly skipped?: string | undefined
  /** What is to be known of single rows, such as why one is not there. */
  readonly notes?: readonly string[] | undefined
  /** What did not come out as it must, named. */
  readonly failures?: readonly string[] | undefined
}

export interface BenchOptions {
  /** Only the result is wanted: nothing is written on the way. */
  readonly json: boolean
  /** Turns that each side takes, where a benchmark has turns: its own number by default. */
  readonly rounds?: number | undefined
  /** Only rows whose name contains this; all by default. */
  readonly only?: string | undefined
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
  goal: Pick<BenchRow, 'target' | 'limit'> = {},
): BenchRow {
  const [a, b] = [median(ours), median(theirs)]
  return { what, ours: a, theirs: b, unit, ratio: a / b, ...goal }
}
