import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadata,
  parquetReadObjects,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { z } from 'zod'
import { ChiquitoError, messageOf } from '../../core/index.js'
import { ColumnBuilder } from './column-values.js'
import type { Table } from './table.js'

/** As many photos as a data set may have. */
const MAX_ROWS = 2_000_000

/** What the columns that are read may unpack to, and one page of them: a bomb is refused before it is unpacked. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024
const MAX_PAGE_BYTES = 128 * 1024 * 1024

/**
 * Reads the columns of a Parquet file that hold one text, number or truth value a row. Numbers that Hugging Face's
 * `datasets` marks as classes come with the names of these.
 *
 * @throws `data` for a file that is damaged, too large when unpacked, or no Parquet
 */
export async function readParquet(path: string, bytes: Uint8Array): Promise<Table> {
  try {
    const metadata = parquetMetadata(bytes)
    const columns = plainColumns(metadata)
    requireBounded(metadata, columns)
    const rows: Record<string, unknown>[] = await parquetReadObjects({
      file: bufferOf(bytes),
      metadata,
      columns,
      compressors: bounded,
    })
    const builder = new ColumnBuilder()
    for (const row of rows) builder.add(row)
    const names = classNames(metadata)
    return {
      path,
      columns: builder.list().map(column => ({ ...column, classNames: names.get(column.name) })),
      where: row => `${path} row ${row + 1}`,
    }
  } catch (error) {
    throw new ChiquitoError(
      'data',
      `"${path}" cannot be read as Parquet: ${messageOf(error)}. Write it again, or give the labels as metadata.csv.`,
      { cause: error },
    )
  }
}

function bufferOf(bytes: Uint8Array): AsyncBuffer {
  const slice = (start: number, end?: number) => new Uint8Array(bytes.subarray(start, end)).buffer
  return { byteLength: bytes.byteLength, slice }
}

/** Columns at the top level that are neither lists nor objects nor bytes: `image`, with a photo's bytes, is left alone. */
function plainColumns({ schema }: FileMetaData): string[] {
  const names: string[] = []
  let skip = 0
  for (const { name, type, num_children = 0, repetition_type } of schema.slice(1)) {
    if (skip > 0) skip += num_children - 1
    else if (num_children > 0) skip = num_children
    else if (type !== undefined && type !== 'INT96' && repetition_type !== 'REPEATED') names.push(name)
  }
  return names
}

function requireBounded({ num_rows, row_groups }: FileMetaData, columns: readonly string[]): void {
  if (num_rows > MAX_ROWS) throw new Error(`it has ${num_rows} rows; at most ${MAX_ROWS} are read`)
  let unpacked = 0n
  for (const group of row_groups)
    for (const { meta_data } of group.columns)
      if (meta_data && columns.includes(meta_data.path_in_schema.join('.')))
        unpacked += meta_data.total_uncompressed_size
  if (unpacked > MAX_UNPACKED_BYTES)
    throw new Error(`it unpacks to ${unpacked} bytes; at most ${MAX_UNPACKED_BYTES} are read`)
}

/** What a page claims to unpack to is not to be believed. */
const bounded: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([name, unpack]) => [
    name,
    (input: Uint8Array, length: number) => {
      if (length > MAX_PAGE_BYTES)
        throw new Error(`a page unpacks to ${length} bytes, more than ${MAX_PAGE_BYTES}`)
      return unpack(input, length)
    },
  ]),
)

const hubSchema = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) })
const classLabelSchema = z.object({ _type: z.literal('ClassLabel'), names: z.array(z.string()) })

/** What `datasets` writes beside the columns: the names of classes, by column. */
function classNames({ key_value_metadata = [] }: FileMetaData): Map<string, string[]> {
  const names = new Map<string, string[]>()
  const text = key_value_metadata.find(({ key }) => key === 'huggingface')?.value
  if (text === undefined) return names
  const hub = hubSchema.safeParse(JSON.parse(text))
  for (const [name, feature] of Object.entries(hub.success ? hub.data.info.features : {})) {
    const label = classLabelSchema.safeParse(feature)
    if (label.success) names.set(name, label.data.names)
  }
  return names
}
