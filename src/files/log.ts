import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { z } from 'zod'
import { ChiquitoError } from '../core/index.js'
import { errorCode, ioError } from './io-error.js'

const recordSchema = z.record(z.string(), z.unknown())

/** One line of a log. */
export type LogRecord = z.infer<typeof recordSchema>

/**
 * A log of one JSON object a line that only grows. Each line is handed to the system before `append` returns (a few
 * microseconds), so a kill loses at most the line being written; `readLog` passes over such a torn line.
 */
export class LogWriter {
  private constructor(
    readonly path: string,
    private readonly file: number,
  ) {}

  /** Opens for appending; made when absent. @throws `io` */
  static open(path: string): LogWriter {
    try {
      const file = openSync(path, 'a+')
      const log = new LogWriter(path, file)
      if (!endsWithNewline(file)) log.write('\n')
      return log
    } catch (error) {
      throw ioError(error, 'open', path)
    }
  }

  /** Adds a line. @throws `io`, for example when the disk is full */
  append(record: LogRecord): void {
    this.write(`${JSON.stringify(record)}\n`)
  }

  /** Has what was added on the disk, so that a power cut does not lose it either (milliseconds). @throws `io` */
  sync(): void {
    try {
      fsyncSync(this.file)
    } catch (error) {
      throw ioError(error, 'write', this.path)
    }
  }

  /** Bytes in the file: where the next line begins. */
  get size(): number {
    return fstatSync(this.file).size
  }

  close(): void {
    closeSync(this.file)
  }

  private write(text: string): void {
    const bytes = Buffer.from(text)
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.file, bytes, written)
    } catch (error) {
      throw ioError(error, 'write', this.path)
    }
  }
}

/**
 * Takes back what was logged beyond the first `size` bytes, because it will happen again. A shorter log, or none, stays
 * as it is. @throws `io`
 */
export async function cutLog(path: string, size: number): Promise<void> {
  try {
    const file = await open(path, 'r+')
    try {
      if ((await file.stat()).size > size) await file.truncate(size)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw ioError(error, 'write', path)
  }
}

/** The records of a log, in order; torn lines, left by a kill, are passed over. @throws `io`, `data` */
export async function readLog(path: string): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  let number = 0
  try {
    const file = await open(path, 'r')
    for await (const line of file.readLines()) {
      number++
      const record = parseLine(line)
      if (record !== undefined) records.push(record)
    }
  } catch (error) {
    throw ioError(error, 'read', path)
  }
  if (number > 0 && records.length === 0)
    throw new ChiquitoError('data', `"${path}" is not a log: none of its ${number} lines is a JSON object.`)
  return records
}

function parseLine(line: string): LogRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

function endsWithNewline(file: number): boolean {
  const { size } = fstatSync(file)
  if (size === 0) return true
  const last = Buffer.alloc(1)
  readSync(file, last, 0, 1, size - 1)
  return last[0] === 0x0a
}
