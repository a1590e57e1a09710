import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadata,
  parquetReadObjects,
  type SchemaElement,
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

/** An object a row with names in it is small; one with photos in it is not looked into. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024

/**
 * Reads the columns of a Parquet file that hold one text, number or truth value a row, also within objects; lists are named,
 * not read. Numbers that Hugging Face's
 * `datasets` marks as classes come with the names of these.
 *
 * @throws `data` for a file that is damaged, too large when unpacked, or no Parquet
 */
export async function readParquet(path: string, bytes: Uint8Array): Promise<Table> {
  try {
    const metadata = parquetMetadata(bytes)
    const { plain, records, nested } = kindsOf(metadata)
    requireBounded(metadata, plain)
    const small = records.filter(name => unpackedBytes(metadata, [name]) <= MAX_RECORD_BYTES)
    const rows: Record<string, unknown>[] = await parquetReadObjects({
      file: bufferOf(bytes),
      metadata,
      columns: [...plain, ...small],
      compressors: bounded,
    })
    const builder = new ColumnBuilder()
    for (const row of rows) builder.add(flat(row))
    const names = classNames(metadata)
    const lists = [...nested, ...records.filter(name => !small.includes(name))]
    return {
      path,
      columns: [
        ...builder.list().map(column => ({ ...column, classNames: names.get(column.name) })),
        ...lists.map(name => ({ name, values: rows.map(() => undefined), isNested: true })),
      ],
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

/** Names of the columns at the top level, by what they hold. */
interface Kinds {
  /** One value a row. */
  readonly plain: string[]
  /** Objects of plain values: the `image` of Hugging Face's `datasets`, with `bytes` and `path`. */
  readonly records: string[]
  /** Lists, and objects of more. */
  readonly nested: string[]
}

function kindsOf({ schema }: FileMetaData): Kinds {
  const kinds: Kinds = { plain: [], records: [], nested: [] }
  const isPlain = ({ num_children = 0, type, repetition_type }: SchemaElement) =>
    num_children === 0 && type !== undefined && type !== 'INT96' && repetition_type !== 'REPEATED'
  for (let i = 1; i < schema.length; ) {
    const end = endOf(schema, i)
    const { name, num_children = 0, repetition_type, logical_type, converted_type } = schema[i]
    const children = schema.slice(i + 1, end)
    const isRecord =
      num_children > 0 &&
      repetition_type !== 'REPEATED' &&
      !logical_type &&
      !converted_type &&
      children.every(isPlain)
    if (isPlain(schema[i])) kinds.plain.push(name)
    else if (isRecord) kinds.records.push(name)
    else if (num_children > 0 || repetition_type === 'REPEATED') kinds.nested.push(name)
    i = end
  }
  return kinds
}

/** Where the elements below one end: the schema is a tree, written down depth first. */
function endOf(schema: readonly SchemaElement[], at: number): number {
  let left = 1
  let i = at
  for (; left > 0 && i < schema.length; i++) left += (schema[i].num_children ?? 0) - 1
  return i
}

/** A row whose objects are columns of their own: `image.path`. Bytes are a photo's, and no text. */
function flat(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(row).flatMap(([name, value]): [string, unknown][] => {
    const record = recordSchema.safeParse(value)
    if (!record.success || value instanceof Date) return [[name, value]]
    return Object.entries(record.data)
      .filter(([inner]) => inner !== 'bytes')
      .map(([inner, one]) => [`${name}.${inner}`, one])
  })
  return Object.fromEntries(entries)
}

const recordSchema = z.record(z.string(), z.unknown())

function requireBounded(metadata: FileMetaData, columns: readonly string[]): void {
  const { num_rows } = metadata
  if (num_rows > MAX_ROWS) throw new Error(`it has ${num_rows} rows; at most ${MAX_ROWS} are read`)
  const unpacked = unpackedBytes(metadata, columns)
  if (unpacked > MAX_UNPACKED_BYTES)
    throw new Error(`it unpacks to ${unpacked} bytes; at most ${MAX_UNPACKED_BYTES} are read`)
}

/** What columns at the top level say they unpack to. */
function unpackedBytes({ row_groups }: FileMetaData, columns: readonly string[]): bigint {
  let unpacked = 0n
  for (const group of row_groups)
    for (const { meta_data } of group.columns)
      if (meta_data && columns.includes(meta_data.path_in_schema[0]))
        unpacked += meta_data.total_uncompressed_size
  return unpacked
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
