import { readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ChiquitoError, plural, said } from '../core/index.js'
import { classNameProblem, type ListedPhotos } from '../dataset/index.js'
import { errorCode, ioError, isOutputFolder } from '../files/index.js'
import { className, photosSoFar } from './intake.js'

/** What systems leave in folders that one has looked at. */
const systemFiles = new Set(['.ds_store', 'thumbs.db', 'desktop.ini'])

/** A class folder without a photo. */
export interface EmptyClass {
  readonly label: string
  /** Absolute. */
  readonly folder: string
  /** Names of the files in it, but for those of the system. */
  readonly others: readonly string[]
}

/**
 * Classes that were made and wait for photos: folders beside those of the others, sorted by name. Where classes are divided into parts, or are
 * no folders, there are none.
 *
 * @throws `io`
 */
export async function emptyClasses({
  root,
  files,
  homes,
}: Pick<ListedPhotos, 'root' | 'files' | 'homes'>): Promise<EmptyClass[]> {
  const isElsewhere = files.length > 0 && files.every(({ home }) => home === undefined)
  if (isElsewhere || homes.some(({ folder }) => folder?.includes('/'))) return []
  const used = new Set([...files.map(({ label }) => label), ...homes.map(({ label }) => label)])
  const empty: EmptyClass[] = []
  for (const { name, isFolder } of await entriesOf(root)) {
    const label = name.normalize('NFC')
    const folder = join(root, name)
    if (!isFolder || used.has(label) || classNameProblem(label) !== undefined) continue
    if (await isOutputFolder(folder)) continue
    const inside = await entriesOf(folder)
    const others = inside.map(one => one.name).filter(one => !systemFiles.has(one.toLowerCase()))
    empty.push({ label, folder, others })
  }
  return empty.sort((a, b) => (a.label < b.label ? -1 : 1))
}

/** Removes a class that has no photo. @throws `usage` where there is none such, or its folder holds files; `io` */
export async function removeEmptyClass(data: string, label: string): Promise<void> {
  const { folder } = await bareClass(data, label)
  try {
    for (const { name } of await entriesOf(folder))
      if (systemFiles.has(name.toLowerCase())) await rm(join(folder, name))
    // Only where nothing came meanwhile.
    await rmdir(folder)
  } catch (error) {
    throw ioError(error, 'remove the folder', folder)
  }
}

/** Gives a class that has no photo another name. @throws `usage`, `io` */
export async function renameEmptyClass(data: string, label: string, to: string): Promise<void> {
  const { folder } = await bareClass(data, label)
  const name = className(to)
  if (name === label) return
  const place = join(dirname(folder), name)
  const isSame = name.toLowerCase() === label.toLowerCase()
  if (!isSame && (await stat(place).catch(() => undefined)) !== undefined)
    throw new ChiquitoError('usage', `There is a class "${name}" already. Give another name.`, {
      said: said('class-taken', name),
    })
  await rename(folder, place).catch(error => {
    throw ioError(error, 'rename the folder', folder)
  })
}

async function bareClass(data: string, label: string): Promise<EmptyClass> {
  const found = (await emptyClasses(await photosSoFar(data))).find(one => one.label === label)
  if (found === undefined)
    throw new ChiquitoError('usage', `There is no class "${label}" without photos. Load the page again.`, {
      said: said('no-empty-class', label),
    })
  if (found.others.length > 0) throw notBare(label, found.others)
  return found
}

function notBare(label: string, [first, ...more]: readonly string[]): ChiquitoError {
  const all = more.length === 0 ? `"${first}"` : `"${first}" and ${plural(more.length, 'other file')}`
  return new ChiquitoError(
    'usage',
    `The class "${label}" has no photo, but its folder holds ${all}, which photos that were set aside may need to come back. Bring ` +
      'them back, or delete the folder yourself.',
    { said: said('class-holds-files', label, first, more.length) },
  )
}

async function entriesOf(path: string): Promise<{ readonly name: string; readonly isFolder: boolean }[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.map(entry => ({ name: entry.name, isFolder: entry.isDirectory() }))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw ioError(error, 'read the folder', path)
  }
}
