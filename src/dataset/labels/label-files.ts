import { ChiquitoError } from '../../core/index.js'
import {
  arePieces,
  type ClassFolder,
  child,
  FOLLOW_LINKS,
  type FolderReader,
  type Layout,
  nameOf,
  type Part,
} from '../folders/index.js'
import type { Split } from '../photo.js'
import { labelOfName, offerNames } from './from-names.js'
import type { ClassOfPart, FoundFile, LabelledFile, LabelledFiles, LabelOptions } from './labelled.js'
import { columnOf } from './labels-from.js'
import { noticeContradiction } from './table-division.js'
import { type Said, TableReader } from './table-reader.js'

/**
 * Gives every file its class. A metadata file decides alone for all photos below its folder, as in Hugging Face's
 * `imagefolder`: those that it does not list are left out. Elsewhere the class folder decides, at any depth; where there
 * is none, a table that names the photos.
 *
 * @throws `io`, `data`
 */
export async function labelFiles(
  reader: FolderReader,
  layout: Layout,
  options: LabelOptions,
): Promise<LabelledFiles> {
  const { found, tables } = await findFiles(reader, layout)
  const tableReader = new TableReader(reader.root, found, options)
  if (options.labelsFrom === 'names') return byNames(layout, found, await tableReader.divide(tables), options)
  const said =
    options.labelsFrom === 'folders'
      ? undefined
      : await tableReader.read(tables, columnOf(options.labelsFrom))
  return settle(reader, layout, found, said, options)
}

async function findFiles(reader: FolderReader, { parts, tableFolders }: Layout) {
  const found: FoundFile[] = []
  const tables = new Set<string>()
  for (const folder of tableFolders)
    for (const name of (await reader.list(folder)).tables) tables.add(child(folder, name))
  for (const folder of tableFolders) for (const path of await reader.tablesBeside(folder)) tables.add(path)
  for (const part of parts) {
    for (const path of part.loose) found.push({ path, part, home: undefined })
    for (const home of part.homes) {
      const gathered = await reader.gather(home.folder)
      for (const path of gathered.tables) tables.add(path)
      for (const path of gathered.files) found.push({ path, part, home })
    }
  }
  return { found, tables: [...tables] }
}

async function settle(
  reader: FolderReader,
  layout: Layout,
  found: readonly FoundFile[],
  said: Said | undefined,
  { oddities, labelsFrom, notice }: LabelOptions,
): Promise<LabelledFiles> {
  if (said !== undefined) noticeContradiction(found, path => said.entries.get(path)?.split, notice)
  const files: LabelledFile[] = []
  const lost: { file: FoundFile; isDecided: boolean }[] = []
  const kept = new Set<ClassFolder>()
  const emptied = new Set<ClassFolder>()
  for (const file of found) {
    const isDecided = said?.decides(file) ?? false
    const entry = isDecided ? said?.entries.get(file.path) : undefined
    const label = isDecided ? entry?.label : file.home?.label
    if (file.home !== undefined) (isDecided ? emptied : kept).add(file.home)
    if (label === undefined) lost.push({ file, isDecided })
    else
      files.push({
        path: file.path,
        split: file.part.split ?? entry?.split ?? said?.splits.get(file.path),
        label,
        home: file.home?.folder,
        table: entry?.table,
      })
  }
  const labelled = new Set(files.map(({ path }) => path))
  const filled = new Set(found.filter(({ path }) => labelled.has(path)).map(({ part }) => part))
  for (const { file, isDecided } of lost) {
    const isOutside = !isDecided && filled.has(file.part)
    const kind = filled.has(file.part) ? (isOutside ? 'outside' : 'unlisted') : 'unlabelled'
    oddities.add(kind, file.path)
  }
  // Where tables divide them, a class folder holds photos of several parts.
  const isDivided = (said?.splits.size ?? 0) > 0
  const homes = layout.parts
    .flatMap(part => (isDivided ? [] : part.homes))
    .filter(home => kept.has(home) || !emptied.has(home))
  if (labelsFrom === 'auto') refusePieces(homes)
  const classes = await withLinks(reader, homes)
  const isOne = new Set(files.map(({ label }) => label)).size < 2
  const hints = [
    ...otherTask(layout),
    ...reader.sheets.slice(0, 1).map(sheetSeen),
    ...reader.linkedTables.slice(0, 1).map(linkedTableSeen),
    ...(isOne ? unlistedSeen(lost) : []),
    ...hintsFor(isOne ? found.map(file => ({ file })) : lost, said),
  ]
  return { files, classes: withListed(classes, files), parts: partsOf(layout.parts, files), hints }
}

