import { oneLine } from './output.js'

/** Lines of a kind that are shown; `--json` has all. */
const SHOWN = 20

/** The first of many lines, each safe to print, and how many more there are. */
export function firstLines(lines: readonly string[]): string[] {
  const more = lines.length - SHOWN
  return [
    ...lines.slice(0, SHOWN).map(oneLine),
    ...(more > 0 ? [`  … and ${more} more (--json has all)`] : []),
  ]
}

/**
 * Rows with their cells one under the other.
 *
 * @param isRight - whether a cell stands to the right in its column, as numbers do; none does by default
 */
export function columns(
  rows: readonly (readonly string[])[],
  isRight: (cell: string, column: number) => boolean = () => false,
): string[] {
  const count = Math.max(0, ...rows.map(row => row.length))
  const widths = Array.from({ length: count }, (_, i) => Math.max(...rows.map(row => row[i]?.length ?? 0)))
  return rows.map(row =>
    row
      .map((cell, i) => (isRight(cell, i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd(),
  )
}

/** A time as a person reads it, and as `undo --since` takes it. */
export function localTime(at: string): string {
  const time = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-')
  return `${day}T${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`
}
