import { join } from 'node:path'
import { isThere, JOURNAL } from '../../files/index.js'
import type { Split } from '../photo.js'
import { isCollectedClass } from './collected-class.js'
import { child, FolderReader, type Listing } from './folder-reader.js'
import { OddityCounter } from './oddities.js'
import { isEmptyName, partName, sameWords } from './part-names.js'
import { hasAsides, setAside } from './set-aside.js'

/** `dataset.zip` unpacked into `dataset/dataset/…`; a few levels happen, more do not. */
const MAX_WRAPPERS = 4

/**
 * The folder where the data set really begins: goes into a folder that does nothing but wrap another one.
 *
 * @param root - absolute path
 */
export async function enterWrappers(root: string, followLinks: boolean): Promise<string> {
  let entered = root
  for (let level = 0; level < MAX_WRAPPERS; level++) {
    // Whoever worked here took this folder for the data set: so it stays, whatever is left in it.
    if (await isThere(join(entered, JOURNAL))) break
    const reader = await FolderReader.open(entered, new OddityCounter(), followLinks)
    const { tables, bare, folders } = await reader.list('')
    // A table at this level names photos from here, and what goes with photos tells what the data set is for.
    if (tables.length > 0 || (await reader.tablesBeside('')).length > 0 || hasAsides([...bare, ...folders]))
      break
    const inner = await wrapped(reader, '')
    if (inner === undefined) break
    entered = join(entered, inner)
  }
  return entered
}

/** The one folder that wraps the data set, if that is what it is: it has folders of its own and nothing beside it. */
async function wrapped(reader: FolderReader, folder: string): Promise<string | undefined> {
  const { folders } = setAside(await reader.list(folder)).listing
  const [only] = folders
  if (folders.length !== 1 || partName(only) !== undefined) return undefined
  const inside = await reader.list(child(folder, only))
  if (inside.folders.length > 0) return only
  const isDataset = hasMetadata(inside) && !(await isCollectedClass(join(reader.root, folder, only)))
  return isDataset ? only : undefined
}

/** A folder, those that were gone through to come there, and what it holds. */
export interface Entered {
  readonly folder: string
  /** From the outermost to `folder` itself: where tables may lie. */
  readonly through: readonly string[]
  readonly listing: Listing
  /** Folders on the way that only go with photos: `labels`, `masks`. */
  readonly asides: readonly string[]
}

/**
 * Goes on into folders that wrap photos or class folders within the data set: `training_set/training_set/…`,
 * `test/images/…`, and at the top whatever stands alone.
 *
 * @param split - the part that `folder` is; undefined for the root
 * @param isSettled - names of folders are classes, whatever they are
 */
export async function descend(
  reader: FolderReader,
  folder: string,
  split: Split | undefined,
  isSettled: boolean,
): Promise<Entered> {
  let entered = folder
  const through = [folder]
  const asides: string[] = []
  const look = async () => {
    const all = await reader.list(entered)
    if (isSettled) return all
    const { listing, aside } = setAside(all)
    asides.push(...aside.map(name => child(entered, name)))
    return listing
  }
  let listing = await look()
  for (let level = 0; level < MAX_WRAPPERS; level++) {
    const [only] = listing.folders
    if (listing.files.length > 0 || listing.folders.length !== 1) break
    const isWrapper =
      split === undefined
        ? (await wrapped(reader, entered)) !== undefined || (!isSettled && isEmptyName(only))
        : partName(only)?.split === split || isEmptyName(only) || sameWords(only, nameOf(entered))
    if (!isWrapper) break
    entered = child(entered, only)
    through.push(entered)
    listing = await look()
  }
  return { folder: entered, through, listing, asides }
}

/** The last name of a path. */
export function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('/') + 1)
}

/** Whether a table with Hugging Face's name lies in a folder: such a table goes before names of folders. */
export function hasMetadata({ tables }: Pick<Listing, 'tables'>): boolean {
  return tables.some(isMetadata)
}

/** Whether a file has one of the names under which Hugging Face's `imagefolder` looks for labels. */
export function isMetadata(path: string): boolean {
  return ['metadata.csv', 'metadata.jsonl', 'metadata.parquet'].includes(nameOf(path))
}