function byNames(
  { parts }: Layout,
  found: readonly FoundFile[],
  splits: ReadonlyMap<string, Split>,
  { oddities, notice }: LabelOptions,
): LabelledFiles {
  const files: LabelledFile[] = []
  for (const { path, part } of found) {
    const label = labelOfName(path)
    if (label === undefined) oddities.add('unnamed', path)
    else files.push({ path, split: part.split ?? splits.get(path), label })
  }
  if (files.length === 0)
    throw new ChiquitoError(
      'data',
      `No file name says a class${found.length > 0 ? `, for example "${found[0].path}"` : ''}. Expected names such as cat.0.jpg or cat_001.jpg.`,
    )
  notice(`Labels come from file names: "${files[0].path}" is "${files[0].label}".`)
  return { files, classes: withListed([], files), parts: partsOf(parts, files), hints: [] }
}

/** What could give photos a class that have none. */
function hintsFor(lost: readonly { file: FoundFile }[], said: Said | undefined): string[] {
  const hints = (said?.problems ?? []).map(problem => `${problem}.`)
  if (hints.length > 0) hints.push('Say which column holds the classes: --labels-from column:NAME.')
  if (hints.length === 0) hints.push(...(said?.strangers ?? []))
  const offer = offerNames(lost.map(({ file }) => file.path))
  if (offer !== undefined) hints.push(offer)
  return hints
}

/** Folders that only go with photos tell what a data set is for. */
function otherTask({ asides }: Layout): string[] {
  if (asides.length === 0) return []
  return [
    `Folders like "${asides[0]}" look like a data set for finding objects in photos: they say where things are, not of ` +
      'which class a photo is.',
  ]
}

/** Photos that a table left without a class, where that may be why there is but one. */
function unlistedSeen(lost: readonly { file: FoundFile; isDecided: boolean }[]): string[] {
  const unlisted = lost.filter(({ file, isDecided }) => isDecided && file.home !== undefined)
  if (unlisted.length === 0) return []
  const [{ file }] = unlisted
  return [
    `A table of labels decides alone for the photos it is about, and gives none to ${unlisted.length} of those in class ` +
      `folders, for example "${file.path}": list them, too, or say --labels-from folders.`,
  ]
}

function sheetSeen(path: string): string {
  return `"${path}" is a spreadsheet, which is not read: save it as CSV beside the photos if it holds their classes.`
}

function linkedTableSeen(path: string): string {
  return `"${path}" is a link that leads out of the data set or nowhere, so what it says was not read. ${FOLLOW_LINKS}`
}

/** Photos that were only packed into pieces are no classes, unless somebody says so. */
function refusePieces(homes: readonly ClassFolder[]): void {
  const names = [...new Set(homes.map(home => nameOf(home.folder)))]
  if (!arePieces(names)) return
  const [first, second] = names
  throw new ChiquitoError(
    'data',
    `"${first}", "${second}"${names.length > 2 ? ', …' : ''} are named like pieces of one collection, not like classes, and no ` +
      'table gives the photos theirs. Give the table with the labels beside them (labels.csv), or rename the folders ' +
      'after what they show. If these are the classes, say --labels-from folders.',
  )
}

async function withLinks(reader: FolderReader, homes: readonly ClassFolder[]): Promise<ClassOfPart[]> {
  const classes: ClassOfPart[] = []
  for (const home of homes) classes.push({ ...home, links: (await reader.gather(home.folder)).links })
  return classes
}

/** The class folders and, after them, the classes that no folder names. */
function withListed(homes: readonly ClassOfPart[], files: readonly LabelledFile[]): ClassOfPart[] {
  const classes = new Map(homes.map(home => [`${home.split} ${home.label}`, home]))
  for (const { split, label } of files) {
    const key = `${split} ${label}`
    if (!classes.has(key)) classes.set(key, { split, label, folder: undefined, links: 0 })
  }
  return [...classes.values()]
}

/** The parts of the folders, or those into which a table divides the photos. */
function partsOf(parts: readonly Part[], files: readonly LabelledFile[]): readonly Part[] {
  const splits = new Set(files.flatMap(({ split }) => (split === undefined ? [] : [split])))
  if (parts.some(({ split }) => split !== undefined) || splits.size === 0) return parts
  return [...splits].map(split => ({ split, folder: split, loose: [], homes: [], bare: [], links: [] }))
}
