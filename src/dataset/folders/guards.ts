import { ChiquitoError } from '../../core/index.js'
import type { FolderReader } from './folder-reader.js'
import type { Part } from './part.js'
import { isEmptyName } from './part-names.js'
import { nameOf } from './wrappers.js'

/** Names told in a message; more would not be read. */
const MOST_NAMED = 4

/**
 * Stops where what looks like classes is a division, or classes of another level: every class has the same two or more
 * sub-folders and no photo of its own (`day/cat`, `day/dog`, `night/cat`, …), or a class holds the other classes again.
 *
 * @throws `data` saying what is seen and what to do; `io`
 */
export async function requireClassesNotParts(
  reader: FolderReader,
  { folder, homes }: Pick<Part, 'folder' | 'homes'>,
): Promise<void> {
  if (homes.length < 2) return
  const inner: Set<string>[] = []
  for (const home of homes) {
    const { files, folders } = await reader.list(home.folder)
    const filled = []
    if (files.length === 0)
      for (const name of folders) if (await reader.hasPhotos(`${home.folder}/${name}`)) filled.push(name)
    inner.push(new Set(filled))
  }
  const names = homes.map(home => nameOf(home.folder))
  refuseNested(names, inner)
  const shared = [...inner[0]].filter(name => inner.every(set => set.has(name)))
  if (shared.length < 2) return
  throw new ChiquitoError(
    'data',
    `${list(names)}${folder === '' ? '' : ` in "${folder}"`} all have the same folders ${list(shared)} and no photos of ` +
      `their own. If ${list(shared)} are the classes, give one of the outer folders, or name those train, valid and ` +
      `test. If the outer ones are the classes, say --labels-from folders.`,
  )
}

/** Folders of files that go with photos where the task is to find objects in them. */
const besidePhotos = new Set(['labels', 'label', 'annotations', 'annotation', 'annots', 'masks', 'boxes'])

/**
 * Stops where a data set was made for something else, or photos are packed, rather than call a class empty.
 *
 * @throws `data` saying what is seen and what to do; `io`
 */
export async function refuseOtherKinds(
  reader: FolderReader,
  { folder, homes, loose }: Pick<Part, 'folder' | 'homes' | 'loose'>,
): Promise<void> {
  const without: string[] = []
  for (const home of homes) if (!(await reader.hasPhotos(home.folder))) without.push(nameOf(home.folder))
  const beside = without.find(name => besidePhotos.has(name.toLowerCase()))
  const photos = homes
    .map(home => nameOf(home.folder))
    .find(name => isEmptyName(name) && !without.includes(name))
  if (beside !== undefined && photos !== undefined)
    throw new ChiquitoError(
      'data',
      `"${photos}" and "${beside}" look like a data set for finding objects in photos: "${beside}" says where they are, not ` +
        `of which class a photo is. Put the photos of each class in a folder of its own, or list them in ` +
        `${folder === '' ? '' : `${folder}/`}metadata.csv (file_name,label).`,
    )
  if (loose.length > 0 || without.length < homes.length) return
  const packed = (await reader.gather(folder)).tables.find(name => name.endsWith('.parquet'))
  if (packed !== undefined)
    throw new ChiquitoError(
      'data',
      `There is no photo here, but "${packed}", which may hold photos. They are read as files only: write each to a ` +
        'folder named after its class (with Hugging Face: row["image"].save(...)).',
    )
}

/** `flowers/rose`, `flowers/tulip` and, in `flowers/flowers`, all of it again. */
function refuseNested(names: readonly string[], inner: readonly Set<string>[]): void {
  names.forEach((name, i) => {
    const again = names.filter(other => other !== name && inner[i].has(other))
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
