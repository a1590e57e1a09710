import { resolve } from 'node:path'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { checkClasses } from './check-classes.js'
import { labelConflicts } from './copies.js'
import { divide, drawDivision, planDivision, requireListed, type UndividedPhoto } from './division.js'
import { fingerprintOf } from './fingerprint.js'
import { enterWrappers, FolderReader, findLayout, type Oddity, OddityCounter } from './folders/index.js'
import { findTies, type LikenessFinder } from './groups/index.js'
import { hashFiles } from './hash-files.js'
import { checkLabelsFrom, type LabelledFile, type LabelledFiles, labelFiles } from './labels/index.js'
import { noticeUnmeasured, requireOwnPhotos } from './own-photos.js'
import type { Photo } from './photo.js'
import { type RecordedPhotos, requirePresent, sameAsRecorded } from './recorded.js'
import type { SplitRecord } from './split.js'

/** A data set on disk: what is there and how it is divided. No photo has been decoded. */
export interface Dataset {
  /** Absolute path that photo paths are relative to. */
  readonly root: string
  /** Class names, sorted by code unit. */
  readonly labels: readonly string[]
  /** Sorted by path. */
  readonly photos: readonly Photo[]
  readonly split: SplitRecord
  /** What lies in the folders and was left out. */
  readonly oddities: readonly Oddity[]
  /** Sentences a person should read. */
  readonly notices: readonly string[]
  /** Identifies the content: see `fingerprintOf`. */
  readonly fingerprint: string
}

export interface DatasetOptions extends WorkOptions {
  /** Divides photos that no folder divides; 0 by default. */
  readonly seed?: number | undefined
  /** Part of every class that is measured on; 0.2 by default. */
  readonly validFraction?: number | undefined
  /**
   * A division made earlier, to be made again; or `none`: nothing is learnt from the photos, so those that no folder
   * divides are all `test`, a training part need not be there, and one class will do.
   */
  readonly split?: SplitRecord | 'none' | undefined
  /** The photos a run began with: only these, which must all be there unchanged. */
  readonly recorded?: RecordedPhotos | undefined
  /** Also follow links that lead out of the folder; only for data of one's own. */
  readonly followLinks?: boolean | undefined
  /**
   * Where labels come from: `auto` (the default), `folders`, `names` (what file names begin with) or `column:NAME` (of a
   * table in the data set).
   */
  readonly labelsFrom?: string | undefined
  /** Finds photos that look alike, where a division is drawn: they stay on one side of it, as exact copies always do. */
  readonly likeness?: LikenessFinder | undefined
  /** Shown every photo's class and part, as far as names tell it, before any is read: to refuse what cannot be used. */
  readonly check?: ((files: readonly Pick<LabelledFile, 'label' | 'split'>[]) => void) | undefined
  /** Reads the files; one of `hashFilesOnce` where the same photos are opened in several divisions. */
  readonly hash?: typeof hashFiles | undefined
}

/**
 * Opens a data set: class folders directly in `root`, under folders that are parts by their names (`train`, `seg_train`,
 * `validation-set`, …), or divided in themselves (`cat/train`). Labels of a metadata file go before folder names, as in
 * Hugging Face's imagefolder; photos in no class folder take theirs from another table. Any file that is not plainly
 * something else is taken for a photo: its content decides, later. Every file is read once, for its hash.
 *
 * @throws `io` where the disk refuses, `data` where the folders are no data set, `usage`, `interrupted`
 */
export async function openDataset(root: string, options: DatasetOptions = {}): Promise<Dataset> {
  const notices: string[] = []
  const notice = (message: string) => void notices.push(message)
  const oddities = new OddityCounter()
  const { folder, labelled, present } = await findLabels(root, options, oddities, notice)
  // All that names alone tell comes before photos are read, which may take minutes.
  const plan = planDivision(labelled, options)
  options.check?.(labelled.files)
  const { recorded } = options
  if (recorded) requirePresent(pathsOf(labelled.files), recorded)
  const undivided = await readPhotos(folder, labelled.files, present, oddities, options)
  requireReadable(labelled.files, undivided, present)
  if (!options.recorded && options.split !== 'none') requireOwnPhotos(undivided, present)
  const split = plan === 'draw' ? await draw(folder, undivided, present, options, notice) : plan
  const divided = divide(undivided, split, recorded ? () => undefined : notice)
  if (!recorded) requireListed(divided, split)
  const photos = recorded ? sameAsRecorded(divided, present, recorded, notice) : divided
  const labels = recorded?.labels ?? present
  noticeConflicts(photos, notice)
  if (split.by === 'seed') noticeUnmeasured(photos, labels, notice)
  notices.push(...oddities.notices())
  const fingerprint = fingerprintOf(photos, labels)
  return { root: folder, labels, photos, split, oddities: oddities.list(), notices, fingerprint }
}

