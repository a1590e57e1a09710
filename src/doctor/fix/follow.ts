import { messageOf, throwIfAborted } from '../../core/index.js'
import { type PhotoFate, type PhotoTable, photoTable, photoTables, rowChanges } from '../../dataset/index.js'
import { ChangedByHand, editOf, type OperationWriter, readText, type SetAside } from '../../files/index.js'
import { followCredits } from './credits.js'

/** A table that could not be kept in step. */
export interface StaleTable {
  readonly path: string
  readonly reason: string
}

/** Tables that were kept in step with their photos. */
export interface FollowedTables {
  /** Tables changed, and how many of their rows. */
  readonly changed: readonly { readonly path: string; readonly rows: number }[]
  readonly stale: readonly StaleTable[]
}

/** Photos that a table names which cannot be changed, each with that table. */
export function heldByTables(tables: readonly PhotoTable[]): ReadonlyMap<string, string> {
  const held = tables.filter(({ isText }) => !isText)
  return new Map(
    held.flatMap(({ path, rows }) => rows.flatMap(({ photo }) => (photo ? [[photo, path]] : []))),
  )
}

/** Keeps the tables of a data set in step with what an operation did to its photos. @throws `io`; `interrupted` */
export async function followTables(
  writer: OperationWriter,
  paths: readonly string[],
  fates: ReadonlyMap<string, PhotoFate>,
  signal: AbortSignal | undefined,
): Promise<FollowedTables> {
  const changed: { path: string; rows: number }[] = []
  const stale: StaleTable[] = []
  if (fates.size === 0) return { changed, stale }
  const { folder } = writer
  for (const { path } of await photoTables(folder.root, paths)) {
    throwIfAborted(signal)
    try {
      const table = await photoTable(folder.root, path, paths)
      if (!table?.rows.some(({ photo }) => photo !== undefined && fates.has(photo))) continue
      const text = table.isText ? await readText(await folder.at(path)) : undefined
      if (text === undefined) {
        stale.push({ path, reason: table.isText ? 'it is not in UTF-8' : 'Parquet files are not changed' })
        continue
      }
      const rows = rowChanges(table, text.text, fates)
      if ('problem' in rows) stale.push({ path, reason: rows.problem })
      else if (rows.changes.length > 0) {
        await writer.do(editOf(path, text, rows.changes), { why: 'its photos' }, signal)
        changed.push({ path, rows: rows.changes.length })
      }
    } catch (error) {
      if (!(error instanceof ChangedByHand)) throw error
      stale.push({ path, reason: messageOf(error) })
    }
  }
  try {
    changed.push(...(await followCredits(writer, fates, signal)))
  } catch (error) {
    if (!(error instanceof ChangedByHand)) throw error
    stale.push({ path: 'ATTRIBUTION', reason: messageOf(error) })
  }
  return { changed, stale }
}

/**
 * What an operation did to photos so far, also before it was cut off, by every name that a photo had on the way: a table may
 * have followed half of it.
 */
export function fatesOf({ operation }: OperationWriter, aside: SetAside): Map<string, PhotoFate> {
  const fates = new Map<string, PhotoFate>()
  // By where a photo is now, what it was called on the way there.
  const names = new Map<string, readonly string[]>()
  for (const { what } of operation.acts) {
    if (what.act !== 'move' && what.act !== 'replace') continue
    const to = aside.holds(what.to) ? undefined : what.to
    if (to === what.from) continue
    const before = [...(names.get(what.from) ?? []), what.from]
    names.delete(what.from)
    if (to !== undefined) names.set(to, before)
    for (const name of before) fates.set(name, { to })
  }
  return fates
}

/** Every name that photos had or have, for tables that followed half of an operation. */
export function allNames(paths: readonly string[], fates: ReadonlyMap<string, PhotoFate>): string[] {
  return [...new Set([...paths, ...fates.keys(), ...[...fates.values()].flatMap(({ to }) => to ?? [])])]
}
