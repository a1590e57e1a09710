import { dirname, resolve } from 'node:path'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { enterWrappers } from '../dataset/index.js'
import {
  type AskedBy,
  hasJournal,
  InnerFolder,
  type LeftAlone,
  type ListedOperation,
  listOperations as operationsIn,
  undoFolder,
} from '../files/index.js'

export interface UndoOptions extends WorkOptions {
  /** Folder of the photos, as `doctor` was given it. */
  readonly data: string
  /**
   * Take back all from this operation on (its number or name, as {@link listOperations} gives them), or all that was begun
   * since this time (ISO 8601, or `10:30` today); the last operation by default.
   */
  readonly since?: string | undefined
}

export interface UndoResult {
  /** Absolute; paths are relative to it. */
  readonly folder: string
  /** What was taken back, newest first; none where nothing was left to take back. */
  readonly operations: readonly { readonly id: number; readonly name: string; readonly at: string }[]
  /** How many moves, changes of photos and of tables, and marks were taken back. */
  readonly changes: number
  /** What was changed since by somebody else, and was left as it is. */
  readonly left: readonly LeftAlone[]
  /** Photos that lie set aside without a word of them in the journal, as it was cut or replaced. */
  readonly unknown: readonly string[]
}

/**
 * Takes back what `doctor` did to a folder of photos, exactly: places, names, bytes, lines of tables, marks. What was changed
 * since by somebody else is left as it is, and told; nothing is ever overwritten. After a kill in the middle the next call
 * finishes it.
 *
 * @throws `data` where nothing was ever done here, or the journal is damaged or newer; `usage`; `io`; `interrupted`
 */
export function undo(options: UndoOptions): Promise<UndoResult> {
  return undoFor('library', options)
}

export async function undoFor(by: AskedBy, { data, ...options }: UndoOptions): Promise<UndoResult> {
  const folder = await journalledFolder(data)
  const { acts, ...rest } = await undoFolder(folder, { ...options, by })
  return { folder, changes: acts, ...rest }
}

/**
 * What was done to a folder of photos, oldest first. Changes nothing.
 *
 * @throws `data` where nothing was ever done here, or the journal is damaged or newer; `io`
 */
export async function listOperations(data: string): Promise<ListedOperation[]> {
  return operationsIn(await journalledFolder(data))
}

/**
 * The folder with the journal: a data set that stands alone in the folder given is where `doctor` worked.
 *
 * @throws `io` where there is none; `data` for a file, and where the journal lies in a folder above
 */
export async function journalledFolder(data: string): Promise<string> {
  const folder = resolve(data)
  const above = await journalledAbove(folder)
  const hint = above === undefined ? '' : ` The journal lies above it, in "${above}": give that folder.`
  try {
    await InnerFolder.open(folder)
  } catch (error) {
    if (!(error instanceof ChiquitoError) || hint === '') throw error
    throw new ChiquitoError(error.code, `${error.message}${hint}`, { cause: error })
  }
  if (await hasJournal(folder)) return folder
  const inner = await enterWrappers(folder, false).catch(() => folder)
  if (await hasJournal(inner)) return inner
  if (above === undefined) return folder
  throw new ChiquitoError('data', `"${folder}" has no journal.jsonl of its own.${hint}`)
}

/** The nearest folder above with a journal, for whoever gives a class folder or a photo. */
async function journalledAbove(folder: string): Promise<string | undefined> {
  for (let at = folder; at !== dirname(at); at = dirname(at))
    if (await hasJournal(dirname(at)).catch(() => false)) return dirname(at)
  return undefined
}
