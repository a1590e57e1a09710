import type { WorkOptions } from '../../core/index.js'
import type { ListedPhotos } from '../../dataset/index.js'
import { type AskedBy, Journal } from '../../files/index.js'
import type { StaleTable } from '../fix/index.js'
import { type CarriedOut, carryOut } from './carry-out.js'
import { editKinds, editPlanSchema } from './plan.js'
import { type EditRequest, type LeftUnedited, planEdit } from './plan-edit.js'

export interface EditOptions extends WorkOptions {
  readonly by: AskedBy
  /** Lists the photos as they are now. */
  readonly list: () => Promise<ListedPhotos>
}

export interface Edited {
  /** Number of the operation in the journal; null where nothing was done. */
  readonly operation: number | null
  readonly moved: CarriedOut['moved']
  readonly left: readonly LeftUnedited[]
  readonly stale: readonly StaleTable[]
}

/**
 * Does to photos what a person asks for by hand, as one operation in the folder's journal, which is on the disk when this
 * resolves. An edit that a kill cut off is finished first.
 *
 * @param root - absolute, without links
 * @throws `data` for a damaged or newer journal; `io`; `interrupted`
 */
export async function editIn(root: string, request: EditRequest, options: EditOptions): Promise<Edited> {
  const journal = await Journal.open(root)
  try {
    await goOn(journal, options)
    const listed = await options.list()
    const { plan, left } = await planEdit(request, listed, journal.folder, journal.operations)
    if (plan.moves.length + plan.labels.length + plan.marks.length === 0)
      return { operation: null, moved: [], left, stale: [] }
    const writer = await journal.begin(request.kind, options.by)
    await writer.settleOn(plan)
    const done = await carryOut(plan, listed, writer, options)
    return { operation: writer.id, moved: done.moved, left: [...left, ...done.left], stale: done.stale }
  } finally {
    journal.close()
  }
}

/**
 * Finishes an edit that a kill cut off; whether there was one.
 *
 * @throws `io` when another process has the journal; `data` for a damaged or newer one
 */
export async function finishEdit(root: string, options: EditOptions): Promise<boolean> {
  const journal = await Journal.open(root)
  try {
    return await goOn(journal, options)
  } finally {
    journal.close()
  }
}

async function goOn(journal: Journal, options: EditOptions): Promise<boolean> {
  const { cutOff } = journal
  if (cutOff === undefined || !editKinds.some(kind => kind === cutOff.name)) return false
  const plan = editPlanSchema.safeParse(cutOff.plan).data
  const writer = await journal.begin(cutOff.name, options.by)
  // Nothing is done before it is settled what.
  if (plan === undefined) await writer.end()
  else await carryOut(plan, await options.list(), writer, options)
  return true
}
