import { ChiquitoError, messageOf, plural, type WorkOptions } from '../../core/index.js'
import type { Operation } from './history.js'
import { inverseOf } from './inverse.js'
import type { AskedBy, Journal, OperationWriter } from './journal.js'
import { undoneActs } from './operations.js'
import type { Act, RecordedAct } from './record.js'

/** Something that was not put back, because a person, or another program, had changed it. */
export interface LeftAlone {
  /** The photo, or table, as it was called before. */
  readonly path: string
  /** Where it is now, as far as is known. */
  readonly place: string
  readonly reason: string
}

/** What came of taking back. */
export interface TakenBack {
  /** Acts taken back. */
  readonly acts: number
  readonly left: readonly LeftAlone[]
}

/**
 * Takes other operations back as one of its own, which may have been begun before a kill.
 *
 * @throws `io`; `interrupted`
 */
export async function takeBackAs(
  journal: Journal,
  { name, undoes, redoes }: Pick<Operation, 'name'> & Partial<Pick<Operation, 'undoes' | 'redoes'>>,
  options: WorkOptions & { readonly by: AskedBy },
): Promise<TakenBack> {
  const writer = await journal.begin(name, options.by, { undoes, redoes })
  const ids = undoes ?? redoes ?? []
  const targets = journal.operations.filter(({ id }) => ids.includes(id)).reverse()
  const task = redoes === undefined ? 'Undoing' : 'Redoing'
  const taken = await takeBackActs(journal, writer, targets, task, options)
  await writer.end()
  return taken
}

async function takeBackActs(
  journal: Journal,
  writer: OperationWriter,
  targets: readonly Operation[],
  task: string,
  { progress, signal }: WorkOptions,
): Promise<TakenBack> {
  const left: LeftAlone[] = []
  const undone = undoneActs(journal.operations)
  const acts = targets
    .flatMap(({ acts }) => acts.slice().reverse())
    .filter(({ number }) => !undone.has(number))
  progress?.({ kind: 'start', task, total: acts.length })
  let done = 0
  for (const [i, act] of acts.entries()) {
    const kept = await undoAct(journal, writer, act, signal)
    if (kept.isDone) done++
    left.push(...kept.left)
    progress?.({ kind: 'advance', task, done: i + 1, total: acts.length })
  }
  progress?.({ kind: 'end', task, note: plural(done, 'act') })
  return { acts: done, left }
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
