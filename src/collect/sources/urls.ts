import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { type Column, readTable, type Table } from '../../dataset/index.js'
import { ioError } from '../../files/index.js'
import { plainText, webAddress } from './answer.js'
import { columnFor, factsIn } from './photo-table.js'
import type { Found, MakeSource, Page, Query, Source } from './source.js'

const TITLE = 'The list of addresses'

const LACKING =
  'Say which list of addresses is meant: --source urls=list.txt (an address a line), .csv, .jsonl or .parquet.'

/** Rows on a page. */
const PAGE_SIZE = 500

/** A million addresses of 128 characters. */
const MAX_LIST_BYTES = 128 * 1024 * 1024

const tables = new Set(['.csv', '.tsv', '.jsonl', '.ndjson', '.parquet'])

/** A row of a list: a photo, or why it is none. */
type Row = Found | { readonly wrong: string }

/** A list that the person has: an address a line, or a table with a column of addresses, and perhaps one of labels. */
export const urls: MakeSource = ({ address }) => new AddressList(address)

class AddressList implements Source {
  readonly name = 'urls'
  readonly title = TITLE
  readonly isList = true
  readonly paceMs = 0
  readonly lacking = LACKING
  private rows: Promise<readonly Row[]> | undefined
  private isTold = false

  constructor(private readonly file: string | undefined) {}

  /** The cursor is the number of rows before the page. */
  async page({ words }: Query, cursor = '0'): Promise<Page> {
    if (this.file === undefined) throw new ChiquitoError('usage', LACKING)
    this.rows ??= rowsOf(this.file)
    const rows = await this.rows
    if (!rows.some(isPhoto)) return { found: [], next: undefined, notice: nothingIn(this.file, rows) }
    const from = Number(cursor)
    const here = rows.slice(from, from + PAGE_SIZE)
    const wrong = here.flatMap(row => ('wrong' in row ? [row.wrong] : []))
    const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more like it)` : ''
    const notices = [
      ...(wrong.length === 0 ? [] : [`${wrong[0]}; left out${more}.`]),
      ...this.noticeOfClasses(words, rows),
    ]
    return {
      found: here.filter(isPhoto),
      next: from + PAGE_SIZE < rows.length ? String(from + PAGE_SIZE) : undefined,
      notice: notices.length === 0 ? undefined : notices.join(' '),
    }
  }

  /** A keyword is one class for all: that a list has its own is not passed over without a word. */
  private noticeOfClasses(words: string, rows: readonly Row[]): string[] {
    if (words === '' || this.isTold) return []
    this.isTold = true
    const classes = new Set(rows.flatMap(row => (isPhoto(row) ? (row.label ?? []) : [])))
    if (classes.size === 0) return []
    const shown = [...classes].slice(0, 3).map(name => JSON.stringify(name))
    const more = classes.size > shown.length ? ', …' : ''
    return [
      `"${this.file}" has classes of its own (${shown.join(', ')}${more}): the keyword ${JSON.stringify(words)} takes their ` +
        'place. Give no keyword to collect into a folder for each.',
    ]
  }
}

function isPhoto(row: Row): row is Found {
  return !('wrong' in row)
}

function nothingIn(file: string, [first]: readonly Row[]): string {
  const because = first !== undefined && 'wrong' in first ? ` (${first.wrong})` : ''
  return (
    `"${file}" lists no photo${because}. Expected an address a line, or a table with a column of them: .csv, .tsv, ` +
    '.jsonl or .parquet.'
  )
}

async function rowsOf(file: string): Promise<readonly Row[]> {
  if (!tables.has(path.extname(file).toLowerCase())) return linesOf(file)
  const read = await readTable(path.dirname(file), path.basename(file))
  const isHeadless = read.columns.some(({ name }) => webAddress(name) !== undefined)
  const table = (isHeadless && read.withoutHeader?.()) || read
  const addresses = addressColumn(table, file)
  const labels = columnFor(table, 'label')
  const facts = factsIn(table)
  return addresses.values.flatMap((text, row): Row[] => {
    const label = labels && labelOf(labels, row)
    if (text === undefined && label === undefined) return []
    const where = table.where(row)
    return [
      rowOf(text ?? '', where, address => ({ ...facts(row), address, label: folderName(label, where) })),
    ]
  })
}

async function linesOf(file: string): Promise<readonly Row[]> {
  const lines = (await textOf(file)).split(/\r\n|\n|\r/)
  return lines.flatMap((line, i): Row[] => {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) return []
    return [rowOf(text, `${path.basename(file)} line ${i + 1}`, address => ({ address }))]
  })
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file)
    if (size > MAX_LIST_BYTES)
      throw new ChiquitoError(
        'data',
        `"${file}" has ${size} bytes; a list may have ${MAX_LIST_BYTES}. Split it.`,
      )
    const bytes = await readFile(file)
    // As Windows' editors save it, too.
    const isWide = bytes[0] === 0xff && bytes[1] === 0xfe
    return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(bytes)
  } catch (error) {
    throw ioError(error, 'read', file)
  }
}

function rowOf(text: string, where: string, found: (address: string) => Found): Row {
  const address = webAddress(text.trim())
  if (address !== undefined) return found(address)
  return {
    wrong: `${where}: ${JSON.stringify(plainText(text.slice(0, 80)) ?? '')} is no http or https address`,
  }
}

/** The column with a telling name that has addresses; else the only one that has them. */
function addressColumn(table: Table, file: string): Column {
  const holding = table.columns.filter(hasAddresses)
  const named = columnFor({ ...table, columns: holding }, 'address')
  if (named !== undefined) return named
  if (holding.length === 1) return holding[0]
  const names = (holding.length > 0 ? holding : table.columns)
    .map(({ name }) => JSON.stringify(name))
    .join(', ')
  throw new ChiquitoError(
    'data',
    holding.length === 0
      ? `"${file}" has no column of http or https addresses (columns: ${names || 'none'}). Expected one, best called "url".`
      : `"${file}" has several columns of addresses: ${names}. Call the one that is meant "url".`,
  )
}

function hasAddresses({ values, isNested }: Column): boolean {
  return !isNested && values.some(value => value !== undefined && webAddress(value) !== undefined)
}

/** Numbers that stand for classes are given their names. */
function labelOf({ values, classNames }: Column, row: number): string | undefined {
  const value = values[row]
  return (value !== undefined && classNames?.[Number(value)]) || value
}

/** @throws `data` for a label that cannot be a folder, wherever it leads */
function folderName(label: string | undefined, where: string): string | undefined {
  const name = plainText(label)
  if (name === undefined) return undefined
  if (/[/\\:*?"<>|]|^\.|[. ]$/.test(name) || name.length > 100)
    throw new ChiquitoError(
      'data',
      `${where}: the label ${JSON.stringify(name.slice(0, 80))} cannot be the name of a folder. Choose another one, ` +
        'without / \\ : * ? " < > | and without a dot at either end.',
    )
  return name
}
