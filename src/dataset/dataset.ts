import { resolve } from 'node:path'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { checkClasses } from './check-classes.js'
import { labelConflicts } from './copies.js'
import { fingerprintOf } from './fingerprint.js'
import { FolderReader } from './folder-reader.js'
import { hashFiles } from './hash-files.js'
import { type LabelledFile, labelFiles } from './label-files.js'
import { enterWrappers, findParts, type Part } from './layout.js'
import { type Oddity, OddityCounter } from './oddities.js'
import { noticeUnmeasured, requireOwnPhotos } from './own-photos.js'
import type { Photo, Split } from './photo.js'
import { type RecordedPhotos, sameAsRecorded } from './recorded.js'
import { type SplitRecord, splitBySeed } from './split.js'

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
   * A division made earlier, to be made again; or `none`: photos that no folder divides are all `test`, nothing is
   * learnt from them, and one class will do.
   */
  readonly split?: SplitRecord | 'none' | undefined
  /** The photos a run began with: only these, which must all be there unchanged. */
  readonly recorded?: RecordedPhotos | undefined
  /** Also follow links that lead out of the folder; only for data of one's own. */
  readonly followLinks?: boolean | undefined
}

type UndividedPhoto = Omit<Photo, 'split'> & { readonly split: Split | undefined }

/**
 * Opens a data set: class folders directly in `root`, or under `train/` and `valid/` (`val`, `validation`, `dev`) and
 * `test/` in any letter case, as fastai, torchvision, Keras and Hugging Face's imagefolder read them; labels of a
 * `metadata.jsonl` go before folder names. Any file that is not plainly something else is taken for a photo: its
 * content decides, later. Every file is read once, for its hash.
 *
 * @throws `io` where the disk refuses, `data` where the folders are no data set, `usage`, `interrupted`
 */
export async function openDataset(root: string, options: DatasetOptions = {}): Promise<Dataset> {
  const { followLinks = false } = options
  const folder = await enterWrappers(resolve(root), followLinks)
  const notices: string[] = []
  const notice = (message: string) => void notices.push(message)
  if (folder !== resolve(root)) notice(`Everything lies in "${folder}": reading the data set there.`)
  const oddities = new OddityCounter()
  const reader = await FolderReader.open(folder, oddities, followLinks)
  const parts = await findParts(reader, oddities)
  const labelled = await labelFiles(reader, parts, oddities)
  const byFolders = parts.some(({ split }) => split !== undefined)
  const fewest = options.split === 'none' && !byFolders ? 1 : 2
  const present = checkClasses(folder, labelled, parts, notice, fewest)
  const undivided = await readPhotos(folder, labelled.files, present, oddities, options)
  requireReadable(labelled.files, undivided, present)
  if (!options.recorded && options.split !== 'none') requireOwnPhotos(undivided, present)
  const split = splitRecord(parts, undivided, present, options)
  const { recorded } = options
  const divided = divide(undivided, split, recorded ? () => undefined : notice)
  const photos = recorded ? sameAsRecorded(divided, present, recorded, notice) : divided
  const labels = recorded?.labels ?? present
  noticeConflicts(photos, notice)
  if (split.by === 'seed') noticeUnmeasured(photos, labels, notice)
  const fingerprint = fingerprintOf(photos, labels)
  return { root: folder, labels, photos, split, oddities: oddities.list(), notices, fingerprint }
}

/** Reads the files; those that cannot be read are counted and left out. */
async function readPhotos(
  root: string,
  files: readonly LabelledFile[],
  labels: readonly string[],
  oddities: OddityCounter,
  options: WorkOptions,
): Promise<UndividedPhoto[]> {
  const sorted = files.slice().sort((a, b) => (a.path < b.path ? -1 : 1))
  const indices = new Map(labels.map((label, index) => [label, index]))
  const hashed = await hashFiles(
    root,
    sorted.map(file => file.path),
    options,
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

function splitRecord(
  parts: readonly Part[],
  photos: readonly UndividedPhoto[],
  labels: readonly string[],
  { split, seed = 0, validFraction }: DatasetOptions,
): SplitRecord {
  const byFolders = parts.some(part => part.split === 'valid')
  if (typeof split === 'object') {
    if ((split.by === 'folders') === byFolders) return split
    const [then, now] = byFolders ? ['had no valid folder', 'has one'] : ['had a valid folder', 'has none']
    throw new ChiquitoError('data', `The data set ${then} when it was divided and now ${now}. Restore it.`)
  }
  if (byFolders) return { by: 'folders' }
  if (split === 'none' && parts.every(part => part.split === undefined)) return { by: 'none' }
  const divisible = photos.filter(photo => photo.split !== 'test')
  return splitBySeed(divisible, labels, { seed, validFraction })
}

function divide(
  photos: readonly UndividedPhoto[],
  record: SplitRecord,
  notice: (message: string) => void,
): Photo[] {
  if (record.by !== 'seed')
    return photos.map(photo => ({
      ...photo,
      split: photo.split ?? (record.by === 'none' ? 'test' : 'train'),
    }))
  const valid = new Set(record.valid)
  const train = new Set(record.train)
  const held = new Set(photos.filter(photo => valid.has(photo.path)).map(photo => photo.sha256))
  const placed = photos.map((photo): Photo => {
    if (photo.split === 'test') return { ...photo, split: 'test' }
    const isValid = valid.has(photo.path) || (!train.has(photo.path) && held.has(photo.sha256))
    return { ...photo, split: isValid ? 'valid' : 'train' }
  })
  noticeChanges(placed, record, notice)
  return placed
}

/** Photos that came or went since the division was recorded. */
function noticeChanges(
  photos: readonly Photo[],
  record: { train: readonly string[]; valid: readonly string[] },
  notice: (message: string) => void,
): void {
  const recorded = new Set([...record.train, ...record.valid])
  const present = photos.filter(photo => photo.split !== 'test')
  const fresh = present.filter(photo => !recorded.has(photo.path)).length
  const gone = recorded.size - (present.length - fresh)
  if (fresh > 0)
    notice(
      `${photosAre(fresh)} new since the data set was divided: learnt from, unless an exact copy is measured on.`,
    )
  if (gone > 0) notice(`${photosAre(gone)} gone since the data set was divided.`)
}

function photosAre(count: number): string {
  return count === 1 ? '1 photo is' : `${count} photos are`
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
