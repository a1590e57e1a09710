import { ChiquitoError } from '../../core/index.js'
import type { Split } from '../photo.js'
import { child, type Listing } from './folder-reader.js'
import { FOLLOW_LINKS, type OddityCounter } from './oddities.js'
import { partName } from './part-names.js'
import type { Entered } from './wrappers.js'

/** One part of a data set: photos, class folders, or both. */
export interface Part {
  /** Undefined where the folders do not say it. */
  readonly split: Split | undefined
  /** Relative to the root, for messages; `''` is the root itself. */
  readonly folder: string
  /** Photos that lie in no class folder, relative to the root. */
  readonly loose: readonly string[]
  readonly homes: readonly ClassFolder[]
  /** Folders in it that hold no photo, so that they are no classes. */
  readonly bare: readonly string[]
  /** Links in it that were not followed. */
  readonly links: readonly string[]
}

/** A folder whose name is a class. */
export interface ClassFolder {
  readonly split: Split | undefined
  readonly label: string
  /** Relative to the root. */
  readonly folder: string
}

/** Where photos and class folders lie, and what may say more of them. */
export interface Layout {
  readonly parts: readonly Part[]
  /** Folders in which a table with labels may lie, outermost first. */
  readonly tableFolders: readonly string[]
  /** Folders that only go with photos, like `labels`; they were put aside. */
  readonly asides: readonly string[]
}

export interface LayoutOptions {
  readonly oddities: OddityCounter
  readonly notice: (message: string) => void
  /** Nothing is learnt from the photos, so a data set without a training part will do. */
  readonly measureOnly: boolean
  /**
   * Whether names of folders are classes: `settled` by the person, `questioned` where something speaks against it, `no`
   * where labels come from elsewhere.
   */
  readonly folderNames: 'settled' | 'questioned' | 'no'
}

/** Everything in a folder as one part: its sub-folders are classes. */
export function wholePart(split: Split | undefined, { folder, listing }: Entered): Part {
  return {
    split,
    folder,
    loose: listing.files.map(name => child(folder, name)),
    homes: listing.folders.map(name => ({ split, label: labelOfFolder(name), folder: child(folder, name) })),
    bare: listing.bare.map(name => child(folder, name)),
    links: listing.links.map(name => child(folder, name)),
  }
}

/** Label of a folder: names are compared in Unicode's composed form, because macOS stores them decomposed. */
export function labelOfFolder(name: string): string {
  return name.normalize('NFC')
}

/** A part that was there, as a link that is not followed, must not be drawn anew from the others. */
export function refuseLinkedParts({ folder, listing }: { folder: string; listing: Listing }): void {
  const lost = listing.links.find(name => partName(name)?.rest === '')
  if (lost === undefined) return
  throw new ChiquitoError(
    'data',
    `"${child(folder, lost)}" is a part of the data set by its name, but a link that leads out of the data set or ` +
      `nowhere, so its photos are not read. ${FOLLOW_LINKS} To do without that part, remove the link.`,
  )
}
