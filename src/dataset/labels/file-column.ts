import type { Column, Table } from '../tables/index.js'
import { leadsOut, type Match, type PhotoIndex } from './photo-index.js'

/** Names under which tables keep what a photo is called, the surest first. */
const fileNames = (
  'file_name filename file image_file_name file_path filepath filepaths path image_path image image_id image_name img ' +
  'photo id name'
).split(' ')

/** The column that names photos, and what each row means. */
export interface FileColumn {
  readonly column: Column
  /** A row each; undefined where no photo has that name. */
  readonly matches: readonly (Match | undefined)[]
}

/**
 * The column whose values name most different photos; among equals the one with the most telling name. A `file_name`
 * (or `…_file_name`) column, which Hugging Face asks for, goes first. Undefined where no column names any.
 *
 * @param isExact - only paths below the table's folder count
 */
export function fileColumn(table: Table, index: PhotoIndex, isExact: boolean): FileColumn | undefined {
  let best: (FileColumn & { readonly hits: number; readonly rank: number }) | undefined
  for (const column of table.columns) {
    const matches = column.values.map(value => (value === undefined ? undefined : index.find(value, isExact)))
    const hits = new Set(matches.flatMap(match => (match === undefined ? [] : [match.path]))).size
    if (hits === 0) continue
    const rank = rankOf(column.name)
    if (best === undefined || hits > best.hits || (hits === best.hits && rank < best.rank))
      best = { column, matches, hits, rank }
  }
  return best
}

/** Whether the first line of a table names a photo, as the lines below it do, so that it is no line of column names. */
export function lacksHeader(table: Table, index: PhotoIndex): boolean {
  const file = fileColumn(table, index, false)
  const names = file
    ? [file.column.name]
    : table.columns.map(({ name }) => name).filter(name => /[./\\]/.test(name))
  return names.some(name => !fileNames.includes(plainName(name)) && index.find(name) !== undefined)
}

/** The first row whose value leads out of the folder. */
export function escaping({ values }: Column): number | undefined {
  const row = values.findIndex(value => value !== undefined && leadsOut(value))
  return row < 0 ? undefined : row
}

function rankOf(name: string): number {
  const lower = plainName(name)
  const rank = fileNames.indexOf(lower)
  if (rank >= 0) return rank
  return lower.endsWith('_file_name') ? 0.5 : fileNames.length
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[ -]/g, '_')
}
