import { ChiquitoError, type WorkOptions } from '../../core/index.js'
import type { Operation } from './history.js'
import { InnerFolder } from './inner-path.js'
import { type AskedBy, Journal } from './journal.js'
import { noJournal, operationToRedo, originalOf } from './operations.js'
import { isAside, SetAside, tidySetAside } from './set-aside.js'
import { type LeftAlone, takeBackAs } from './take-back.js'
import { hasJournal } from './undo.js'

export interface RedoFolderOptions extends WorkOptions {
  readonly by: AskedBy
}

export interface RedoneFolder {
  /** What is done again, newest first; none where nothing was taken back, or something else was done since. */
  readonly operations: readonly Pick<Operation, 'id' | 'name' | 'at'>[]
  /** Acts done again. */
  readonly acts: number
  readonly left: readonly LeftAlone[]
}

/**
 * Does again what the last undo took back, exactly. It is an operation of its own, which `undo` takes back; after a kill the next
 * call finishes it. Anything else that is done to the folder forgets what could be done again.
 *
 * @throws `data` where nothing was ever done, the journal cannot be read, or photos would have to be written anew; `io`; `interrupted`
 */
export async function redoFolder(folder: string, options: RedoFolderOptions): Promise<RedoneFolder> {
  const { root } = await InnerFolder.open(folder)
  if (!(await hasJournal(root))) throw noJournal(folder)
  const journal = await Journal.open(root)
  try {
    const { cutOff } = journal
    // Half of an undo is no state that anybody asked for: it is finished first.
    if (cutOff?.undoes !== undefined) await takeBackAs(journal, cutOff, options)
    const target =
      cutOff?.redoes === undefined ? operationToRedo(journal.operations) : undoneBy(journal, cutOff)
    if (target === undefined) return { operations: [], acts: 0, left: [] }
    requireRepeatable(target)
    await reopenSetAside(journal, target)
    const done = await takeBackAs(journal, { name: 'redo', redoes: [target.id] }, options)
    await tidySetAside(journal.folder)
    return { operations: originals(journal.operations, target), ...done }
  } finally {
    journal.close()
  }
}

function undoneBy({ operations }: Journal, { redoes = [] }: Operation): Operation | undefined {
  return operations.find(({ id }) => redoes.includes(id))
}

/** The operations that an undo took back, by the names a person knows them by. */
function originals(
  operations: readonly Operation[],
  { undoes = [] }: Operation,
): Pick<Operation, 'id' | 'name' | 'at'>[] {
  return operations
    .filter(({ id }) => undoes.includes(id))
    .map(operation => {
      const first = originalOf(operations, operation)
      return { id: operation.id, name: first.name, at: operation.at }
    })
    .reverse()
}

/** What lies set aside is marked, so that nobody reads it as photos: `undo` clears that away with the last of it. */
async function reopenSetAside({ folder }: Journal, { acts }: Operation): Promise<void> {
  const aside = await SetAside.preview(folder)
  const places = acts.flatMap(({ what }) => (what.act === 'move' && isAside(what.from) ? [what.from] : []))
  if (places.length === 0) return
  if (!places.every(place => aside.holds(place)))
    throw new ChiquitoError(
      'data',
      `"${places[0]?.split('/')[0]}" is a folder of yours by now, where photos were set aside before: rename it, then redo. Nothing was changed.`,
    )
  await SetAside.open(folder)
}

/** What was written anew was thrown away when it was taken back. */
function requireRepeatable({ acts }: Operation): void {
  if (acts.every(({ what }) => what.act !== 'restore')) return
  throw new ChiquitoError(
    'data',
    'What was taken back had written photos anew (doctor --even-out), and those are thrown away by then: give the command again ' +
      'instead of redo. Nothing was changed.',
  )
}
