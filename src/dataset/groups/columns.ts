import { lstat, readdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { child, ignoredName, isMetadata } from '../folders/index.js'
import { fileColumn, PhotoIndex } from '../labels/index.js'
import { readTable, type Table } from '../tables/index.js'
import { type Tie, tiesByValue } from './tie.js'

/** What tables beside photos say in one column. */
export interface ColumnValues {
  /** A photo each; undefined where nothing is said of it. */
  readonly values: readonly (string | undefined)[]
  /** All columns that were seen, for messages. */
  readonly columns: readonly string[]
}

/**
 * What the tables of a data set (`metadata.jsonl`, `labels.csv`, …), in its folder or in folders above photos, say of each
 * photo in a column. Tables that cannot be read, and links, are passed over: nothing rests on them but what stays together.
 *
 * @param paths - relative to `root`, with `/`
 * @param metadataOnly - only files called `metadata.*` are asked
 */
export async function columnValues(
  root: string,
  paths: readonly string[],
  column: string,
  { metadataOnly = false } = {},
): Promise<ColumnValues> {
  const values: (string | undefined)[] = new Array(paths.length)
  const columns = new Set<string>()
  const indices = new Map(paths.map((path, i) => [path, i]))
  for (const folder of foldersAbove(paths))
    for (const name of await tablesIn(join(root, folder))) {
      if (metadataOnly && !isMetadata(name)) continue
      const table = await readTable(root, child(folder, name)).catch(() => undefined)
      if (table === undefined) continue
      const below = folder === '' ? paths : paths.filter(path => path.startsWith(`${folder}/`))
      for (const [path, value] of valuesIn(table, new PhotoIndex(folder, below), column)) {
        const i = indices.get(path)
        if (i !== undefined) values[i] ??= value
      }
      for (const one of table.columns) columns.add(one.name)
    }
  return { values: Array.from(values), columns: [...columns] }
}

/** Ties of photos that came from the same page, as metadata written by collecting says it. */
export async function pageTies(root: string, paths: readonly string[]): Promise<Tie[]> {
  const { values } = await columnValues(root, paths, 'page_url', { metadataOnly: true })
  return tiesByValue(values, 'page')
}

function valuesIn(table: Table, index: PhotoIndex, name: string): Map<string, string> {
  const found = new Map<string, string>()
  const column = table.columns.find(one => one.name === name)
  const file = column && (fileColumn(table, index, true) ?? fileColumn(table, index, false))
  file?.matches.forEach((match, row) => {
    const value = column?.values[row]
    if (match !== undefined && match.other === undefined && value !== undefined) found.set(match.path, value)
  })
  return found
}

function foldersAbove(paths: readonly string[]): Set<string> {
  const folders = new Set<string>([''])
  for (const path of paths)
    for (
      let folder = posix.dirname(path);
      folder !== '.' && !folders.has(folder);
      folder = posix.dirname(folder)
    )
      folders.add(folder)
  return folders
}

async function tablesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  const tables: string[] = []
  for (const name of names.sort())
    if (ignoredName(name, false) === 'table' && (await lstat(join(folder, name))).isFile()) tables.push(name)
  return tables
}
