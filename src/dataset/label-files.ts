import { child, type FolderReader } from './folder-reader.js'
import type { Part } from './layout.js'
import { labelsByPath, type MetadataEntry, readMetadata } from './metadata.js'
import type { OddityCounter } from './oddities.js'
import type { Split } from './photo.js'

/** A file taken for a photo, with its class. */
export interface LabelledFile {
  /** Relative to the root, with `/`. */
  readonly path: string
  readonly split: Split | undefined
  readonly label: string
}

/** A class of one part: from a folder, or named in `metadata.jsonl`. */
export interface ClassOfPart {
  readonly split: Split | undefined
  readonly label: string
  /** The folder it comes from; undefined for a class that only metadata names. */
  readonly folder: string | undefined
}

export interface LabelledFiles {
  readonly files: readonly LabelledFile[]
  readonly classes: readonly ClassOfPart[]
}

/** A file below a part, before its class is settled. */
interface FoundFile {
  readonly path: string
  readonly split: Split | undefined
  /** The class folder it lies in. */
  readonly home: ClassOfPart | undefined
}

interface Found {
  readonly files: FoundFile[]
  readonly classes: ClassOfPart[]
  readonly metadata: string[]
}

/**
 * Gives every file its class: what `metadata.jsonl` says of it, else the name of the class folder it lies in, at any
 * depth. Folders whose photos metadata files under other names (`images/`) are no classes. Files without a class are
 * counted as oddities.
 *
 * @throws `io`, `data`
 */
export async function labelFiles(
  reader: FolderReader,
  parts: readonly Part[],
  oddities: OddityCounter,
): Promise<LabelledFiles> {
  const found = await findFiles(reader, parts, oddities)
  const entries = []
  for (const path of found.metadata) entries.push(...(await readMetadata(reader.root, path)))
  countMissing(entries, found.files, oddities)
  const listed = labelsByPath(entries)
  const foreign = new Set<ClassOfPart>()
  for (const { path, home } of found.files) {
    const label = listed.get(path)
    if (home !== undefined && label !== undefined && label !== home.label) foreign.add(home)
  }
  const files: LabelledFile[] = []
  for (const { path, split, home } of found.files) {
    const label = listed.get(path) ?? (home === undefined || foreign.has(home) ? undefined : home.label)
    if (label !== undefined) files.push({ path, split, label })
    else oddities.add(listed.size > 0 ? 'unlisted' : 'outside', path)
  }
  const homes = found.classes.filter(home => !foreign.has(home))
  return { files, classes: withListed(homes, files) }
}

/** Label of a folder: names are compared in Unicode's composed form, because macOS stores them decomposed. */
function labelOfFolder(name: string): string {
  return name.normalize('NFC')
}

async function findFiles(
  reader: FolderReader,
  parts: readonly Part[],
  oddities: OddityCounter,
): Promise<Found> {
  const found: Found = { files: [], classes: [], metadata: [] }
  const root = await reader.list('')
  if (root.metadata) found.metadata.push('metadata.jsonl')
  for (const { split, folder, listing } of parts) {
    if (folder !== '' && listing.metadata) found.metadata.push(child(folder, 'metadata.jsonl'))
    for (const name of listing.files) found.files.push({ path: child(folder, name), split, home: undefined })
    for (const name of listing.folders) {
      const home = { split, label: labelOfFolder(name), folder: child(folder, name) }
      const gathered = await reader.gather(home.folder)
      found.classes.push(home)
      found.metadata.push(...gathered.metadata)
      for (const path of gathered.files) found.files.push({ path, split, home })
    }
  }
  if (parts.every(({ folder }) => folder !== '')) for (const name of root.files) oddities.add('outside', name)
  return found
}

function countMissing(
  entries: readonly MetadataEntry[],
  files: readonly FoundFile[],
  oddities: OddityCounter,
): void {
  if (entries.length === 0) return
  const present = new Set(files.map(file => file.path))
  for (const { path } of entries) if (!present.has(path)) oddities.add('missing', path)
}

/** The class folders and, after them, the classes that only metadata names. */
function withListed(homes: readonly ClassOfPart[], files: readonly LabelledFile[]): ClassOfPart[] {
  const classes = new Map(homes.map(home => [`${home.split} ${home.label}`, home]))
  for (const { split, label } of files) {
    const key = `${split} ${label}`
    if (!classes.has(key)) classes.set(key, { split, label, folder: undefined })
  }
  return [...classes.values()]
}
