import { ChiquitoError, messageOf, plural, type WorkOptions } from '../../core/index.js'
import type { Operation } from './history.js'
import { InnerFolder } from './inner-path.js'
import { inverseOf } from './inverse.js'
import { type AskedBy, Journal, type OperationWriter } from './journal.js'
import { noJournal, operationsToUndo, undoneActs } from './operations.js'
import { readJournal } from './read-journal.js'
import type { Act, RecordedAct } from './record.js'
import { filesSetAside, tidySetAside } from './set-aside.js'

export interface UndoFolderOptions extends WorkOptions {
  /** Take back all from this operation on (its number or name), or all begun since this time; the last one by default. */
  readonly since?: string | undefined
  readonly by: AskedBy
}

/** Something that was not put back, because a person, or another program, had changed it. */
export interface LeftAlone {
  /** The photo, or table, as it was called before. */
  readonly path: string
  /** Where it is now, as far as is known. */
  readonly place: string
  readonly reason: string
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
      const writer = await journal.begin(
        'undo',
        options.by,
        targets.map(({ id }) => id),
      )
      acts += await undoOperations(journal, writer, targets, left, options)
      await writer.end()
      done.push(...targets)
    }
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
    return { operations: done.map(({ id, name, at }) => ({ id, name, at })), acts, left, unknown }
  } finally {
    journal.close()
  }
}

async function undoOperations(
  journal: Journal,
  writer: OperationWriter,
  targets: readonly Operation[],
  left: LeftAlone[],
  { progress, signal }: WorkOptions,
): Promise<number> {
  const undone = undoneActs(journal.operations)
  const acts = targets
    .flatMap(({ acts }) => acts.slice().reverse())
    .filter(({ number }) => !undone.has(number))
  const task = 'Undoing'
  progress?.({ kind: 'start', task, total: acts.length })
  let done = 0
  for (const [i, act] of acts.entries()) {
    const kept = await undoAct(journal, writer, act, signal)
    if (kept.isDone) done++
    left.push(...kept.left)
    progress?.({ kind: 'advance', task, done: i + 1, total: acts.length })
  }
  progress?.({ kind: 'end', task, note: plural(done, 'act') })
  return done
}

async function undoAct(
  journal: Journal,
  writer: OperationWriter,
  record: RecordedAct,
  signal: AbortSignal | undefined,
): Promise<{ readonly isDone: boolean; readonly left: LeftAlone[] }> {
  const leave = (reason: string): LeftAlone => ({ ...placesOf(record.what), reason })
  const markOf = (number: number): Act | undefined =>
    journal.operations.flatMap(({ acts }) => acts).find(act => act.number === number)?.what
  try {
    const { act, lost } = await inverseOf(journal.folder, record, markOf)
    await writer.do(act, { undoes: record.number }, signal)
    return { isDone: true, left: lost.map(leave) }
  } catch (error) {
    if (!(error instanceof ChiquitoError) || error.code !== 'data') throw error
    return { isDone: false, left: [leave(messageOf(error))] }
  }
}

/** What an act is about: its name before, and where it is since. */
function placesOf(act: Act): { readonly path: string; readonly place: string } {
  switch (act.act) {
    case 'move':
      return { path: act.from, place: act.to }
    case 'replace':
      return { path: act.from, place: act.kept }
    case 'restore':
      return { path: act.to, place: act.from }
    case 'edit':
      return { path: act.path, place: act.path }
    case 'mark':
    case 'unmark':
      return { path: '', place: '' }
  }
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
