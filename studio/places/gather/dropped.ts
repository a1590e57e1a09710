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

/** What was dropped or pasted. */
export interface Given {
  readonly files: readonly DroppedFile[]
  /** Names of files and folders that the browser could not read. */
  readonly lost: readonly string[]
}

/**
 * Everything that was dropped or pasted, folders with all that is in them. To be called while the event is being handled.
 */
export async function filesOf(transfer: DataTransfer): Promise<Given> {
  // Both are asked for at once: a moment later the browser has forgotten what was dropped.
  const items = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map(item => ({ entry: item.webkitGetAsEntry?.() ?? undefined, file: item.getAsFile() }))
  const lost: string[] = []
  const found = await Promise.all(
    items.map(({ entry, file }) => {
      if (entry?.isDirectory) return walk(entry, [], lost)
      return file === null ? [] : [{ file, folders: [] }]
    }),
  )
  return { files: found.flat(), lost }
}

/** Files that were chosen in a dialog, one at a time or a whole folder. */
export function filesIn(list: readonly File[]): DroppedFile[] {
  return list.map(file => ({ file, folders: file.webkitRelativePath.split('/').slice(0, -1) }))
}

async function walk(
  entry: FileSystemEntry,
  folders: readonly string[],
  lost: string[],
): Promise<DroppedFile[]> {
  if (entry.name.startsWith('.')) return []
  try {
    if (isFile(entry)) {
      const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
      return [{ file, folders }]
    }
    return isFolder(entry) ? await filesBelow(entry, [...folders, entry.name], lost) : []
  } catch {
    lost.push(entry.name)
    return []
  }
}

async function filesBelow(
  folder: FileSystemDirectoryEntry,
  folders: readonly string[],
  lost: string[],
): Promise<DroppedFile[]> {
  const reader = folder.createReader()
  const found: DroppedFile[] = []
  for (;;) {
    // A hundred at a time, until there are none.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return found
    for (const one of some) found.push(...(await walk(one, folders, lost)))
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
  const holders = new Set(photos.map(({ folders }) => folders.join('/')))
  const groups = new Map<string | undefined, File[]>()
  for (const { file, folders } of photos) {
    const name = classOf(folders, holders)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [file])
    else group.push(file)
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

/**
 * The outermost folder that says something: not one that is a part, nor one that holds nothing but several others.
 *
 * @param holders - folders in which photos lie directly
 */
function classOf(folders: readonly string[], holders: ReadonlySet<string>): string | undefined {
  return folders.find((name, depth) => {
    if (depth === folders.length - 1) return true
    return holders.has(folders.slice(0, depth + 1).join('/')) && !partName.test(name)
  })
}
