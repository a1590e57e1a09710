import { readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { ioError } from '../../files/index.js'
import { readCsv } from './csv.js'
import { readJsonLines } from './json-lines.js'
import { readParquet } from './parquet.js'
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
  const absolute = join(root, path)
  const bytes = await readBounded(absolute)
  const extension = extname(path).toLowerCase()
  if (extension === '.parquet') return readParquet(path, bytes)
  if (extension === '.txt') return readText(path, bytes)
  return ['.csv', '.tsv', '.tab'].includes(extension) ? readCsv(path, bytes) : readJsonLines(path, bytes)
}

/** A text is a table, also one with spaces between the cells, or it is a text: that is no fault. */
function readText(path: string, bytes: Uint8Array): Table {
  try {
    return readCsv(path, bytes, [' '])
  } catch {
    return { path, columns: [], where: row => `${path} line ${row + 1}` }
  }
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
