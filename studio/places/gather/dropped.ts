/** A file that was dropped or chosen, with the folders that it lies in, outermost first. */
export interface DroppedFile {
  readonly file: File
  readonly folders: readonly string[]
}

/** Photos that go together into one class. */
export interface Group {
  /** The folder's name; undefined for photos that were dropped as such. */
  readonly name: string | undefined
  readonly files: readonly File[]
}

/** What was dropped, put in order. */
export interface Sorted {
  readonly groups: readonly Group[]
  readonly archives: readonly File[]
  /** Files that are no photos. */
  readonly left: number
}

const archiveName = /\.(zip|tar|tgz|tar\.(gz|zst|xz|bz2)|tzst|tm)$/i
const photoName = /\.(jpe?g|jpe|jfif|png|webp|gif|bmp|avif|hei[cf]|tiff?|jp2|j2k|ico|p[bgp]m|pnm)$/i

/** Folders that divide a data set: the classes lie in them. */
const partName = /^(train(ing)?|valid(ation)?|val|test(ing)?|images|photos|data(set)?)$/i

/** Everything that was dropped, folders with all that is in them. To be called while the event is being handled. */
export async function filesOf(transfer: DataTransfer): Promise<DroppedFile[]> {
  // Both are asked for at once: a moment later the browser has forgotten what was dropped.
  const items = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map(item => ({ entry: item.webkitGetAsEntry?.() ?? undefined, file: item.getAsFile() }))
  const found = await Promise.all(
    items.map(({ entry, file }) => {
      if (entry?.isDirectory) return walk(entry, [])
      return file === null ? [] : [{ file, folders: [] }]
    }),
  )
  return found.flat()
}

/** Files that were chosen in a dialog, one at a time or a whole folder. */
export function filesIn(list: readonly File[]): DroppedFile[] {
  return list.map(file => ({ file, folders: file.webkitRelativePath.split('/').slice(0, -1) }))
}

async function walk(entry: FileSystemEntry, folders: readonly string[]): Promise<DroppedFile[]> {
  if (entry.name.startsWith('.')) return []
  if (isFile(entry)) {
    const file = await new Promise<File | undefined>(resolve => entry.file(resolve, () => resolve(undefined)))
    return file === undefined ? [] : [{ file, folders }]
  }
  if (!isFolder(entry)) return []
  const reader = entry.createReader()
  const found: DroppedFile[] = []
  for (;;) {
    // A hundred at a time, until there are none.
    const some = await new Promise<FileSystemEntry[]>(resolve =>
      reader.readEntries(resolve, () => resolve([])),
    )
    if (some.length === 0) return found
    for (const one of some) found.push(...(await walk(one, [...folders, entry.name])))
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

/** Puts files into groups: a folder with photos in it is a class, and so is each folder in a folder that only holds others. */
export function sorted(dropped: readonly DroppedFile[]): Sorted {
  const shown = dropped.filter(({ file }) => !file.name.startsWith('.'))
  const archives = shown.filter(({ file }) => archiveName.test(file.name)).map(({ file }) => file)
  const photos = shown.filter(({ file }) => isPhoto(file))
  const groups = new Map<string | undefined, File[]>()
  for (const { file, folders } of photos) {
    const name = classOf(folders, photos)
    groups.set(name, [...(groups.get(name) ?? []), file])
  }
  return {
    groups: [...groups].map(([name, files]) => ({ name, files })),
    archives,
    left: shown.length - photos.length - archives.length,
  }
}

function isPhoto({ name, type }: File): boolean {
  return (
    !archiveName.test(name) &&
    (photoName.test(name) || (type.startsWith('image/') && type !== 'image/svg+xml'))
  )
}

/** The outermost folder that says something: not one that is a part, nor one that holds nothing but several others. */
function classOf(folders: readonly string[], photos: readonly DroppedFile[]): string | undefined {
  for (const [depth, name] of folders.entries()) {
    if (depth === folders.length - 1) return name
    const inside = photos.filter(one =>
      folders.slice(0, depth + 1).every((step, i) => one.folders[i] === step),
    )
    const isClass = inside.some(one => one.folders.length === depth + 1)
    if (isClass && !partName.test(name)) return name
  }
  return undefined
}
