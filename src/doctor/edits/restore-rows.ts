import { cellsOf, PhotoIndex } from '../../dataset/index.js'
import { ChangedByHand, editOf, kindOf, type OperationWriter, readText } from '../../files/index.js'
import { restoreCredits, type StaleTable } from '../fix/index.js'
import type { EditMove } from './plan.js'

/** A row that was taken out of a table. */
interface TakenRow {
  readonly table: string
  readonly text: string
  /** What stands in it for the photo. */
  readonly value: string
}

/**
 * Rows that went out of tables as their photos were set aside come back with them, at the end; and so do the lines of the pages that say
 * who made them.
 *
 * @param moved - photos that came back
 * @throws `io`; `interrupted`
 */
export async function restoreRows(
  writer: OperationWriter,
  moved: readonly EditMove[],
  signal: AbortSignal | undefined,
): Promise<StaleTable[]> {
  const back = new Map<string, string[]>()
  for (const move of moved)
    for (const { table, text, value } of takenRows(writer, move.from)) {
      const name = value.slice(value.lastIndexOf('/') + 1)
      const now = move.to.slice(move.to.lastIndexOf('/') + 1)
      const isSame = name.includes('.') && name !== now
      back.set(table, [...(back.get(table) ?? []), isSame ? text.replace(name, () => now) : text])
    }
  const stale: StaleTable[] = []
  for (const [path, rows] of back) {
    const reason = await append(writer, path, rows, signal)
    if (reason !== undefined) stale.push({ path, reason })
  }
  try {
    const returned = moved.flatMap(({ from, to }) => {
      const { by, path } = setAsideBefore(writer, from)
      return by === undefined || path === undefined ? [] : [{ before: path, now: to, acts: by.acts }]
    })
    await restoreCredits(writer, returned, signal)
  } catch (error) {
    if (!(error instanceof ChangedByHand)) throw error
    stale.push({ path: 'ATTRIBUTION', reason: error.message })
  }
  return stale
}

async function append(
  writer: OperationWriter,
  path: string,
  rows: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const place = await writer.folder.at(path)
  const file = (await kindOf(place)) === 'file' ? await readText(place) : undefined
  if (file === undefined) return 'it is no longer there, or no text any more'
  const { text } = file
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const missing = rows.map(row => row.replace(/\r?\n?$/, end)).filter(row => !text.includes(row))
  if (missing.length === 0) return undefined
  const gap = text === '' || text.endsWith('\n') ? '' : end
  try {
    const change = { at: text.length, was: '', now: gap + missing.join('') }
    await writer.do(editOf(path, file, [change]), { why: 'its photos' }, signal)
    return undefined
  } catch (error) {
    if (!(error instanceof ChangedByHand)) throw error
    return error.message
  }
}

/** The operation that set a photo aside, with its moves, and what the photo was called before. */
function setAsideBefore({ operations }: Pick<OperationWriter, 'operations'>, place: string) {
  const by = operations.findLast(({ acts }) =>
    acts.some(({ what }) => what.act === 'move' && what.to === place),
  )
  const moves = (by?.acts ?? []).flatMap(({ what }) => (what.act === 'move' ? [what] : []))
  return { by, moves, path: moves.find(({ to }) => to === place)?.from }
}

/** The rows that the operation took out which set the photo aside. */
function takenRows(writer: Pick<OperationWriter, 'operations'>, place: string): TakenRow[] {
  const { by, moves, path } = setAsideBefore(writer, place)
  if (by === undefined || path === undefined) return []
  return by.acts.flatMap(({ what }) => {
    if (what.act !== 'edit') return []
    const folder = what.path.slice(0, Math.max(0, what.path.lastIndexOf('/')))
    const index = new PhotoIndex(
      folder,
      moves.map(({ from }) => from),
    )
    return what.changes.flatMap(({ was, now }): TakenRow[] => {
      if (now !== '') return []
      const value = valuesOf(what.path, was).find(text => {
        const match = index.find(text)
        return match?.path === path && match.other === undefined
      })
      return value === undefined ? [] : [{ table: what.path, text: was, value }]
    })
  })
}

/** All that may name a photo in a row. */
function valuesOf(table: string, row: string): string[] {
  if (/\.(csv|tsv|tab|txt)$/i.test(table))
    return [',', ';', '\t', '|', ' '].flatMap(mark => cellsOf(row, mark).map(({ text }) => text))
  try {
    const parsed: unknown = JSON.parse(row.replace('\uFEFF', ''))
    if (typeof parsed !== 'object' || parsed === null) return []
    return Object.values(parsed).filter(value => typeof value === 'string')
  } catch {
    return []
  }
}
