import { lstat, readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { ioError } from '../../files/index.js'
import { decodeText, readCsv } from './csv.js'
import { readJsonLines } from './json-lines.js'
import { readLinkedLists, readPairs } from './linked-lists.js'
import type { Table } from './table.js'

/** A million lines of 128 characters. The whole table is held in memory, so a larger one was not meant. */
const MAX_TABLE_BYTES = 128 * 1024 * 1024

/**
 * Reads a table: CSV (also with tabs or semicolons), a text with columns, JSON lines or Parquet, by its extension.
 *
 * @param path - relative to `root`, with `/`
 * @throws `io`; `data` naming file and line
 */
export async function readTable(root: string, path: string): Promise<Table> {
  const bytes = await readBounded(join(root, path))
  if (basename(path) === 'images.txt')
    return (await readLinkedLists(path, bytes, name => readBeside(root, path, name))) ?? readText(path, bytes)
  const extension = extname(path).toLowerCase()
  // Its readers take longer to load than most tables to read.
  if (extension === '.parquet') return (await import('./parquet.js')).readParquet(path, bytes)
  if (extension === '.txt') return readText(path, bytes)
  return ['.csv', '.tsv', '.tab'].includes(extension) ? readCsv(path, bytes) : readJsonLines(path, bytes)
}

/** A text is a table, also one with spaces between the cells, or in the second of two; or it is a text: that is no fault. */
function readText(path: string, bytes: Uint8Array): Table {
  const none = { path, columns: [], where: (row: number) => `${path} line ${row + 1}` }
  try {
    return (isRagged(bytes) && readPairs(path, bytes)) || readCsv(path, bytes, [' '])
  } catch {
    return none
  }
}

/** Whether lines whose cells only spaces could part have different numbers of words: names with spaces are in them. */
function isRagged(bytes: Uint8Array): boolean {
  const lines = decodeText(bytes).split(/\r\n|\n|\r/)
  if (/[,;\t|]/.test(lines[0])) return false
  const words = lines.flatMap(line => (line.trim() === '' ? [] : [line.trim().split(/\s+/).length]))
  return new Set(words).size > 1
}

/** Undefined where there is none. A link could lead to a private file, so it counts for none. */
async function readBeside(root: string, path: string, name: string): Promise<Uint8Array | undefined> {
  const beside = join(root, dirname(path), name)
  const isThere = (await lstat(beside).catch(() => undefined))?.isFile() === true
  return isThere ? readBounded(beside) : undefined
}

async function readBounded(absolute: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(absolute)
    if (size > MAX_TABLE_BYTES)
      throw new ChiquitoError(
        'data',
        `"${absolute}" has ${size} bytes; a table with labels may have ${MAX_TABLE_BYTES}. Keep only the columns needed.`,
      )
    return await readFile(absolute)
  } catch (error) {
    throw ioError(error, 'read', absolute)
  }
}
