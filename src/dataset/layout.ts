import { join } from 'node:path'
import { ChiquitoError } from '../core/index.js'
import { FolderReader, type Listing } from './folder-reader.js'
import { OddityCounter } from './oddities.js'
import type { Split } from './photo.js'

/** The names, in lower case, under which libraries and people file each part; those of Hugging Face's imagefolder. */
const splitNames: Readonly<Record<Split, readonly string[]>> = {
  train: ['train', 'training'],
  valid: ['valid', 'val', 'validation', 'dev'],
  test: ['test', 'testing', 'eval', 'evaluation'],
}

/** `dataset.zip` unpacked into `dataset/dataset/…`; a few levels happen, more do not. */
const MAX_WRAPPERS = 4

/** One part of a data set: the folder whose sub-folders are classes. */
export interface Part {
  /** Undefined where the folders do not say it. */
  readonly split: Split | undefined
  /** Relative to the root; `''` is the root itself. */
  readonly folder: string
  readonly listing: Listing
}

/**
 * The folder where the data set really begins: goes into a folder that does nothing but wrap another one.
 *
 * @param root - absolute path
 */
export async function enterWrappers(root: string, followLinks: boolean): Promise<string> {
  let entered = root
  for (let level = 0; level < MAX_WRAPPERS; level++) {
    const reader = await FolderReader.open(entered, new OddityCounter(), followLinks)
    const inner = await wrapped(reader)
    if (inner === undefined) break
    entered = join(entered, inner)
  }
  return entered
}

/**
 * Where the class folders lie: under `train/` and `valid/` (and `test/`), or directly in the root.
 *
 * @throws `data` when the folders contradict each other
 */
export async function findParts(reader: FolderReader, oddities: OddityCounter): Promise<Part[]> {
  const root = await reader.list('')
  const named = root.folders.flatMap(name => {
    const split = splitOf(name)
    return split === undefined ? [] : [{ name, split }]
  })
  const parts: Part[] = []
  for (const { name, split } of named) parts.push({ split, folder: name, listing: await reader.list(name) })
  const holders = parts.filter(
    ({ listing }) => listing.folders.length > 0 || listing.metadata || root.metadata,
  )
  if (holders.length === 0) return [{ split: undefined, folder: '', listing: root }]
  const others = root.folders.filter(name => splitOf(name) === undefined)
  requireOneMeaning(parts, others)
  for (const name of others) oddities.add('extra-folder', name)
  return parts
}

function splitOf(name: string): Split | undefined {
  const lower = name.toLowerCase()
  if (splitNames.train.includes(lower)) return 'train'
  if (splitNames.valid.includes(lower)) return 'valid'
  return splitNames.test.includes(lower) ? 'test' : undefined
}

/** The one folder that wraps the data set, if that is what it is: it has folders of its own and nothing beside it. */
async function wrapped(reader: FolderReader): Promise<string | undefined> {
  const { folders, metadata } = await reader.list('')
  const [only] = folders
  if (folders.length !== 1 || metadata || splitOf(only) !== undefined) return undefined
  const inside = await reader.list(only)
  return inside.folders.length > 0 || inside.metadata ? only : undefined
}

function requireOneMeaning(parts: readonly Part[], others: readonly string[]): void {
  for (const { folder, split } of parts) {
    const twin = parts.find(other => other.split === split && other.folder !== folder)
    if (twin !== undefined)
      throw new ChiquitoError(
        'data',
        `"${folder}" and "${twin.folder}" both mean ${split}. Merge them, or rename one.`,
      )
  }
  const names = parts.map(({ folder }) => `"${folder}"`).join(' and ')
  if (!parts.some(({ split }) => split === 'train'))
    throw new ChiquitoError(
      'data',
      `There is ${names} but no "train" folder. Add one, or give a folder of classes.`,
    )
  if (parts.length === 1 && others.length > 0)
    throw new ChiquitoError(
      'data',
      `${names} has folders of its own, and "${others[0]}" lies beside it, so it may be a part of the data set or a ` +
        `class. If it is a part, move "${others[0]}" elsewhere; if it is a class, rename it.`,
    )
}
