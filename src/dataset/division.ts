import { ChiquitoError } from '../core/index.js'
import type { LargeGroup, Tie } from './groups/index.js'
import type { LabelledFiles } from './labels/index.js'
import type { Photo, Split } from './photo.js'
import { type ManifestSplit, requireDivisible, type SplitRecord, splitBySeed } from './split.js'

/** A photo of which only folders, or a table, may have said yet which part it belongs to. */
export type UndividedPhoto = Omit<Photo, 'split'> & { readonly split: Split | undefined }

export interface DivisionOptions {
  readonly seed?: number | undefined
  readonly validFraction?: number | undefined
  /** See `DatasetOptions`. */
  readonly split?: SplitRecord | 'none' | undefined
}

/** How the photos are to be divided: a record that holds already, or `draw`, from the seed. */
export type DivisionPlan = SplitRecord | 'draw'

/**
 * How photos are to be divided, as far as names tell it, so that what cannot work is said before any photo is read.
 *
 * @throws `data` where folders contradict the record given, or a class has too few photos; `usage`
 */
export function planDivision(
  { files, parts }: Pick<LabelledFiles, 'files' | 'parts'>,
  { split, validFraction }: DivisionOptions,
): DivisionPlan {
  const byFolders = parts.some(part => part.split === 'valid')
  if (typeof split === 'object') {
    if (split.by === 'manifest') return split
    if ((split.by === 'folders') === byFolders) return split
    const [then, now] = byFolders ? ['had no valid folder', 'has one'] : ['had a valid folder', 'has none']
    throw new ChiquitoError('data', `The data set ${then} when it was divided and now ${now}. Restore it.`)
  }
  if (byFolders) return { by: 'folders' }
  if (split === 'none') return { by: 'none' }
  const learnt = files.filter(file => file.split !== 'test')
  requireDivisible(
    learnt.map(({ label }) => label),
    validFraction,
  )
  return 'draw'
}

/**
 * Draws the division of photos that nothing divides. Where so much belongs together that nothing could be measured, copies
 * alone stay together, with a notice.
 *
 * @param photos - without those kept apart as test
 * @param ties - indices into these photos
 * @throws `data` for a class of too few different photos
 */
export function drawDivision(
  photos: readonly UndividedPhoto[],
  labels: readonly string[],
  ties: readonly Tie[],
  { seed = 0, validFraction }: DivisionOptions,
  notice: (message: string) => void,
): SplitRecord {
  try {
    const noticeLarge = (large: readonly LargeGroup[]) => notice(largeText(photos, labels, large))
    return splitBySeed(photos, labels, { seed, validFraction, ties, noticeLarge })
  } catch (error) {
    if (!(error instanceof ChiquitoError) || error.code !== 'data' || ties.length === 0) throw error
    const drawn = splitBySeed(photos, labels, { seed, validFraction })
    notice(
      'In every class all photos belong together (same source page, person, or near copies), so they are divided ' +
        'nevertheless, exact copies together: what is measured may be better than it is on photos from elsewhere.',
    )
    return drawn
  }
}

function largeText(
  photos: readonly UndividedPhoto[],
  labels: readonly string[],
  large: readonly LargeGroup[],
): string {
  const [{ label, members, of }] = large
  const [first, second = first] = members.map(i => `"${photos[i].path}"`)
  const more = large.length > 1 ? ` So it is in ${large.length - 1} more.` : ''
  return (
    `${members.length} of the ${of} photos of "${labels[label]}" belong together (copies, one page, person or video), for example ` +
    `${first} and ${second}: they are all on one side.${more}`
  )
}

/** The part of every photo. */
export function divide(
  photos: readonly UndividedPhoto[],
  record: SplitRecord,
  notice: (message: string) => void,
): Photo[] {
  if (record.by === 'manifest') return divideAsListed(photos, record, notice)
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

/** A manifest's division: others are left out. */
function divideAsListed(
  photos: readonly UndividedPhoto[],
  record: ManifestSplit,
  notice: (message: string) => void,
): Photo[] {
  const { parts, notices } = listedIn(record, photos)
  for (const message of notices) notice(message)
  return photos.flatMap((photo, i) => {
    const split = parts[i]
    return split === undefined ? [] : [{ ...photo, split }]
  })
}

/**
 * What a manifest says of photos, by their paths, and what a person should know where the two differ: photos that it does not name,
 * that it names and that are not there, and that no longer hold what they held when it was written.
 *
 * @returns `parts`: a photo each, undefined for those that it does not name
 */
export function listedIn(
  record: ManifestSplit,
  photos: readonly Pick<Photo, 'path' | 'sha256'>[],
): { parts: (Split | undefined)[]; notices: string[] } {
  const partOf = new Map<string, Split>()
  for (const part of ['train', 'valid', 'test'] as const)
    for (const path of record[part]) partOf.set(path, part)
  const contents = new Map(record.contents)
  const parts = photos.map(({ path }) => partOf.get(path))
  const listed = parts.filter(part => part !== undefined).length
  const changed = photos.filter(({ path, sha256 }) => (contents.get(path) ?? sha256) !== sha256)
  const [others, gone] = [photos.length - listed, partOf.size - listed]
  const { manifest } = record
  return {
    parts,
    notices: [
      ...(others > 0 ? [`${photosAre(others)} not named in "${manifest}": left out.`] : []),
      ...(gone > 0 ? [`${photosAre(gone)} named in "${manifest}" and not there.`] : []),
      ...(changed.length > 0 ? [changedText(manifest, changed)] : []),
    ],
  }
}

function changedText(manifest: string, changed: readonly { readonly path: string }[]): string {
  const [they, count, hold] = changed.length === 1 ? ['it', 'counts', 'holds'] : ['they', 'count', 'hold']
  return (
    `${photosAre(changed.length)} no longer what "${manifest}" was written for, for example "${changed[0].path}": ${they} ${count} as ` +
    `what ${they} ${hold} now, in the part that it gives ${changed.length === 1 ? 'that name' : 'those names'}. Restore ${they === 'it' ? 'it' : 'them'}, or divide anew.`
  )
}

/**
 * A manifest that was edited, or is of other photos, may leave nothing to learn from or to measure on.
 *
 * @throws `data` naming the manifest and what it gives to each part
 */
export function requireListed(photos: readonly Photo[], record: SplitRecord): void {
  if (record.by !== 'manifest') return
  const classesIn = (part: Split) =>
    new Set(photos.filter(({ split }) => split === part).map(({ label }) => label)).size
  const countIn = (part: Split) => photos.filter(({ split }) => split === part).length
  if (classesIn('train') >= 2 && countIn('valid') > 0) return
  throw new ChiquitoError(
    'data',
    `With "${record.manifest}" nothing can be learnt and measured: of the photos that are there it gives ${countIn('train')}, of ` +
      `${classesIn('train')} ${classesIn('train') === 1 ? 'class' : 'classes'}, to train and ${countIn('valid')} to valid. Expected ` +
      'photos of two classes or more to learn from and some to measure on, with their paths relative to the folder of photos.',
  )
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
