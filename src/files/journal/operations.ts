import { ChiquitoError } from '../../core/index.js'
import { JOURNAL } from '../own-output.js'
import type { Operation } from './history.js'
import { InnerFolder } from './inner-path.js'
import { readJournal } from './read-journal.js'

/** An operation as a person sees it. */
export interface ListedOperation {
  readonly id: number
  readonly name: string
  /** ISO 8601. */
  readonly at: string
  readonly by: string
  /** Things done. */
  readonly acts: number
  /** Of these, how many were taken back. */
  readonly undone: number
  /** It was killed, or stopped half way. */
  readonly isCutOff: boolean
  /** What a redo did again: the first operation of that; null for one that is no redo. */
  readonly again: string | null
}

/** What was done to a folder, oldest first, without those that took something back. @throws `data`, `io` */
export async function listOperations(folder: string): Promise<ListedOperation[]> {
  const { root } = await InnerFolder.open(folder)
  const journal = await readJournal(root)
  if (journal === undefined) throw noJournal(folder)
  const { operations } = journal.history
  const undone = undoneActs(operations)
  return operations
    .filter(({ undoes }) => undoes === undefined)
    .map(operation => {
      const { id, name, at, by, acts, state } = operation
      const original = originalOf(operations, operation)
      return {
        id,
        name,
        at,
        by,
        acts: acts.length,
        undone: acts.filter(({ number }) => undone.has(number)).length,
        isCutOff: state !== 'done',
        again: original === operation ? null : original.name,
      }
    })
}

/** What a redo does again, through all the redos and undos in between; any other operation is itself. */
export function originalOf(operations: readonly Operation[], operation: Operation): Operation {
  const undo = operations.find(({ id }) => operation.redoes?.includes(id))
  const before = undo && operations.find(({ id }) => undo.undoes?.includes(id))
  return before === undefined ? operation : originalOf(operations, before)
}

export function noJournal(folder: string): ChiquitoError {
  return new ChiquitoError(
    'data',
    `"${folder}" has no ${JOURNAL}: nothing was changed here that could be taken back. Give the folder that "doctor" was given.`,
  )
}

/** Numbers of the acts that were taken back. */
export function undoneActs(operations: readonly Operation[]): ReadonlySet<number> {
  return new Set(operations.flatMap(({ acts }) => acts.flatMap(({ undoes }) => undoes ?? [])))
}

/**
 * The operations that `undo` takes back, newest first: the last one, or all from a number, a name or a time on.
 *
 * @throws `usage` for what names none
 */
export function operationsToUndo(
  operations: readonly Operation[],
  since: string | undefined,
  now = new Date(),
): Operation[] {
  const undone = undoneActs(operations)
  const done = operations.filter(
    ({ undoes, acts }) => undoes === undefined && acts.some(({ number }) => !undone.has(number)),
  )
  if (since !== undefined) {
    const isMeant = sinceWhen(operations, since, now)
    return done.filter(isMeant).reverse()
  }
  // What an undo left, as a person had changed it, is not tried again and again.
  const tried = new Set(operations.flatMap(({ undoes }) => undoes ?? []))
  return done.filter(({ id }) => !tried.has(id)).slice(-1)
}

/**
 * The undo that `redo` takes back: the last one that was not, unless something else was done since. What an undo could not
 * take back, as a person had changed it, cannot be done again either.
 */
export function operationToRedo(operations: readonly Operation[]): Operation | undefined {
  const undone: Operation[] = []
  for (const operation of operations) {
    if (operation.redoes !== undefined) undone.pop()
    else if (operation.acts.length === 0) continue
    else if (operation.undoes === undefined) undone.length = 0
    else undone.push(operation)
  }
  return undone.at(-1)
}

/** What `undo` would take back, and what `redo` would do again. */
export interface NextSteps {
  readonly undo: { readonly name: string; readonly changes: number } | null
  readonly redo: { readonly name: string; readonly changes: number } | null
}

/** What would be taken back, and done again, in a folder; nothing where nothing was ever done. @throws `data`, `io` */
export async function nextSteps(root: string): Promise<NextSteps> {
  const operations = (await readJournal(root))?.history.operations ?? []
  const undone = undoneActs(operations)
  const [back] = operationsToUndo(operations, undefined)
  const forth = operationToRedo(operations)
  const first = operations.find(({ id }) => forth?.undoes?.includes(id))
  const countOf = (operation: Operation) => operation.acts.filter(({ number }) => !undone.has(number)).length
  return {
    undo: back === undefined ? null : { name: originalOf(operations, back).name, changes: countOf(back) },
    redo:
      forth === undefined || first === undefined
        ? null
        : { name: originalOf(operations, first).name, changes: countOf(forth) },
  }
}

type Meant = (operation: Operation) => boolean

function sinceWhen(operations: readonly Operation[], since: string, now: Date): Meant {
  const own = operations.filter(({ undoes }) => undoes === undefined)
  const first =
    (/^#?\d+$/.test(since) && own.find(({ id }) => id === Number(since.replace('#', '')))) ||
    own.findLast(({ name }) => name === since) ||
    own.findLast(({ name }) => name.split(' ').includes(since) || name.split(' ').includes(`--${since}`))
  if (first) return ({ id }) => id >= first.id
  const time = timeOf(since, now)
  if (time !== undefined) return ({ at }) => Date.parse(at) >= time
  const known = own.map(({ id, name, at }) => `${id} "${name}" (${at})`).join(', ')
  throw new ChiquitoError(
    'usage',
    `--since must be the number or name of something that was done, or a time such as 2026-11-29T10:30 or 10:30, but is ` +
      `${JSON.stringify(since)}. There is: ${known}.`,
  )
}

/** A time of day is today's; without a zone it is the local one. */
function timeOf(text: string, now: Date): number | undefined {
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)
  if (clock !== null) {
    const [hours, minutes, seconds] = clock.slice(1).map(part => Number(part ?? 0))
    if (hours > 23 || minutes > 59 || seconds > 59) return undefined
    return new Date(now).setHours(hours, minutes, seconds, 0)
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined
  const time = Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'))
  return Number.isNaN(time) ? undefined : time
}
