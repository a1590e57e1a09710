import path from 'node:path'
import { ChiquitoError, commandName, type WorkOptions } from '../core/index.js'
import { openDataset } from '../dataset/index.js'
import { learntIn, type ModelRecord } from './learnt-photos.js'
import { requireKnown } from './measure.js'

/** A photo that both models are shown. */
export interface SharedPhoto {
  /** As it is told, relative to the folder it lies in. */
  readonly path: string
  /** Where it is. */
  readonly file: string
  readonly label: string
  readonly sha256: string
}

/** Photos that are not compared on, by why. */
export interface NotCompared {
  /** Measured by one of the two runs only. */
  readonly notInBoth: number
  /** One of the two has learnt from them. */
  readonly learnt: number
  /** The two runs have them in different classes. */
  readonly disputed: number
  /** Exact copies of photos that are compared on. */
  readonly copies: number
}

export interface SharedPhotos {
  readonly photos: readonly SharedPhoto[]
  readonly leftOut: NotCompared
}

/** A model with what its run recorded, where one tells. */
export interface RecordedModel {
  /** As it was given. */
  readonly given: string
  readonly labels: readonly string[]
  readonly record: ModelRecord | undefined
  /** Why there is no record, where there is none: the end of a sentence. */
  readonly why?: string | undefined
}

/**
 * Photos that both runs kept from their models to measure on. What either learnt from, in this file or an exact copy, is left out.
 *
 * @throws `usage` where a model has no run that tells; `data` where no photo is left
 */
export function photosOfBoth(first: RecordedModel, second: RecordedModel): SharedPhotos {
  const [a, b] = [recordFor(first), recordFor(second)]
  const learnt = [learntIn(a), learntIn(b)]
  const theirs = new Map(held(b).map(photo => [photo.sha256, photo]))
  const own = held(a)
  const shared: SharedPhoto[] = []
  const leftOut = { notInBoth: 0, learnt: 0, disputed: 0, copies: 0 }
  const seen = new Set<string>()
  for (const { path: file, label, sha256 } of own) {
    const other = theirs.get(sha256)
    if (learnt.some(one => one.has(sha256))) leftOut.learnt++
    else if (seen.has(sha256)) leftOut.copies++
    else if (other === undefined) leftOut.notInBoth++
    else if (other.label !== label) leftOut.disputed++
    else shared.push({ path: file, file: path.join(a.root, file), label, sha256 })
    seen.add(sha256)
  }
  for (const sha256 of theirs.keys()) {
    if (seen.has(sha256)) continue
    if (learnt.some(one => one.has(sha256))) leftOut.learnt++
    else leftOut.notInBoth++
  }
  if (shared.length === 0)
    throw new ChiquitoError(
      'data',
      `No photo was kept apart by both runs, so there is nothing to compare them on: of ${own.length} and ${theirs.size} measured ` +
        `photos, ${leftOut.learnt} were learnt from by one of the two and ${leftOut.notInBoth} are known to one only. Train both with the ` +
        'same division (the same --seed on the same photos, or one table of "split --manifest" with --folds), or give other photos with --on.',
    )
  return { photos: shared, leftOut }
}

function held({ photos }: ModelRecord): ModelRecord['photos'] {
  return photos.filter(({ split }) => split !== 'train')
}

function recordFor({ given, record, why }: RecordedModel): ModelRecord {
  if (record !== undefined) return record
  throw new ChiquitoError(
    'usage',
    `Which photos "${given}" learnt from is not known: ${why}. Give photos that neither model has seen: ` +
      `${commandName()} compare … --on PHOTOS, or models in the folders of their runs.`,
  )
}

/**
 * Photos of a folder: those kept apart as valid or test, or else all. What either model is known to have learnt from is left out.
 *
 * @throws `data` where a class is unknown to one of the models, or no photo is left; `io`
 */
export async function photosIn(
  folder: string,
  models: readonly [RecordedModel, RecordedModel],
  options: WorkOptions & {
    readonly followLinks?: boolean | undefined
    readonly labelsFrom?: string | undefined
  },
): Promise<SharedPhotos> {
  const { followLinks, labelsFrom, progress, signal } = options
  const dataset = await openDataset(folder, { split: 'none', followLinks, labelsFrom, progress, signal })
  for (const message of dataset.notices) progress?.({ kind: 'notice', message })
  const apart = dataset.photos.filter(({ split }) => split !== 'train')
  const measured = apart.length > 0 ? apart : dataset.photos
  for (const { labels } of models)
    requireKnown([...new Set(measured.map(({ label }) => dataset.labels[label]))], labels)
  const learnt = models.flatMap(({ record }) => (record ? [learntIn(record)] : []))
  const leftOut = { notInBoth: 0, learnt: 0, disputed: 0, copies: 0 }
  const seen = new Set<string>()
  const photos = measured.flatMap(({ path: file, label, sha256 }): SharedPhoto[] => {
    if (learnt.some(one => one.has(sha256))) leftOut.learnt++
    else if (seen.has(sha256)) leftOut.copies++
    else {
      seen.add(sha256)
      return [{ path: file, file: path.join(dataset.root, file), label: dataset.labels[label], sha256 }]
    }
    return []
  })
  if (photos.length === 0)
    throw new ChiquitoError(
      'data',
      measured.length === 0
        ? `There is no photo in "${folder}" whose class is known. Put the photos of each class in a folder of its own.`
        : `All ${measured.length} photos in "${folder}" were learnt from by one of the two models. Give photos that neither has seen.`,
    )
  return { photos, leftOut }
}
