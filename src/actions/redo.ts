import type { WorkOptions } from '../core/index.js'
import { type AskedBy, type LeftAlone, redoFolder } from '../files/index.js'
import { journalledFolder } from './undo.js'

export interface RedoOptions extends WorkOptions {
  /** Folder of the photos, as `undo` was given it. */
  readonly data: string
}

export interface RedoResult {
  /** Absolute; paths are relative to it. */
  readonly folder: string
  /** What was done again; none where nothing was taken back, or something else was done since. */
  readonly operations: readonly { readonly id: number; readonly name: string; readonly at: string }[]
  /** How many moves, changes of tables, and marks were done again. */
  readonly changes: number
  /** What was changed since by somebody else, and was left as it is. */
  readonly left: readonly LeftAlone[]
}

/**
 * Does again what the last `undo` took back, exactly; `undo` takes it back once more, without end in both directions. Whatever
 * else is done to the folder forgets what could be done again. After a kill in the middle the next call finishes it.
 *
 * @throws `data` where nothing was ever done here, the journal is damaged or newer, or photos would have to be written anew
 * (`doctor --even-out`); `io`; `interrupted`
 */
export function redo(options: RedoOptions): Promise<RedoResult> {
  return redoFor('library', options)
}

export async function redoFor(by: AskedBy, { data, ...work }: RedoOptions): Promise<RedoResult> {
  const folder = await journalledFolder(data)
  const { acts, ...rest } = await redoFolder(folder, { ...work, by })
  return { folder, changes: acts, ...rest }
}