/** What folders, tables and names say, before any photo is read. */
async function findLabels(
  root: string,
  options: DatasetOptions,
  oddities: OddityCounter,
  notice: (message: string) => void,
): Promise<{ folder: string; labelled: LabelledFiles; present: string[] }> {
  const { followLinks = false, split } = options
  const labelsFrom = checkLabelsFrom(options.labelsFrom ?? 'auto')
  const folder = await enterWrappers(resolve(root), followLinks)
  if (folder !== resolve(root)) notice(`Everything lies in "${folder}": reading the data set there.`)
  const reader = await FolderReader.open(folder, oddities, followLinks)
  const measureOnly = split === 'none'
  const folderNames =
    labelsFrom === 'auto' ? 'questioned' : labelsFrom === 'folders' ? 'settled' : ('no' as const)
  const layout = await findLayout(reader, { oddities, notice, measureOnly, folderNames })
  const labelled = await labelFiles(reader, layout, { labelsFrom, oddities, notice })
  return { folder, labelled, present: checkClasses(folder, labelled, notice, measureOnly) }
}

/** Draws a division in which photos that belong together stay so. */
async function draw(
  root: string,
  photos: readonly UndividedPhoto[],
  labels: readonly string[],
  options: DatasetOptions,
  notice: (message: string) => void,
): Promise<SplitRecord> {
  const divisible = photos.filter(photo => photo.split !== 'test')
  return drawDivision(divisible, labels, await findTies(root, divisible, options), options, notice)
}

function pathsOf(files: readonly LabelledFile[]): string[] {
  return files.map(({ path }) => path)
}

/** Reads the files; those that cannot be read are counted and left out. */
async function readPhotos(
  root: string,
  files: readonly LabelledFile[],
  labels: readonly string[],
  oddities: OddityCounter,
  { hash = hashFiles, ...work }: Pick<DatasetOptions, 'hash' | keyof WorkOptions>,
): Promise<UndividedPhoto[]> {
  const sorted = files.slice().sort((a, b) => (a.path < b.path ? -1 : 1))
  const indices = new Map(labels.map((label, index) => [label, index]))
  const hashed = await hash(
    root,
    sorted.map(file => file.path),
    work,
  )
  return hashed.flatMap((file, i) => {
    const label = indices.get(sorted[i].label)
    if (label === undefined) return []
    if (!('problem' in file)) return [{ ...file, label, split: sorted[i].split }]
    oddities.add(file.problem, file.path)
    return []
  })
}

/** A class all of whose files were refused is as bad as an empty one. */
function requireReadable(
  files: readonly LabelledFile[],
  photos: readonly UndividedPhoto[],
  labels: readonly string[],
): void {
  const read = new Set(photos.map(photo => `${photo.split} ${labels[photo.label]}`))
  const lost = files.find(file => file.split !== 'test' && !read.has(`${file.split} ${file.label}`))
  if (lost !== undefined)
    throw new ChiquitoError(
      'data',
      `Class "${lost.label}" has files but none can be read, for example "${lost.path}". Change their permissions.`,
    )
}

function noticeConflicts(photos: readonly Photo[], notice: (message: string) => void): void {
  const conflicts = labelConflicts(photos)
  if (conflicts.length === 0) return
  const [first, ...others] = conflicts[0]
  const other = others.find(photo => photo.label !== first.label) ?? first
  notice(
    `${conflicts.length} ${conflicts.length === 1 ? 'photo lies' : 'photos lie'} in more than one class, for example ` +
      `"${first.path}" and "${other.path}", which are exact copies. Remove the wrong ones.`,
  )
}
