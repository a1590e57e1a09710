import { cellsOf, cellText } from '../tables/index.js'
import type { PhotoTable } from './photo-table.js'

/**
 * A row with another class, in every column that says it: a number and its name, or columns of zeros and ones, take what a row
 * of that class has. A class that no row has yet can only be written where one column alone says it.
 *
 * @param row - number of the row
 * @param text - the row's, which may have followed the photo's name already
 * @param records - the texts of all rows
 * @returns undefined where that cannot be said in this table, or its cells are not where they were read
 */
export function withLabel(
  table: PhotoTable,
  row: number,
  text: string,
  { was, now: label }: { readonly was: string; readonly now: string },
  records: readonly { readonly text: string }[],
): string | undefined {
  const { labels } = table
  if ('problem' in labels) return text
  const entries = new Map(labels.entries.map(entry => [entry.path, entry.label]))
  const own = entries.get(table.rows[row].photo ?? '')
  if (own !== was) return text
  const example = table.rows.findIndex(({ photo }) => photo !== undefined && entries.get(photo) === label)
  if (example < 0 && labels.bearing.length > 1) return undefined
  return /\.(csv|tsv|tab|txt)$/i.test(table.path)
    ? inCells(table, row, text, label, example)
    : inJson(labels.bearing, text, label, records[example]?.text)
}

function inJson(
  bearing: readonly string[],
  text: string,
  label: string,
  example: string | undefined,
): string | undefined {
  const [own, other] = [objectOf(text), example === undefined ? undefined : objectOf(example)]
  if (own === undefined) return undefined
  for (const column of bearing) own[column] = other === undefined ? label : other[column]
  const end = /\r?\n?$/.exec(text)?.[0] ?? ''
  return `${text.startsWith('\uFEFF') ? '\uFEFF' : ''}${JSON.stringify(own)}${end}`
}

function objectOf(text: string): Record<string, unknown> | undefined {
  const parsed: unknown = JSON.parse(text.replace('\uFEFF', ''))
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined
}

/** What may part the cells of a line. */
const delimiters = [',', ';', '\t', '|', ' ']

function inCells(
  { columns, labels }: PhotoTable,
  row: number,
  text: string,
  label: string,
  example: number,
): string | undefined {
  if ('problem' in labels) return undefined
  const isAsRead = (mark: string) => {
    const cells = cellsOf(text, mark)
    return columns.every(
      ({ name, values }, i) =>
        !labels.bearing.includes(name) || cells[i]?.text === (values[row] ?? cells[i]?.text),
    )
  }
  const delimiter = delimiters.find(isAsRead)
  if (delimiter === undefined) return undefined
  const cells = cellsOf(text, delimiter)
  let changed = text
  // From the end, so that those before stay where they are.
  for (const [i, { name, values }] of [...columns.entries()].reverse()) {
    if (!labels.bearing.includes(name)) continue
    const cell = cells[i]
    if (cell === undefined) return undefined
    const now = example < 0 ? label : (values[example] ?? '')
    changed = changed.slice(0, cell.at) + cellText(now, delimiter) + changed.slice(cell.at + cell.length)
  }
  return changed
}
