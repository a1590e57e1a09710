import { posix } from 'node:path'
import { ChiquitoError, shellWord } from '../../core/index.js'
import {
  areNumbered,
  isEmptyName,
  isJoint,
  isMetadata,
  nameOf,
  type OddityCounter,
  type Part,
} from '../folders/index.js'
import type { Split } from '../photo.js'
import { linkedLists, readTable } from '../tables/index.js'
import { type Entry, labelsInTable, type NoLabels, partOfTable, type TableLabels } from './from-table.js'
import type { FoundFile } from './labelled.js'
import { PhotoIndex } from './photo-index.js'
import { TableDivision } from './table-division.js'

/** What all tables together say. */
export interface Said {
  /** By the photo's path. */
  readonly entries: ReadonlyMap<string, Entry>
  /** Whether a table alone decides on a photo's class, so that one without an entry has none. */
  readonly decides: (file: FoundFile) => boolean
  /** Why tables that name photos give no labels. */
  readonly problems: readonly string[]
  /** The part of photos in class folders, where tables divide them. */
  readonly splits: ReadonlyMap<string, Split>
  /** Tables that name no photo that is there, a sentence each. */
  readonly strangers: readonly string[]
}

/** Kaggle's example of an answer: its labels are made up. */
const submission = /submission/i

/** Reads the tables of a data set, as far as they matter. */
export class TableReader {
  private readonly entries = new Map<string, Entry>()
  private readonly scopes: string[] = []
  private readonly parts = new Set<Part>()
  private readonly problems: string[] = []
  private readonly strangers: string[] = []
  private splits: ReadonlyMap<string, Split> = new Map()

  constructor(
    private readonly root: string,
    private readonly found: readonly FoundFile[],
    private readonly options: { oddities: OddityCounter; notice: (message: string) => void },
  ) {}

  /**
   * Metadata files first; then other tables, for parts that nothing else labels.
   *
   * @param tables - paths relative to the root
   * @param column - that holds the labels, where the person says it: then every table counts, and tables alone
   * @throws `io`, `data`
   */
  async read(tables: readonly string[], column: string | undefined): Promise<Said> {
    const others = tables.filter(
      path =>
        !isMetadata(path) &&
        !submission.test(nameOf(path)) &&
        !isLinked(path, tables) &&
        !isSum(path, tables),
    )
    const metadata = tables.filter(isMetadata)
    if (column !== undefined) {
      for (const path of [...metadata, ...others]) await this.take(path, this.found, column)
      if (this.entries.size === 0) throw noColumn(column, this.problems)
      return this.said(() => true)
    }
    for (const path of metadata)
      if ((await this.take(path, this.found)).length > 0) this.scopes.push(this.folderOf(path))
    const decides = (file: FoundFile) => this.scopes.some(scope => isBelow(scope, file.path))
    const open = this.found.filter(file => !decides(file))
    const needing = await this.takeForParts(open, others)
    await this.refuseContradictions(
      open.filter(file => !needing.has(file.part)),
      [...metadata, ...others],
    )
    return this.said(file => decides(file) || this.parts.has(file.part))
  }

  /**
   * The part of photos whose classes their names say, where lists divide them; their labels are not asked for.
   *
   * @param tables - paths relative to the root
   */
  async divide(tables: readonly string[]): Promise<ReadonlyMap<string, Split>> {
    const division = new TableDivision(this.found)
    for (const path of tables) {
      if (submission.test(nameOf(path)) || isLinked(path, tables) || isSum(path, tables)) continue
      // Nobody needs these tables, so one that cannot be read is no reason to stop.
      const labels = await this.labelsOf(path, this.found).catch(() => undefined)
      if (labels !== undefined) division.add(path, 'problem' in labels ? labels.named : labels.entries)
    }
    return division.settle(this.found, this.options.notice)
  }

  private said(decides: Said['decides']): Said {
    return {
      entries: this.entries,
      decides,
      problems: this.problems,
      strangers: this.strangers,
      splits: this.splits,
    }
  }

