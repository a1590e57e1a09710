import { realpath, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { ChiquitoError, plural, type WorkOptions } from '../core/index.js'
import { byContent } from './copies.js'
import type { Dataset } from './dataset.js'
import { divide, drawDivision } from './division.js'
import { type PhotosBelow, photosBelow } from './folders/index.js'
import { findTies, type LikenessFinder } from './groups/index.js'
import { hashFiles } from './hash-files.js'
import type { Photo } from './photo.js'
import { type RecordedPhotos, recordPhotos, requirePresent, sameAsRecorded } from './recorded.js'

/** Photos of other things: what a classifier is to answer with none of its labels. They are no class of the data set. */
export interface Background {
  /** Absolute path that photo paths are relative to. */
  readonly root: string
  /** Learnt from, or kept to measure on; sorted by path. Their label means nothing. */
  readonly photos: readonly Photo[]
  /** Sentences a person should read. */
  readonly notices: readonly string[]
}

export interface BackgroundOptions extends WorkOptions {
  /** What the classifier is to know: none of its photos may be among the others. */
  readonly dataset: Pick<Dataset, 'root' | 'photos'>
  /** Divides the photos; 0 by default. */
  readonly seed?: number | undefined
  /** Part that is measured on; 0.2 by default. */
  readonly validFraction?: number | undefined
  /** Also follow links that lead out of the folder; only for data of one's own. */
  readonly followLinks?: boolean | undefined
  readonly likeness?: LikenessFinder | undefined
  /** The photos a run began with: only these, which must all be there unchanged. */
  readonly recorded?: RecordedPhotos['photos'] | undefined
}

/** What photos of other things are called where a class has its name. */
const LABEL = 'other things'

/** Fewer different photos say nothing of what else there is: two of ten are measured on. */
const LEAST = 10

/**
 * Opens a folder of photos of other things, flat or nested: what its folders are called means nothing. A part of them is kept
 * to measure on; copies, near ones too, and photos of one page or person stay on one side of that. Exact copies of photos of
 * the data set are left out.
 *
 * @throws `io` where the disk refuses; `data` for too few photos, or where photos of the data set lie in the folder;
 *   `usage`, `interrupted`
 */
export async function openBackground(folder: string, options: BackgroundOptions): Promise<Background> {
  const { dataset, recorded, followLinks, progress, signal } = options
  const notices: string[] = []
  const notice = (message: string) => void notices.push(message)
  const ofOthers = (message: string) => notice(`Among the photos of other things: ${message}`)
  const found = await filesOfOthers(folder, { followLinks, signal })
  const root = await realpath(folder)
  for (const message of found.notices) ofOthers(message)
  const [refused] = found.refused
  if (refused) notice(`Left out: "${refused.path}" cannot be read: ${refused.reason}.`)
  const paths = found.files.map(file => relative(folder, file).split(sep).join('/')).sort()
  await requireOthers(folder, root, dataset)
  if (recorded) requirePresent(paths, { photos: recorded, labels: [LABEL] })
  const hashed = await hashFiles(root, paths, { progress, signal })
  const photos = hashed.flatMap(file => ('problem' in file ? [] : [{ ...file, label: 0, split: undefined }]))
  const lost = hashed.length - photos.length
  if (lost > 0) notice(`${plural(lost, 'photo')} in "${folder}" cannot be read: left out.`)
  if (recorded) {
    const placed = photos.map((photo): Photo => ({ ...photo, split: 'train' }))
    const same = sameAsRecorded(placed, [LABEL], { photos: recorded, labels: [LABEL] }, ofOthers)
    return { root, photos: same, notices }
  }
  const others = withoutCopies(photos, dataset, folder, notice)
  requireEnough(others, folder, notices)
  const ties = await findTies(root, others, options)
  const drawn = drawDivision(others, [LABEL], ties, options, ofOthers)
  return { root, photos: divide(others, drawn, ofOthers), notices }
}

/**
 * The files among which photos of other things are looked for.
 *
 * @throws `data` where that is no folder, or holds a run; `io`
 */
export async function filesOfOthers(
  folder: string,
  options: Pick<BackgroundOptions, 'followLinks' | 'signal'>,
): Promise<PhotosBelow> {
  if ((await stat(folder).catch(() => undefined))?.isFile())
    throw new ChiquitoError(
      'data',
      `"${folder}" is a file. Give a folder of photos of other things, flat or nested; "chiquito collect archive" unpacks archives.`,
    )
  return photosBelow(folder, options)
}

/** What to keep of photos of other things, so that a run can be gone on with on the same ones. */
export function recordBackground({ photos }: Pick<Background, 'photos'>): RecordedPhotos['photos'] {
  return recordPhotos(photos, [LABEL])
}

/** A photo cannot show one of the labels and something else. */
async function requireOthers(
  folder: string,
  root: string,
  { root: own, photos }: BackgroundOptions['dataset'],
): Promise<void> {
  const data = await realpath(own)
  const inside = photos.filter(({ path }) => resolve(data, path).startsWith(join(root, sep)))
  if (inside.length === 0) return
  throw new ChiquitoError(
    'data',
    `${plural(inside.length, 'photo')} of the data set ${inside.length === 1 ? 'lies' : 'lie'} in "${folder}", for example ` +
      `"${inside[0].path}", so they would show one of the classes and something else. Put the photos of other things in a ` +
      'folder that is no class, beside the data set.',
  )
}

type Unplaced = Omit<Photo, 'split'> & { readonly split: undefined }

function withoutCopies(
  photos: readonly Unplaced[],
  dataset: BackgroundOptions['dataset'],
  folder: string,
  notice: (message: string) => void,
): Unplaced[] {
  const classes = new Map(dataset.photos.map(({ sha256, path }) => [sha256, path]))
  const copies = photos.filter(({ sha256, bytes }) => bytes > 0 && classes.has(sha256))
  if (copies.length === 0) return [...photos]
  const [{ path, sha256 }] = copies
  notice(
    `${plural(copies.length, 'photo')} in "${folder}" ${copies.length === 1 ? 'is an exact copy' : 'are exact copies'} of photos of the ` +
      `data set, for example "${path}" of "${classes.get(sha256)}": left out.`,
  )
  return photos.filter(photo => !copies.includes(photo))
}

/** @param leftOut - sentences on what is there and does not count */
function requireEnough(photos: readonly Unplaced[], folder: string, leftOut: readonly string[]): void {
  const different = byContent(photos).length
  if (different >= LEAST) return
  const there =
    different === 0 ? 'is no photo' : different === 1 ? 'is 1 photo' : `are ${different} different photos`
  throw new ChiquitoError(
    'data',
    [
      `There ${there} of other things to learn from in "${folder}": at least ${LEAST} different ones are needed, better a hundred, of as many ` +
        'kinds of things as may come.',
      ...leftOut,
    ].join(' '),
  )
}
