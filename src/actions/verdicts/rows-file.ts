import { type FileHandle, open } from 'node:fs/promises'
import { ioError } from '../../files/index.js'
import { rowOf, type VerdictRow } from './row.js'
import type { Tally } from './tally.js'

/** Read at a time. */
const CHUNK_BYTES = 1024 * 1024
const NEWLINE = 0x0a

/** A power cut loses what was written in this time at most; a kill loses nothing of it. */
const SYNC_MS = 5000

/** The rows so far, a line each: only whole shards, in order. */
export class RowsFile {
  private lastSync = performance.now()

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    /** Rows that are there. */
    public count: number,
  ) {}

  /**
   * Opens the rows of an earlier start, or none. What was cut off in the middle of a shard, or torn by a power cut, is taken away.
   *
   * @param shard - rows that are written together
   * @param total - rows that there will be: behind them, too, a shard ends
   * @param tally - told of each row that stays
   * @throws `io`
   */
  static async open(
    path: string,
    { shard, total, tally }: { readonly shard: number; readonly total: number; readonly tally: Tally },
  ): Promise<RowsFile> {
    try {
      const file = await open(path, 'a+')
      try {
        let waiting: VerdictRow[] = []
        let count = 0
        let bytes = 0
        for await (const { row, end } of rowsOf(file)) {
          if (row === undefined || count === total) break
          waiting.push(row)
          if (waiting.length < shard && count + waiting.length < total) continue
          for (const one of waiting) tally.add(one)
          count += waiting.length
          bytes = end
          waiting = []
        }
        await file.truncate(bytes)
        return new RowsFile(path, file, count)
      } catch (error) {
        await file.close()
        throw error
      }
    } catch (error) {
      throw ioError(error, 'open', path)
    }
  }

  /** Adds the rows of a shard, and counts them. @throws `io`, for example when the disk is full */
  async append(lines: readonly string[], tally: Tally): Promise<void> {
    try {
      await this.file.appendFile(lines.join(''))
      this.count += lines.length
      for (const line of lines) {
        const row = rowOf(line)
        if (row) tally.add(row)
      }
      if (performance.now() - this.lastSync < SYNC_MS) return
      await this.file.datasync()
      this.lastSync = performance.now()
    } catch (error) {
      throw ioError(error, 'write', this.path)
    }
  }

  /** All of it is on the disk then. @throws `io` */
  async finish(): Promise<void> {
    try {
      await this.file.sync()
    } catch (error) {
      throw ioError(error, 'write', this.path)
    }
  }

  close(): Promise<void> {
    return this.file.close()
  }
}

/** Each line as a row, undefined where it is none, and where it ends in the file. */
async function* rowsOf(
  file: FileHandle,
): AsyncGenerator<{ readonly row: VerdictRow | undefined; readonly end: number }> {
  const chunk = Buffer.alloc(CHUNK_BYTES)
  let rest: Buffer = Buffer.alloc(0)
  let at = 0
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
    if (bytesRead === 0) return
    position += bytesRead
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)])
    let from = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      at += end + 1 - from
      yield { row: rowOf(bytes.toString('utf8', from, end)), end: at }
      from = end + 1
    }
    rest = bytes.subarray(from)
  }
}