  /** Other tables, for parts without class folders. Gives those parts. */
  private async takeForParts(open: readonly FoundFile[], tables: readonly string[]): Promise<Set<Part>> {
    const parts = [...new Set(open.map(({ part }) => part))]
    const needing = new Set(parts.filter(part => needsLabels(part, open)))
    const files = open.filter(({ part }) => needing.has(part))
    if (files.length === 0) return needing
    const named = new Map<string, Split>()
    for (const path of tables) {
      const split = partOfTable(path)
      const isOfPart = split !== undefined && this.found.some(({ part }) => part.split === split)
      const about = isOfPart ? files.filter(({ part }) => part.split === split) : files
      const taken = await this.take(path, about)
      if (split !== undefined) for (const photo of taken) if (!named.has(photo)) named.set(photo, split)
    }
    this.divideByTables(named)
    for (const { path, part } of files) if (this.entries.get(path)?.label !== undefined) this.parts.add(part)
    return needing
  }

  /** `train.csv` and `val.csv` for one folder divide it, where nothing else does and each photo is in one of them. */
  private divideByTables(named: ReadonlyMap<string, Split>): void {
    const splits = new Set(named.values())
    const isDivided = this.found.some(({ part }) => part.split !== undefined)
    const labelled = [...this.entries.values()].filter(({ label }) => label !== undefined)
    if (isDivided || !splits.has('train') || splits.size < 2) return
    if (labelled.some(({ path, split }) => split !== undefined || !named.has(path))) return
    for (const entry of labelled) this.entries.set(entry.path, { ...entry, split: named.get(entry.path) })
    this.options.notice('The names of the tables divide the photos (train, valid, test).')
  }

  /** The photos to which a table gave labels. */
  private async take(path: string, files: readonly FoundFile[], column?: string): Promise<readonly string[]> {
    const labels = await this.labelsOf(path, files, column)
    if ('problem' in labels) {
      const problem = `"${path}" gives no labels: ${labels.problem}`
      if (labels.named.length > 0 || isMetadata(path)) this.problems.push(problem)
      else
        this.strangers.push(
          `"${path}" was looked at, but ${labels.hasRows ? labels.problem : 'it has no rows'}.`,
        )
      if (isMetadata(path) && !labels.isOrdinary) this.options.notice(`${problem}.`)
      return []
    }
    for (const entry of labels.entries) this.add(entry)
    for (const name of labels.missing) this.options.oddities.add('missing', name)
    const { file, label, split } = labels.columns
    const parts = split === undefined ? '' : `, their part by column "${split}"`
    // What folders and table say alike, as where photos were collected, is no news.
    if (column !== undefined || parts !== '' || !this.repeatsFolders(path, labels))
      this.options.notice(
        `Labels come from "${path}": photos by column "${file}", classes by column "${label}"${parts}.`,
      )
    for (const remark of labels.remarks) this.options.notice(remark)
    return labels.entries.flatMap(({ path: photo, label: one }) => (one === undefined ? [] : [photo]))
  }

  /** Whether a metadata file gives every photo below its folder the label that its class folder has. */
  private repeatsFolders(path: string, { entries, missing }: TableLabels): boolean {
    const labels = new Map(entries.map(one => [one.path, one.label]))
    const folder = posix.dirname(path).replace(/^\.$/, '')
    const below = this.found.filter(file => isBelow(folder, file.path))
    const isSame = below.length > 0 && below.every(file => file.home?.label === labels.get(file.path))
    return isSame && missing.length === 0 && isMetadata(path)
  }

  /** The folder that a table speaks of: its own, or the one around it where no photo lies below (`annotations/a.csv`). */
  private folderOf(path: string): string {
    let folder = posix.dirname(path)
    while (folder !== '.' && !this.found.some(file => isBelow(folder, file.path)))
      folder = posix.dirname(folder)
    return folder === '.' ? '' : folder
  }

  private async labelsOf(
    path: string,
    files: readonly FoundFile[],
    column?: string,
  ): Promise<TableLabels | NoLabels> {
    const index = new PhotoIndex(
      this.folderOf(path),
      files.map(file => file.path),
    )
    return labelsInTable(await readTable(this.root, path), index, column)
  }

  private add(entry: Entry): void {
    const earlier = this.entries.get(entry.path)
    if (earlier?.label !== undefined && entry.label !== undefined && earlier.label !== entry.label)
      throw new ChiquitoError(
        'data',
        `"${entry.path}" is labelled "${earlier.label}" (${earlier.where}) and "${entry.label}" (${entry.where}). ` +
          'Keep one of the two.',
      )
    if (earlier?.label === undefined) this.entries.set(entry.path, entry)
  }

