import type { ReturnedCredit } from '../../collect/album/index.js'
import type { PhotoFate } from '../../dataset/index.js'
import { editOf, kindOf, type Operation, type OperationWriter, readText } from '../../files/index.js'

/** Pages that say who made the photos of a folder, as `collect` writes them. */
const PAGES = ['ATTRIBUTION.md', 'ATTRIBUTION.html'] as const

/**
 * Keeps pages of who made photos in step with what an operation did to them: renamed photos are named by their new names, those
 * that were set aside no longer.
 *
 * @throws `ChangedByHand` (`data`); `io`; `interrupted`
 */
export async function followCredits(
  writer: OperationWriter,
  fates: ReadonlyMap<string, PhotoFate>,
  signal: AbortSignal | undefined,
): Promise<{ readonly path: string; readonly rows: number }[]> {
  const moved = [...fates].filter(([before, { to }]) => to !== before)
  const changed: { path: string; rows: number }[] = []
  for (const folder of foldersOf(moved.map(([before]) => before)))
    for (const page of PAGES) {
      const path = `${folder}${page}`
      if ((await kindOf(await writer.folder.at(path))) !== 'file') continue
      const text = await readText(await writer.folder.at(path))
      if (text === undefined) continue
      const { creditChanges } = await import('../../collect/album/index.js')
      const inner = moved.flatMap(([before, { to }]): [string, string | undefined][] =>
        before.startsWith(folder)
          ? [[before.slice(folder.length), to?.startsWith(folder) ? to.slice(folder.length) : undefined]]
          : [],
      )
      const changes = await creditChanges(page, text.text, new Map(inner))
      if (changes.length === 0) continue
      await writer.do(editOf(path, text, changes), { why: 'its photos' }, signal)
      changed.push({ path, rows: changes.length })
    }
  return changed
}

/** A photo that came back from where it was set aside, and the acts of the operation that put it there. */
export interface ReturnedPhoto {
  readonly before: string
  readonly now: string
  readonly acts: Operation['acts']
}

/**
 * Puts back what the pages said of photos that came back.
 *
 * @throws `ChangedByHand` (`data`); `io`; `interrupted`
 */
export async function restoreCredits(
  writer: OperationWriter,
  photos: readonly ReturnedPhoto[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const pages = new Map<string, ReturnedCredit[]>()
  for (const { before, now, acts } of photos)
    for (const { what } of acts) {
      if (what.act !== 'edit') continue
      const folder = what.path.slice(0, what.path.lastIndexOf('/') + 1)
      if (pageNamed(what.path) === undefined || !before.startsWith(folder) || !now.startsWith(folder))
        continue
      const inner = { before: before.slice(folder.length), now: now.slice(folder.length) }
      const taken = what.changes.filter(change => change.now === '')
      const credits = taken.map(({ was }) => ({ was, ...inner }))
      pages.set(what.path, [...(pages.get(what.path) ?? []), ...credits])
    }
  for (const [path, credits] of pages) {
    const [page, place] = [pageNamed(path), await writer.folder.at(path)]
    const text = (await kindOf(place)) === 'file' ? await readText(place) : undefined
    if (page === undefined || text === undefined) continue
    const { returnedCredits } = await import('../../collect/album/index.js')
    const changes = await returnedCredits(page, text.text, credits)
    if (changes.length > 0) await writer.do(editOf(path, text, changes), { why: 'its photos' }, signal)
  }
}

function pageNamed(path: string): (typeof PAGES)[number] | undefined {
  return PAGES.find(page => page === path.slice(path.lastIndexOf('/') + 1))
}

/** The folders that photos lie in, and those around them, each with `/` at its end; the root's is empty. */
function foldersOf(paths: readonly string[]): Set<string> {
  const folders = new Set<string>()
  for (const path of paths)
    for (let end = path.lastIndexOf('/'); ; end = path.lastIndexOf('/', end - 1)) {
      folders.add(path.slice(0, end + 1))
      if (end <= 0) {
        folders.add('')
        break
      }
    }
  return folders
}
