import { Readable } from 'node:stream'
import { parse as parseStream } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import { ChiquitoError, messageOf } from '../../core/index.js'
import type { Column, Table } from './table.js'

/** A line is one photo's facts; a quote that is never closed must not swallow the file. */
const MAX_RECORD_CHARACTERS = 1024 * 1024

/** Programs write any of these; the one that the first line has most of is taken. */
const delimiters = [',', ';', '\t', '|']

/**
 * Reads a CSV file (RFC 4180; the first line names the columns): UTF-8 or UTF-16 with a byte order mark, else
 * Windows-1252 as Excel writes it.
 *
 * @param more - further marks that may part the cells, where none of the usual ones does
 * @throws `data` naming file and line
 */
export function readCsv(path: string, bytes: Uint8Array, more: readonly string[] = []): Table {
  const records = parseRecords(path, decodeText(bytes), [...delimiters, ...more])
  const [header = [], ...rows] = records
  const where = (row: number) => `${path} line ${row + 2}`
  return {
    path,
    columns: columnsOf(header, rows),
    where,
    withoutHeader: () => ({
      path,
      columns: columnsOf(
        header.map((_, i) => `column ${i + 1}`),
        records,
      ),
      where: row => `${path} line ${row + 1}`,
    }),
  }
}

/**
 * The values of one column of a CSV file that is not held in memory, and where each stands: an empty one, too, but for rows in which nothing
 * stands at all, as spreadsheets leave them.
 *
 * @param texts - the file, piece by piece
 * @throws `data` naming file and line; where there is no such column, its columns
 */
export async function* streamColumn(
  texts: AsyncIterable<string>,
  path: string,
  column: string,
): AsyncGenerator<{ readonly value: string; readonly where: string }> {
  const pieces = texts[Symbol.asyncIterator]()
  const first = await pieces.next()
  const head: string = first.done ? '' : first.value
  const rest = { [Symbol.asyncIterator]: () => pieces }
  const parser = parseStream({
    delimiter: delimiterOf(head, delimiters),
    skip_empty_lines: true,
    trim: true,
    max_record_size: MAX_RECORD_CHARACTERS,
    relax_column_count: true,
  })
  const source = Readable.from(joined(head, rest))
  source.on('error', error => parser.destroy(error))
  source.pipe(parser)
  let at: number | undefined
  let row = 1
  try {
    for await (const record of parser) {
      const cells: string[] = record
      const where = `${path} line ${row++}`
      at ??= columnAt(cells, column, path)
      if (row > 2 && cells.some(cell => cell !== '')) yield { value: cells[at] ?? '', where }
    }
  } catch (error) {
    throw asTableError(error, path)
  } finally {
    source.destroy()
  }
  if (row === 1) columnAt([], column, path)
}

async function* joined(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield head
  yield* rest
}

function columnAt(names: readonly string[], column: string, path: string): number {
  const at = names.indexOf(column)
  if (at >= 0) return at
  const has =
    names.length === 0 ? 'it is empty' : `its first line is ${JSON.stringify(names.slice(0, 8).join(','))}`
  throw new ChiquitoError('data', `"${path}" has no column "${column}": ${has}.`)
}

function asTableError(error: unknown, path: string): ChiquitoError {
  if (error instanceof ChiquitoError) return error
  return new ChiquitoError(
    'data',
    `"${path}" is no table that can be read: ${messageOf(error)}. Expected lines such as: 1.jpg,cat`,
    { cause: error },
  )
}

function parseRecords(path: string, text: string, marks: readonly string[]): string[][] {
  try {
    // Excel's own first line says nothing but the delimiter.
    const [, mark, rest] = /^sep=(.)\r?\n(.*)$/s.exec(text) ?? [undefined, delimiterOf(text, marks), text]
    const records: string[][] = parse(rest, {
      delimiter: mark,
      skip_empty_lines: true,
      trim: true,
      max_record_size: MAX_RECORD_CHARACTERS,
      relax_column_count: true,
    })
    requireWidth(records)
    return records
  } catch (error) {
    throw asTableError(error, path)
  }
}

/** Empty cells at the end of a line may be left out, or be too many; more cells than names are another mistake. */
function requireWidth(records: readonly (readonly string[])[]): void {
  const width = records[0]?.length ?? 0
  const row = records.findIndex(record => record.slice(width).some(cell => cell !== ''))
  if (row >= 0) throw new Error(`expected ${width} cells, got ${records[row].length} on line ${row + 1}`)
}

/** What programs write for no value; Hugging Face reads CSV with pandas, which takes them for none, too. */
const missing = new Set(['', 'NaN', 'nan', '<NA>', '#N/A', 'N/A', 'n/a', 'null', 'NULL'])

/** UTF-8 or UTF-16 with a byte order mark, else Windows-1252. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

function delimiterOf(text: string, marks: readonly string[]): string {
  const [line] = text.split(/\r\n|\n|\r/, 1)
  const unquoted = line.replace(/"[^"]*"/g, '')
  const count = (mark: string) => unquoted.split(mark).length - 1
  const usual = delimiters.reduce((best, mark) => (count(mark) > count(best) ? mark : best))
  return count(usual) > 0 ? usual : (marks.find(mark => count(mark) > 0) ?? usual)
}

function columnsOf(names: readonly string[], rows: readonly (readonly string[])[]): Column[] {
  return names.map((name, i) => ({
    name: name === '' ? `column ${i + 1}` : name,
    values: rows.map(row => (row[i] === undefined || missing.has(row[i]) ? undefined : row[i])),
    isNested: false,
  }))
}
