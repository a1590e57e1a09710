import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { ChiquitoError, describeIssue } from '../../core/index.js'
import { errorCode, ioError } from '../io-error.js'
import { JOURNAL } from '../own-output.js'
import { History } from './history.js'
import { headerSchema, JOURNAL_FORMAT, JOURNAL_VERSION, type JournalRecord, recordSchema } from './record.js'

/** A hundred thousand acts take about 50 MiB; what is larger was not written by us and is not read into memory. */
const MAX_BYTES = 256 * 1024 * 1024

/** All that a journal says. */
export interface JournalContent {
  readonly history: History
  /** Bytes of whole lines: what follows was torn by a kill. */
  readonly bytes: number
}

/**
 * Reads a folder's journal; undefined where there is none. A last line that a kill tore is passed over.
 *
 * @throws `data` for what is no journal, a newer one, or one with a damaged line; `io`
 */
export async function readJournal(root: string): Promise<JournalContent | undefined> {
  const path = join(root, JOURNAL)
  const text = await textOf(path)
  if (text === undefined) return undefined
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  const isWhole = last !== '' && isRecord(last)
  if (isWhole) lines.push(last)
  const bytes = Buffer.byteLength(text) - (isWhole ? 0 : Buffer.byteLength(last))
  requireHeader(path, lines)
  const history = new History()
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line.trim() === '') continue
    const problem = history.add(parse(path, line, i + 1))
    if (problem !== undefined)
      throw new ChiquitoError('data', `"${path}" line ${i + 1} was edited (${problem}): ${remedy}`)
  }
  return { history, bytes }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      const info = await file.stat()
      if (!info.isFile() || info.size > MAX_BYTES)
        throw new ChiquitoError('data', `"${path}" is no journal of chiquito's: ${remedy}`)
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw ioError(error, 'read', path)
  }
}

const remedy =
  'move the file away, and nothing that it tells of can be taken back; or restore it from a copy. Nothing was changed.'

function isRecord(line: string): boolean {
  return recordSchema.safeParse(jsonOf(line)).success || headerSchema.safeParse(jsonOf(line)).success
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** A journal whose very first line was torn holds nothing yet. */
function requireHeader(path: string, lines: readonly string[]): void {
  if (lines.length === 0) return
  const header = headerSchema.safeParse(jsonOf(lines[0].replace(/^\uFEFF/, '')))
  if (!header.success)
    throw new ChiquitoError(
      'data',
      `"${path}" is no journal of chiquito's (its first line is not {"format":"${JOURNAL_FORMAT}",…}): ${remedy}`,
    )
  if (header.data.version > JOURNAL_VERSION)
    throw new ChiquitoError(
      'data',
      `"${path}" was written by a newer chiquito (version ${header.data.version} of the format; this one knows ` +
        `${JOURNAL_VERSION}). Install the newer one: npm install -g chiquito@latest. Nothing was changed.`,
    )
}

function parse(path: string, line: string, number: number): JournalRecord {
  const value = jsonOf(line)
  if (value === undefined)
    throw new ChiquitoError('data', `"${path}" line ${number} is damaged (it is not JSON): ${remedy}`)
  const record = recordSchema.safeParse(value)
  if (record.success) return record.data
  throw new ChiquitoError(
    'data',
    `"${path}" line ${number} is damaged or was edited (${describeIssue(record.error)}): ${remedy}`,
  )
}
