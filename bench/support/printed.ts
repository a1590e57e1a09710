import type { BenchResult, BenchRow } from './result.js'

/** A result as it is printed: two columns side by side, their ratio, and what should not be exceeded; then what is told in words. */
export function printed({
  name,
  rows,
  tables = [],
  skipped,
  notes = [],
  failures = [],
}: BenchResult): string {
  if (skipped !== undefined && rows.length === 0) return `${name}: skipped: ${skipped}`
  const figures = rows.length > 0 || tables.length === 0 ? aligned(figureLines(rows)) : []
  const words = tables.flatMap(({ title, lines }) => ['', title, ...aligned(lines)])
  const ends = [
    ...(skipped === undefined ? [] : [`skipped: ${skipped}`]),
    ...notes.map(note => `note: ${note}`),
    ...failures.map(failure => `failed: ${failure}`),
  ]
  return [name, ...figures, ...words, ...ends].join('\n')
}

function figureLines(rows: readonly BenchRow[]): string[][] {
  const number = (value: number) => (Number.isFinite(value) ? value.toPrecision(4) : '–')
  const goal = ({ target, limit, least, unit }: BenchRow) => {
    if (least !== undefined) return `ours at least ${least}`
    if (target !== undefined) return `at most ${target}`
    return limit === undefined ? '' : `ours at most ${limit} ${unit}`
  }
  return [
    ['', 'ours', 'theirs', '', 'ours / theirs', ''],
    ...rows.map(row => [
      row.what,
      number(row.ours),
      number(row.theirs),
      row.unit,
      number(row.ratio),
      goal(row),
    ]),
  ]
}

/** Cells of a line under each other. */
export function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = lines[0].map((_, column) => Math.max(...lines.map(line => line[column].length)))
  return lines.map(line =>
    line
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  )
}
