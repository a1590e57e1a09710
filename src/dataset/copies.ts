import type { Photo } from './photo.js'

/** What is needed to compare photos. */
export type Comparable = Pick<Photo, 'path' | 'bytes' | 'sha256'>

/** A photo that a model is measured on although it learnt from an exact copy of it. */
export interface Leak {
  /** Path of the copy learnt from; the first one when there are several. */
  readonly train: string
  /** Path of the photo measured on. */
  readonly held: string
  readonly sha256: string
}

/** The photos grouped by content: a group is one photo and all its exact copies, in the order given. */
export function byContent<P extends Comparable>(photos: readonly P[]): P[][] {
  const groups = new Map<string, P[]>()
  for (const photo of photos) {
    const group = groups.get(photo.sha256)
    if (group === undefined) groups.set(photo.sha256, [photo])
    else group.push(photo)
  }
  return [...groups.values()]
}

/** The groups of two or more byte-for-byte equal photos. Empty files hold no photo and are not compared. */
export function exactCopies<P extends Comparable>(photos: readonly P[]): P[][] {
  return byContent(photos.filter(photo => photo.bytes > 0)).filter(group => group.length > 1)
}

/** Groups of exact copies that carry different labels: at least one of them is wrong. */
export function labelConflicts(photos: readonly Photo[]): Photo[][] {
  return exactCopies(photos).filter(group => group.some(photo => photo.label !== group[0].label))
}

/** Every photo of the held-out part that has an exact copy in the training part, in the order given. */
export function leaks(photos: readonly Photo[], held: 'valid' | 'test' = 'valid'): Leak[] {
  const train = new Map<string, string>()
  for (const photo of photos)
    if (photo.split === 'train' && photo.bytes > 0 && !train.has(photo.sha256))
      train.set(photo.sha256, photo.path)
  return photos.flatMap(({ split, path, sha256 }) => {
    const copy = split === held ? train.get(sha256) : undefined
    return copy === undefined ? [] : [{ train: copy, held: path, sha256 }]
  })
}
