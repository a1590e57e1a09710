import type { WorkOptions } from '../../core/index.js'
import type { ListedPhotos, PhotoFate } from '../../dataset/index.js'
import { type OperationWriter, SetAside, tidySetAside } from '../../files/index.js'
import { followTables, type StaleTable, whyNot } from '../fix/index.js'
import { markAct } from '../marks/index.js'
import type { EditPlan } from './plan.js'
import type { LeftUnedited } from './plan-edit.js'
import { restoreRows } from './restore-rows.js'

/** What an edit did. */
export interface CarriedOut {
  /** Photos that have another place now, by where they were. */
  readonly moved: readonly { readonly from: string; readonly to: string }[]
  readonly left: readonly LeftUnedited[]
  readonly stale: readonly StaleTable[]
}

/**
 * Does what a plan says, as far as it was not done before a kill, and ends the operation. A photo that was changed since is left
 * as it is.
 *
 * @throws `io` where nothing more can be done; `interrupted`
 */
export async function carryOut(
  plan: EditPlan,
  { files }: Pick<ListedPhotos, 'files'>,
  writer: OperationWriter,
  { signal }: WorkOptions,
): Promise<CarriedOut> {
  if (plan.kind === 'reject') await SetAside.open(writer.folder)
  const left: LeftUnedited[] = []
  const moved = await movePhotos(plan, writer, left, signal)
  const marked = writer.operation.acts.filter(({ what }) => what.act === 'mark').length
  for (const photos of plan.marks.slice(marked))
    await writer.do(markAct(plan.kind === 'apart' ? 'apart' : 'keep', photos), {}, signal)
  const stale =
    plan.kind === 'restore'
      ? await restoreRows(writer, moved, signal)
      : await follow(plan, files, moved, left, writer, signal)
  await tidySetAside(writer.folder)
  await writer.end()
  return { moved, left, stale }
}

async function movePhotos(
  { kind, moves }: EditPlan,
  writer: OperationWriter,
  left: LeftUnedited[],
  signal: AbortSignal | undefined,
): Promise<EditPlan['moves']> {
  const done = new Set(writer.operation.acts.map(({ what }) => (what.act === 'move' ? what.from : '')))
  const moved: EditPlan['moves'] = []
  for (const [i, move] of moves.entries())
    try {
      if (!done.has(move.from)) await writer.do({ act: 'move', ...move }, { why: kind }, signal)
      moved.push(move)
    } catch (error) {
      left.push({ photo: move.from, reason: whyNot(error, i, moves.length) })
    }
  return moved
}

/** Tables follow their photos, by the names that these had before. */
async function follow(
  { labels, moves }: EditPlan,
  files: ListedPhotos['files'],
  moved: EditPlan['moves'],
  left: LeftUnedited[],
  writer: OperationWriter,
  signal: AbortSignal | undefined,
): Promise<readonly StaleTable[]> {
  const aside = await SetAside.preview(writer.folder)
  const places = new Map(moved.map(({ from, to }) => [from, aside.holds(to) ? undefined : to]))
  const planned = new Set(moves.map(({ from }) => from))
  const fates = new Map<string, PhotoFate>([...places].map(([from, to]) => [from, { to }]))
  for (const { photo, was, now } of labels)
    if (places.has(photo) || !planned.has(photo))
      fates.set(photo, { to: places.get(photo) ?? photo, label: { was, now } })
  const arrived = new Set([...places.values()])
  const names = files.map(({ path }) => path).filter(path => !arrived.has(path))
  const { changed, stale } = await followTables(
    writer,
    [...new Set([...names, ...fates.keys()])],
    fates,
    signal,
  )
  const alone = labels.filter(({ photo }) => !planned.has(photo))
  const why =
    stale.map(({ path, reason }) => `"${path}": ${reason}`).join('; ') ||
    'no table was found that says its class'
  if (changed.length === 0) left.push(...alone.map(({ photo }) => ({ photo, reason: why })))
  return stale
}
