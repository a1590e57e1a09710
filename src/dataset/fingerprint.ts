import { createHash } from 'node:crypto'
import type { Photo } from './photo.js'

/**
 * SHA-256 (hexadecimal) of what a data set holds: path, label, part and content of every photo, in whatever order they
 * come. Two data sets with the same fingerprint train the same model.
 */
export function fingerprintOf(
  photos: readonly Pick<Photo, 'path' | 'label' | 'split' | 'sha256'>[],
  labels: readonly string[],
): string {
  const lines = photos.map(({ path, label, split, sha256 }) =>
    JSON.stringify([path, labels[label], split, sha256]),
  )
  const hash = createHash('sha256')
  for (const line of lines.sort()) hash.update(`${line}\n`)
  return hash.digest('hex')
}

/** The fingerprint of a data set without the photos that were no longer what it says of them: a model never saw those. */
export function fingerprintSeen(
  {
    photos,
    labels,
  }: {
    readonly photos: Parameters<typeof fingerprintOf>[0]
    readonly labels: readonly string[]
  },
  unreadable: readonly { readonly path: string; readonly changed?: boolean | undefined }[],
): string {
  const changed = new Set(unreadable.flatMap(one => (one.changed ? [one.path] : [])))
  return fingerprintOf(
    photos.filter(({ path }) => !changed.has(path)),
    labels,
  )
}
