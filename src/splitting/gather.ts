import path from 'node:path'
import { ChiquitoError } from '../core/index.js'
import type { CheckedData, CheckedPhoto } from '../doctor/index.js'

/** Photos that are to be divided, and those that are divided already. */
export interface Gathered extends CheckedData {
  /** Photos before this index are new; from it on they lie in the data set, each in its part. */
  readonly old: number
  /** Photos of the folder that the data set has already, or that were taken out of it. */
  readonly known: number
  /** The folders that photos come from, each with its own, in the same order. */
  readonly sources: readonly CheckedData[]
}

/** Photos of one folder, none of them divided yet. */
export function gathered(data: CheckedData): Gathered {
  return { ...data, old: data.photos.length, known: 0, sources: [data] }
}

/**
 * New photos beside those of a data set that is there. A photo whose content the data set has is no new one.
 *
 * @param isWithdrawn - by content: a person has taken it out of the data set, so it stays out
 * @returns paths relative to the folder of the new photos
 * @throws `data` where the data set has other folders than `split` makes
 */
export function gatheredWith(
  data: CheckedData,
  dataset: CheckedData,
  isWithdrawn: (sha256: string) => boolean,
): Gathered {
  const odd = dataset.photos.find(({ path, split }) => split === undefined || !path.startsWith(`${split}/`))
  if (odd !== undefined)
    throw new ChiquitoError(
      'data',
      `Photos can be added to a data set with the folders train, valid and test, such as chiquito split writes. In "${dataset.root}" ` +
        `"${odd.path}" lies elsewhere. Give another folder, or rename its folders.`,
    )
  const there = new Set(dataset.photos.map(({ sha256 }) => sha256))
  const fresh = data.photos.filter(({ sha256 }) => !there.has(sha256) && !isWithdrawn(sha256))
  const labels = [...new Set([...data.labels, ...dataset.labels])].sort()
  const relabelled = (photo: CheckedPhoto, from: CheckedData) => ({
    ...photo,
    label: labels.indexOf(from.labels[photo.label]),
  })
  const start = path.relative(data.root, dataset.root).replaceAll(path.sep, '/')
  const photos = [
    ...fresh.map(photo => ({ ...relabelled(photo, data), split: undefined })),
    ...dataset.photos.map(photo => ({ ...relabelled(photo, dataset), path: `${start}/${photo.path}` })),
  ]
  const sources = [{ ...data, photos: fresh }, dataset]
  return {
    root: data.root,
    labels,
    photos,
    old: fresh.length,
    known: data.photos.length - fresh.length,
    sources,
  }
}
