import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { ByteWriter, type ParquetWriteOptions, parquetWriteRows } from 'hyparquet-writer'
import { ChiquitoError, throwIfAborted, type WorkOptions } from '../../core/index.js'
import { ioError } from '../../files/index.js'
import { rowOf, type VerdictRow } from './row.js'

/** Rows of a group, which is in memory as a whole: fewer where each has many probabilities. */
const GROUP_ROWS = 20_000
const LEAST_GROUP_ROWS = 500
const GROUP_PROBABILITIES = 1_000_000

/** What is known of all rows, beside them. */
export interface ParquetFacts {
  /** What the probabilities are of, in this order. */
  readonly labels: readonly string[]
  readonly texts: Readonly<Record<string, string>>
  /** Rows there are. */
  readonly rows: number
}

/**
 * Writes rows as Parquet: a row group after the other, so that memory does not grow with them. Cut off, it is no Parquet file yet.
 *
 * @param rows - a line of JSON each
 * @throws `io`; `data` where the rows were changed by hand; `interrupted`
 */
export async function writeParquet(
  from: string,
  to: string,
  { labels, texts, rows: total }: ParquetFacts,
  { progress, signal }: WorkOptions,
): Promise<void> {
  const task = 'Writing Parquet'
  const groupRows = Math.floor(GROUP_PROBABILITIES / Math.max(1, labels.length))
  const rowGroupSize = Math.max(LEAST_GROUP_ROWS, Math.min(GROUP_ROWS, groupRows))
  progress?.({ kind: 'start', task, total })
  let file: FileHandle | undefined
  try {
    file = await open(to, 'w')
    let done = 0
    const told = async function* () {
      for await (const row of rowsIn(from)) {
        if (done++ % rowGroupSize === 0) progress?.({ kind: 'advance', task, done, total })
        throwIfAborted(signal)
        yield cellsOf(row)
      }
    }
    await parquetWriteRows({
      writer: fileWriter(file),
      rows: told(),
      columns: schema.flatMap(({ name }) => (columns.has(name) ? [{ name }] : [])),
      schema,
      rowGroupSize,
      createdBy: 'chiquito',
      kvMetadata: Object.entries({ ...texts, 'chiquito.labels': JSON.stringify(labels) }).map(
        ([key, value]) => ({
          key,
          value,
        }),
      ),
    })
    await file.sync()
  } catch (error) {
    throw ioError(error, 'write', to)
  } finally {
    await file?.close()
  }
  progress?.({ kind: 'end', task })
}

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const
const optional = { repetition_type: 'OPTIONAL' } as const

/** Lists as the format's specification lays them out, in three levels. */
const schema: NonNullable<ParquetWriteOptions['schema']> = [
  { name: 'verdicts', num_children: 7 },
  { name: 'path', ...text, repetition_type: 'REQUIRED' },
  { name: 'sha256', ...text, ...optional },
  { name: 'label', ...text, ...optional },
  { name: 'probabilities', ...optional, num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', type: 'DOUBLE', repetition_type: 'REQUIRED' },
  { name: 'known', type: 'DOUBLE', ...optional },
  { name: 'abstained', type: 'BOOLEAN', ...optional },
  { name: 'error', ...text, ...optional },
]
const columns = new Set(['path', 'sha256', 'label', 'probabilities', 'known', 'abstained', 'error'])

/** A row with all columns: null where there is nothing. */
function cellsOf(row: VerdictRow): Record<string, unknown> {
  const none = { label: null, probabilities: null, known: null, abstained: null, error: null }
  return { ...none, ...row }
}

async function* rowsIn(file: string): AsyncGenerator<VerdictRow> {
  let rest = ''
  for await (const text of createReadStream(file, { encoding: 'utf8', highWaterMark: 1024 * 1024 })) {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const row = rowOf(line)
      if (row === undefined)
        throw new ChiquitoError(
          'data',
          `"${file}" was changed: one of its lines is no row. Begin anew with --overwrite.`,
        )
      yield row
    }
  }
}

/** Hands each row group to the file, and waits for it. */
function fileWriter(file: FileHandle): ByteWriter & { flush(): Promise<void> } {
  return Object.assign(new ByteWriter(), {
    async flush(this: ByteWriter) {
      const bytes = this.getBytes()
      await file.appendFile(bytes)
      this.index = 0
    },
    async finish(this: ByteWriter & { flush(): Promise<void> }) {
      await this.flush()
    },
  })
}
