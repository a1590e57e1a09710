import { ChiquitoError } from '../../core/index.js'
import type { Split } from '../photo.js'
import { child, type FolderReader, type Listing } from './folder-reader.js'
import {
  type ClassFolder,
  type Layout,
  type LayoutOptions,
  labelOfFolder,
  type Part,
  refuseLinkedParts,
} from './part.js'
import { isEmptyName, partName, sameWords } from './part-names.js'
import { type Entered, nameOf } from './wrappers.js'

/** A class folder and the parts in it. */
interface Divided {
  readonly name: string
  /** Where the parts lie: the class folder, or one in it that only wraps them (`cat/images`). */
  readonly folder: string
  readonly listing: Listing
  readonly parts: readonly { readonly name: string; readonly split: Split }[]
}

/**
 * Classes that are divided in themselves: `cat/train`, `cat/test`, `dog/train`, … Undefined where they are not.
 *
 * @throws `data` where only some classes are
 */
export async function findDividedClasses(
  reader: FolderReader,
  base: Entered,
  { oddities, notice, measureOnly, folderNames }: LayoutOptions,
): Promise<Layout | undefined> {
  if (folderNames === 'settled') return undefined
  const classes: Divided[] = []
  for (const name of base.listing.folders)
    classes.push(await dividedClass(reader, name, child(base.folder, name)))
  if (!isDivision(classes)) return undefined
  const homes: (ClassFolder & { split: Split })[] = []
  for (const { name, folder, listing, parts } of classes) {
    refuseLinkedParts({ folder, listing })
    requireDivided(classes, { name, folder, listing, parts })
    for (const part of parts)
      homes.push({ split: part.split, label: labelOfFolder(name), folder: child(folder, part.name) })
    for (const other of listing.folders)
      if (!parts.some(part => part.name === other)) oddities.add('extra-folder', child(folder, other))
  }
  for (const name of base.listing.files) oddities.add('outside', child(base.folder, name))
  const splits = (['train', 'valid', 'test'] as const).filter(split => homes.some(one => one.split === split))
  if (!splits.includes('train') && !measureOnly)
    throw new ChiquitoError(
      'data',
      `Every class folder holds a part of the data set ("${homes[0].folder}"), but none holds "train". Add it, or put ` +
        'the photos of each class directly into its folder.',
    )
  notice(
    `Every class folder is divided in itself (${homes.slice(0, 2).map(quoted).join(', ')}, …): the division is taken.`,
  )
  return { parts: splits.map(split => partOf(split, homes)), tableFolders: base.through, asides: base.asides }
}

function quoted({ folder }: ClassFolder): string {
  return `"${folder}"`
}

function partOf(split: Split, all: readonly ClassFolder[]): Part {
  const homes = all.filter(one => one.split === split)
  return { split, folder: `*/${split}`, loose: [], homes, bare: [], links: [] }
}

async function dividedClass(reader: FolderReader, name: string, outer: string): Promise<Divided> {
  const folder = await enterWrapper(reader, outer)
  const listing = await reader.list(folder)
  const parts = listing.folders.flatMap(inner => {
    const part = partName(inner)
    return part !== undefined && (part.rest === '' || sameWords(part.rest, name))
      ? [{ name: inner, split: part.split }]
      : []
  })
  return { name, folder, listing, parts }
}

async function enterWrapper(reader: FolderReader, folder: string): Promise<string> {
  const { files, folders } = await reader.list(folder)
  const [only] = folders
  if (files.length > 0 || folders.length !== 1 || partName(only) !== undefined) return folder
  return isEmptyName(only) || sameWords(only, nameOf(folder)) ? child(folder, only) : folder
}

/** Two different parts in one class are a division, and one in each of several classes. */
function isDivision(classes: readonly Divided[]): boolean {
  const isOne = ({ parts }: Divided) => new Set(parts.map(({ split }) => split)).size > 1
  return classes.some(isOne) || (classes.length > 1 && classes.every(({ parts }) => parts.length > 0))
}

function requireDivided(classes: readonly Divided[], { name, listing, parts }: Divided): void {
  const other = classes.find(one => one.parts.length > 1) ?? classes[0]
  const example = other.parts.map(part => `"${other.name}/${part.name}"`).join(' and ')
  const fail = (what: string) =>
    new ChiquitoError(
      'data',
      `${example} divide the class "${other.name}", but ${what}. Divide every class the same way and leave no photo ` +
        'beside the parts, or, if these are no parts, rename them or say --labels-from folders.',
    )
  if (parts.length === 0) throw fail(`"${name}" is not divided`)
  if (listing.files.length > 0) throw fail(`"${name}" also holds photos itself, like "${listing.files[0]}"`)
  const twin = parts.find(part => parts.some(one => one !== part && one.split === part.split))
  if (twin !== undefined) throw fail(`"${name}" has two folders that mean ${twin.split}`)
}
