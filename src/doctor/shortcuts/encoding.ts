import type { Design } from './additive.js'

/** What one property says of photos in one number each; NaN where it says nothing. */
export interface Column {
  readonly values: Float64Array
  /**
   * `number`: larger and smaller mean something, single values may, too. `kind`: only equal and different mean something. `shade`:
   * one of many numbers that say something together, such as colours.
   */
  readonly scale: 'number' | 'kind' | 'shade'
}

/** Ranges of equal numbers of photos that a number is cut into. */
const RANGES = 8
/** A single value that at least this share of the photos have is a kind of its own: 250 pixels, neither more nor less. */
const FREQUENT = 0.03
const FEWEST_ALIKE = 3
const MOST_KINDS = 24
/** Deviations from the mean beyond which nothing grows further. */
const FARTHEST = 3

/**
 * Learns from some photos how columns become what a fit reads; what it gives does the same to any photos. A number becomes
 * its distance from the mean in deviations, the square of that, and a step for its range, where values that many photos
 * share have steps of their own; so a relation need not be monotone to be seen.
 */
export function encodingOf(
  columns: readonly Column[],
  learnt: readonly number[],
): (photos: readonly number[]) => Design {
  const encoders = columns.map(column => ({
    column,
    kindOf: column.scale === 'shade' ? undefined : kindsOf(column, learnt),
    scaled: column.scale === 'kind' ? undefined : scaledBy(column, learnt),
  }))
  return photos => ({
    numbers: encoders.flatMap(({ column: { values }, scaled }) => {
      if (scaled === undefined) return []
      // Loops: `from` with a function, and `map`, take many times as long.
      const [z, squares] = [new Float64Array(photos.length), new Float64Array(photos.length)]
      for (let k = 0; k < photos.length; k++) {
        z[k] = scaled(values[photos[k]])
        squares[k] = z[k] * z[k] - 1
      }
      return [z, squares]
    }),
    kinds: encoders.flatMap(({ column: { values }, kindOf }) => {
      if (kindOf === undefined) return []
      const codes = new Uint16Array(photos.length)
      for (let k = 0; k < photos.length; k++) codes[k] = kindOf.of(values[photos[k]])
      return [{ codes, count: kindOf.count }]
    }),
  })
}

/** Deviations from the mean of the learnt; 0 for what is unknown, or where there is no deviation. */
function scaledBy({ values }: Column, learnt: readonly number[]): (value: number) => number {
  let [count, sum, squares] = [0, 0, 0]
  for (const i of learnt) {
    if (Number.isNaN(values[i])) continue
    count++
    sum += values[i]
  }
  const mean = sum / count
  for (const i of learnt) if (!Number.isNaN(values[i])) squares += (values[i] - mean) ** 2
  const deviation = Math.sqrt(squares / count)
  if (!(deviation > 1e-9 * Math.abs(mean))) return () => 0
  return value =>
    Number.isNaN(value) ? 0 : Math.max(-FARTHEST, Math.min(FARTHEST, (value - mean) / deviation))
}

/** Kind 0 is what is unknown or was never met, then come the frequent values, then ranges. */
function kindsOf({ values, scale }: Column, learnt: readonly number[]) {
  const counts = new Map<number, number>()
  for (const i of learnt)
    if (!Number.isNaN(values[i])) counts.set(values[i], (counts.get(values[i]) ?? 0) + 1)
  const least = Math.max(FEWEST_ALIKE, FREQUENT * learnt.length)
  const frequent = [...counts]
    .filter(([, count]) => count >= least)
    .sort(([a, m], [b, n]) => n - m || a - b)
    .slice(0, MOST_KINDS)
  const own = new Map(frequent.map(([value], k) => [value, k + 1]))
  const others = learnt.map(i => values[i]).filter(value => !Number.isNaN(value) && !own.has(value))
  const cuts = scale === 'number' ? quantiles(Float64Array.from(others).sort()) : []
  const first = own.size + 1
  const of = (value: number): number => {
    if (Number.isNaN(value)) return 0
    const alone = own.get(value)
    if (alone !== undefined) return alone
    if (scale === 'kind') return 0
    let range = 0
    while (range < cuts.length && value > cuts[range]) range++
    return first + range
  }
  return { of, count: first + cuts.length + 1 }
}

function quantiles(sorted: Float64Array): number[] {
  if (sorted.length < 2 * RANGES) return []
  return Array.from({ length: RANGES - 1 }, (_, k) => sorted[Math.floor(((k + 1) * sorted.length) / RANGES)])
}
