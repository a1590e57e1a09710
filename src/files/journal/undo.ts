import type { WorkOptions } from '../../core/index.js'
import type { Operation } from './history.js'
import { InnerFolder } from './inner-path.js'
import { type AskedBy, Journal } from './journal.js'
import { noJournal, operationsToUndo, originalOf } from './operations.js'
import { readJournal } from './read-journal.js'
import { filesSetAside, tidySetAside } from './set-aside.js'
import { type LeftAlone, takeBackAs } from './take-back.js'

export interface UndoFolderOptions extends WorkOptions {
  /** Take back all from this operation on (its number or name), or all begun since this time; the last one by default. */
  readonly since?: string | undefined
  readonly by: AskedBy
}

export interface UndoneFolder {
  /** Those that were taken back, newest first. */
  readonly operations: readonly Pick<Operation, 'id' | 'name' | 'at'>[]
  /** Acts taken back. */
  readonly acts: number
  readonly left: readonly LeftAlone[]
  /** Files that were set aside by nothing that the journal tells of. */
  readonly unknown: readonly string[]
}

/**
 * Takes back what was done to a folder, exactly: every photo gets its place, name and bytes again. It is journalled itself:
 * after a kill the next call finishes it. What a person changed since stays as it is, and is told.
 *
 * @throws `data` where nothing was ever done, or the journal cannot be read; `usage`; `io`; `interrupted`
 */
export async function undoFolder(folder: string, options: UndoFolderOptions): Promise<UndoneFolder> {
  // Before the lock: a folder in which nothing was ever done is not written to.
  const { root } = await InnerFolder.open(folder)
  if (!(await hasJournal(root))) throw noJournal(folder)
  const journal = await Journal.open(root)
  try {
    const done: Operation[] = []
    const left: LeftAlone[] = []
    let acts = 0
    const takeBack = async (targets: readonly Operation[]) => {
      const taken = await takeBackAs(journal, { name: 'undo', undoes: targets.map(({ id }) => id) }, options)
      acts += taken.acts
      left.push(...taken.left)
      done.push(...targets)
    }
    // Half of a redo could not be done again as a whole.
    if (journal.cutOff?.redoes !== undefined) await takeBackAs(journal, journal.cutOff, options)
    const cutOff = journal.cutOff
    const begun = cutOff?.undoes
    if (begun !== undefined)
      await takeBack(journal.operations.filter(({ id }) => begun.includes(id)).reverse())
    // A killed undo that was finished is what was asked for.
    if (begun === undefined || options.since !== undefined) {
      // What was killed before its first act is the last one all the same.
      const isBare = cutOff?.acts.length === 0 && options.since === undefined && begun === undefined
      const targets = isBare ? [cutOff] : operationsToUndo(journal.operations, options.since)
      if (targets.length > 0) await takeBack(targets)
    }
    await tidySetAside(journal.folder)
    const unknown = await unknownFiles(journal)
    return { operations: done.map(one => toldOf(journal, one)), acts, left, unknown }
  } finally {
    journal.close()
  }
}

/** By the name that a person knows it by: that of what a redo did again. */
function toldOf({ operations }: Journal, operation: Operation): UndoneFolder['operations'][number] {
  return { id: operation.id, name: originalOf(operations, operation).name, at: operation.at }
}

/** Only where the journal was cut or replaced is there anything of which it does not tell. */
async function unknownFiles(journal: Journal): Promise<string[]> {
  const told = new Set(
    journal.operations
      .flatMap(({ acts }) => acts)
      .map(({ what }) => (what.act === 'replace' ? what.kept : what.act === 'move' ? what.to : '')),
  )
  return (await filesSetAside(journal.folder)).filter(path => !told.has(path))
}

/** Whether a folder has a journal. @throws `data`, `io` */
export async function hasJournal(root: string): Promise<boolean> {
  return (await readJournal(root)) !== undefined
}
