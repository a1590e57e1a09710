import { ChiquitoError } from '../../core/index.js'
import { type Dataset, fingerprintOf } from '../../dataset/index.js'

/** Whether the photo is to blame: it cannot be read, or is not what it was. */
export function isPhotosFault(error: unknown): error is ChiquitoError {
  return error instanceof ChiquitoError && (error.code === 'image' || error.code === 'data')
}

/** The error for a photo that could be read when training began, and cannot any more. */
export function lostMeanwhile(error: ChiquitoError): ChiquitoError {
  const message = `${error.message} It could be read when training began: restore it and go on with --resume, or train again.`
  return new ChiquitoError(error.code, message, { cause: error })
}

/** The fingerprint of a data set without the photos that were no longer what it says of them: a model never saw those. */
export function fingerprintSeen(
  { photos, labels }: Pick<Dataset, 'photos' | 'labels'>,
  unreadable: readonly { readonly path: string; readonly changed?: boolean | undefined }[],
): string {
  const changed = new Set(unreadable.flatMap(one => (one.changed ? [one.path] : [])))
  return fingerprintOf(
    photos.filter(({ path }) => !changed.has(path)),
    labels,
  )
}