  /** A table whose classes cut across the class folders means that folders are perhaps no classes. */
  private async refuseContradictions(files: readonly FoundFile[], tables: readonly string[]): Promise<void> {
    if (!files.some(({ home }) => home !== undefined)) return
    const division = new TableDivision(this.found)
    for (const path of tables) {
      // Nobody needs these tables, so one that cannot be read is no reason to stop.
      const labels = await this.labelsOf(path, files).catch(() => undefined)
      if (labels !== undefined) division.add(path, 'problem' in labels ? labels.named : labels.entries)
      if (labels === undefined || 'problem' in labels || !contradicts(labels, files)) continue
      const { label } = labels.columns
      throw new ChiquitoError(
        'data',
        `"${path}" gives the photos other classes (column "${label}") than the folders they lie in. Say which are right: ` +
          `--labels-from ${shellWord(`column:${label}`)} or --labels-from folders.`,
      )
    }
    this.splits = division.settle(files, this.options.notice)
  }
}

/** Whether a list is that of train and val together, where val has one of its own: it says nothing more. */
function isSum(path: string, tables: readonly string[]): boolean {
  const beside = tables.filter(other => posix.dirname(other) === posix.dirname(path))
  return isJoint(bareName(path)) && beside.some(other => partOfTable(other) === 'valid')
}

function bareName(path: string): string {
  return nameOf(path).replace(/\.[^.]*$/, '')
}

/** Whether a list is read with `images.txt` beside it. */
function isLinked(path: string, tables: readonly string[]): boolean {
  return (
    linkedLists.some(name => name === nameOf(path)) &&
    tables.includes(posix.join(posix.dirname(path), 'images.txt'))
  )
}

/** Whether a part has photos and no class folder, or one, or none but such as `images`. */
function needsLabels(part: Part, files: readonly FoundFile[]): boolean {
  const homes = new Set(files.flatMap(({ part: other, home }) => (other === part && home ? [home] : [])))
  // One class cannot be learnt, so its folder's name is none where a table has classes.
  return homes.size < 2 || [...homes].every(home => isEmptyName(nameOf(home.folder)))
}

/**
 * Whether a table means other classes than the folders. A column without a telling name (sizes, sex) says so only where
 * folders differ in nothing but a number, and then any class of another name does.
 */
function contradicts(labels: TableLabels, files: readonly FoundFile[]): boolean {
  const homes = [...new Set(files.flatMap(({ home }) => (home ? [home.label] : [])))]
  const saysNothing = homes.length > 1 && areNumbered(homes)
  if (labels.isGuess && !saysNothing) return false
  if (cutsAcross(labels, files)) return true
  if (labels.isGuess) return false
  return saysNothing
    ? labels.entries.some(({ label }) => label !== undefined && !homes.includes(label))
    : differs(labels, files, homes)
}

/** Whether the table files a photo of one class folder under the name of another. */
function differs({ entries }: TableLabels, files: readonly FoundFile[], homes: readonly string[]): boolean {
  const homeOf = new Map(files.map(({ path, home }) => [path, home?.label]))
  return entries.some(({ path, label }) => {
    const home = homeOf.get(path)
    return home !== undefined && label !== undefined && label !== home && homes.includes(label)
  })
}

/** Whether no folder stands for one class of the table, while classes come again in several folders. */
function cutsAcross({ entries }: TableLabels, files: readonly FoundFile[]): boolean {
  const homes = new Map(files.map(({ path, home }) => [path, home?.label]))
  const labelsOfHome = new Map<string, Set<string>>()
  for (const { path, label } of entries) {
    const home = homes.get(path)
    if (home === undefined || label === undefined) continue
    labelsOfHome.set(home, (labelsOfHome.get(home) ?? new Set()).add(label))
  }
  return labelsOfHome.size > 1 && [...labelsOfHome.values()].every(labels => labels.size > 1)
}

function isBelow(folder: string, path: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`)
}

function noColumn(column: string, problems: readonly string[]): ChiquitoError {
  const seen = problems.length > 0 ? problems.join('; ') : 'there is no table that names photos'
  return new ChiquitoError('data', `No table gives labels in a column "${column}": ${seen}. Check the name.`)
}
