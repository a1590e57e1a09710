import { ChiquitoError } from '../../core/index.js'
import { child, type FolderReader } from './folder-reader.js'
import type { Part } from './part.js'
import { isEmptyName, partName } from './part-names.js'
import { nameOf } from './wrappers.js'

/** Names told in a message; more would not be read. */
const MOST_NAMED = 4

/** Folders in a class folder: as they are written, by their names with one letter case and one way to write accents. */
type Inside = ReadonlyMap<string, string>

/**
 * Stops where what looks like classes is a division, or classes of another level: every class has the same two or more
 * sub-folders and hardly a photo of its own (`day/cat`, `day/dog`, `night/Cat`, …), or a class holds the other classes again.
 *
 * @throws `data` saying what is seen and what to do; `io`
 */
export async function requireClassesNotParts(
  reader: FolderReader,
  { folder, homes }: Pick<Part, 'folder' | 'homes'>,
): Promise<void> {
  if (homes.length < 2) return
  const inner: Inside[] = []
  for (const home of homes) inner.push(await foldersInside(reader, home.folder))
  // In classes that are divided in themselves all have the name of the part.
  const isInClasses = folder.startsWith('*')
  const names = homes.map(home => (isInClasses ? home.folder : nameOf(home.folder)))
  refuseNested(names, inner)
  const shared = sharedNames(inner)
  if (shared.length === 0) return
  const isWhole = shared.length > 1 && inner.every(names => shared.every(name => names.has(folded(name))))
  const [have, inside] = isWhole
    ? [`all have the same folders ${list(shared)}`, list(shared)]
    : [`have folders of the same names, ${list(shared)},`, `folders such as ${list(shared)}`]
  throw new ChiquitoError(
    'data',
    `${list(names)}${folder === '' || isInClasses ? '' : ` in "${folder}"`} ${have} with their photos in them. If ${inside} are the ` +
      'classes, give one of the outer folders, or name those train, valid and test. If the outer ones are the classes, ' +
      'say --labels-from folders.',
  )
}

/**
 * Stops where a class holds a division further down (`cat/tabby/train`, `cat/tabby/test`), as photos to test with would be
 * learnt from.
 *
 * @throws `data` saying what is seen and what to do; `io`
 */
export async function refusePartsBelow(reader: FolderReader, { homes }: Pick<Part, 'homes'>): Promise<void> {
  for (const home of homes) {
    const { files } = await reader.gather(home.folder)
    const partsIn = new Map<string, Map<string, string>>()
    for (const file of files) {
      const steps = file.slice(home.folder.length + 1).split('/')
      steps.slice(0, -1).forEach((name, i) => {
        const part = partName(name)
        if (part?.rest !== '') return
        const around = [home.folder, ...steps.slice(0, i)].join('/')
        partsIn.set(around, (partsIn.get(around) ?? new Map()).set(name, part.split))
      })
    }
    const divided = [...partsIn].find(([, parts]) => new Set(parts.values()).size > 1)
    if (divided === undefined) continue
    const [folder, parts] = divided
    throw new ChiquitoError(
      'data',
      `${list([...parts.keys()])} in "${folder}" look like parts of a data set, but lie too deep in the class "${home.label}" ` +
        'to be taken for them. Make it train/CLASS and test/CLASS, or CLASS/train and CLASS/test. If all of ' +
        `"${home.label}" is to be learnt from, say --labels-from folders.`,
    )
  }
}

/**
 * The folders with photos in a class folder, below whatever only wraps them. None where photos lie beside them; as many as
 * there are folders, or more: fewer are strays.
 */
async function foldersInside(reader: FolderReader, folder: string): Promise<Inside> {
  const { files, folders } = await reader.list(folder)
  if (files.length > 0 && files.length >= folders.length) return new Map()
  const [only] = folders
  const deeper = folders.length === 1 ? await foldersInside(reader, child(folder, only)) : new Map()
  return deeper.size > 1 ? deeper : new Map(folders.map(name => [folded(name), name]))
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

/**
 * The names that make outer folders look like parts: two or more that all of them have; or, where some lack some
 * (`day/cat`, `day/dog`, `night/cat`), those that at least half of the folders in each of them have in common with others.
 * Years, and names that say nothing, come again in classes, too.
 */
function sharedNames(inner: readonly Inside[]): string[] {
  const all = new Map(inner.flatMap(names => [...names]))
  const written = (keys: readonly string[]) => keys.map(key => all.get(key) ?? key)
  const common = [...inner[0].keys()].filter(key => inner.every(names => names.has(key)))
  if (common.length > 1) return written(common)
  const isShared = (key: string) => inner.filter(names => names.has(key)).length > 1 && saysSomething(key)
  const isMostly = inner.every(
    names => names.size > 0 && [...names.keys()].filter(isShared).length * 2 >= names.size,
  )
  return all.size > 1 && isMostly ? written([...all.keys()].filter(isShared)) : []
}

function saysSomething(name: string): boolean {
  return /\p{L}{2}/u.test(name) && !isEmptyName(name)
}

/**
 * Stops where photos are packed, rather than say that there is none.
 *
 * @throws `data`; `io`
 */
export async function refusePacked(
  reader: FolderReader,
  { folder, homes, loose }: Pick<Part, 'folder' | 'homes' | 'loose'>,
): Promise<void> {
  if (loose.length > 0 || homes.length > 0) return
  const { tables } = await reader.list(folder)
  const packed = [...tables, ...(await reader.tablesBeside(folder))].find(name => name.endsWith('.parquet'))
  if (packed !== undefined)
    throw new ChiquitoError(
      'data',
      `There is no photo here, but "${packed}", which may hold photos. They are read as files only: write each to a ` +
        'folder named after its class (with Hugging Face: row["image"].save(...)).',
    )
}

/** `flowers/rose`, `flowers/tulip` and, in `flowers/flowers`, all of it again. */
function refuseNested(names: readonly string[], inner: readonly Inside[]): void {
  names.forEach((name, i) => {
    const again = names.filter(other => other !== name && inner[i].has(folded(other)))
    if (again.length < 2) return
    throw new ChiquitoError(
      'data',
      `"${name}" lies beside ${list(again)} and holds folders of the same names, so it is no class but perhaps a copy of ` +
        `the data set. Move it elsewhere, or give that folder. If it is a class, say --labels-from folders.`,
    )
  })
}

function list(names: readonly string[]): string {
  const named = names.slice(0, MOST_NAMED).map(name => `"${name}"`)
  return names.length > MOST_NAMED ? `${named.join(', ')}, …` : named.join(', ')
}
