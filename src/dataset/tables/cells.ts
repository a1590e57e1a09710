/** A cell of a line, where it stands in it. */
export interface Cell {
  readonly at: number
  /** With its quotes. */
  readonly length: number
  /** Without them, trimmed. */
  readonly text: string
}

/** The cells of one record of a CSV file (RFC 4180), which may go over several lines. */
export function cellsOf(record: string, delimiter: string): Cell[] {
  const line = record.replace(/\r?\n$|\r$/, '')
  const cells: Cell[] = []
  let isQuoted = false
  let start = line.startsWith('\uFEFF') ? 1 : 0
  for (let i = start; i <= line.length; i++) {
    if (line[i] === '"') isQuoted = !isQuoted
    if (i < line.length && (line[i] !== delimiter || isQuoted)) continue
    cells.push(cellOf(line.slice(start, i), start))
    start = i + 1
  }
  return cells
}

function cellOf(written: string, at: number): Cell {
  const trimmed = written.trim()
  const inner = /^"(.*)"$/s.exec(trimmed)?.[1]
  const text = inner === undefined ? trimmed : inner.replaceAll('""', '"').trim()
  return { at, length: written.length, text }
}

/** A text as it stands in a cell: in quotes where it has to be. */
export function cellText(text: string, delimiter: string): string {
  const needsQuotes = text.includes(delimiter) || /["\r\n]|^\s|\s$/.test(text)
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text
}
