import { InnerFolder, kindOf, type Operation, readJournal, SetAside } from '../../files/index.js'

/** A photo that was set aside. */
export interface RejectedPhoto {
  /** Where it lies, relative to the data set's folder, with `/`. */
  readonly place: string
  /** What it was called. */
  readonly path: string
  /** Why: `rejected`, or the check that found it. */
  readonly why: string
  /** Number of the operation that set it aside. */
  readonly operation: number
}

/** The photos that were set aside in a folder, and can be restored; sorted by what they were called. @throws `data`, `io` */
export async function rejectedPhotos(root: string): Promise<RejectedPhoto[]> {
  const operations = (await readJournal(root))?.history.operations ?? []
  const folder = await InnerFolder.open(root)
  const told = setAsideBy(operations, await SetAside.preview(folder))
  const there: RejectedPhoto[] = []
  for (const photo of told) if ((await kindOf(await folder.at(photo.place))) === 'file') there.push(photo)
  return there.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** What the journal tells of photos that lie set aside. */
export function setAsideBy(operations: readonly Operation[], aside: SetAside): RejectedPhoto[] {
  const photos = new Map<string, RejectedPhoto>()
  for (const { id, acts } of operations)
    for (const { what } of acts) {
      if (what.act !== 'move') continue
      photos.delete(what.from)
      if (!aside.holds(what.to)) continue
      const [, why = ''] = what.to.split('/')
      photos.set(what.to, { place: what.to, path: what.from, why, operation: id })
    }
  return [...photos.values()]
}
