import { extname } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import { FolderReader, isMetadata, nameOf, OddityCounter } from '../folders/index.js'
import {
  type FileColumn,
  fileColumn,
  labelsInTable,
  lacksHeader,
  type NoLabels,
  PhotoIndex,
  type TableLabels,
} from '../labels/index.js'
import { type Column, readTable } from '../tables/index.js'

/** A table of a data set, and which photo each of its rows is about. */
export interface PhotoTable {
  /** Relative to the data set's root, with `/`. */
  readonly path: string
  /** The column that names photos. */
  readonly column: string
  /** A row each: what stands there, and which photo that is; undefined for a row about none, or about several. */
  readonly rows: readonly { readonly value: string; readonly photo: string | undefined }[]
  /** What it says of their classes. */
  readonly labels: TableLabels | NoLabels
  /** All its columns, in their order in the file; those of JSON lines are keys. */
  readonly columns: readonly Column[]
  /** Whether it is a text, so that a row can be changed and nothing else. */
  readonly isText: boolean
}

/**
 * The tables of a data set that name photos: those in which training looks for labels, as it reads them. One that cannot be
 * read names none.
 *
 * @param root - absolute
 * @param paths - of all photos, relative to it
 * @throws `io`
 */
export async function photoTables(root: string, paths: readonly string[]): Promise<PhotoTable[]> {
  const reader = await FolderReader.open(root, new OddityCounter(), false)
  const found = new Set([...(await reader.gather('')).tables, ...(await reader.tablesBeside(''))])
  const tables: PhotoTable[] = []
  for (const path of [...found].sort()) {
    const table = await photoTable(root, path, paths)
    if (table !== undefined) tables.push(table)
  }
  return tables
}

/** Undefined for a table that names no photo, or cannot be read. */
export async function photoTable(
  root: string,
  path: string,
  paths: readonly string[],
): Promise<PhotoTable | undefined> {
  const read = await readColumns(root, path, paths)
  if (read === undefined) return undefined
  const { file, labels, columns } = read
  const rows = file.column.values.map((value = '', row) => {
    const match = file.matches[row]
    return { value, photo: match?.other === undefined ? match?.path : undefined }
  })
  const isText = extname(path).toLowerCase() !== '.parquet'
  return { path, column: file.column.name, rows, labels, columns, isText }
}

interface ReadColumns extends Pick<PhotoTable, 'labels' | 'columns'> {
  readonly file: FileColumn
}

async function readColumns(
  root: string,
  path: string,
  paths: readonly string[],
): Promise<ReadColumns | undefined> {
  const folder = path.slice(0, Math.max(0, path.length - nameOf(path).length - 1))
  const index = new PhotoIndex(folder, paths)
  try {
    const given = await readTable(root, path)
    const table = lacksHeader(given, index) ? (given.withoutHeader?.() ?? given) : given
    const file = (isMetadata(path) && fileColumn(table, index, true)) || fileColumn(table, index, false)
    return file && { file, labels: labelsInTable(given, index, undefined), columns: table.columns }
  } catch (error) {
    if (error instanceof ChiquitoError && error.code === 'data') return undefined
    throw error
  }
}
