import type { PhotosInFolder } from '../../actions/list-photos.js'
import { type PhotosAnswer, parts, type SizesAnswer } from '../api/photos.js'
import { photoId } from '../photo-id.js'

interface Listed extends Pick<PhotosInFolder, 'labels' | 'photos' | 'rejected'> {
  /** Of the photos, in their order. */
  readonly ids: readonly string[]
}

/** Written once for as long as the list is the same: of ten thousand photos it is a megabyte. */
const texts = new WeakMap<Listed, string>()

/** The columns of a list as JSON. */
export function columnsText(listing: Listed): string {
  const text = texts.get(listing) ?? JSON.stringify(columnsOf(listing))
  texts.set(listing, text)
  return text
}

/** A list as pages get it. */
export function columnsOf({ labels, ids, photos, rejected }: Listed): PhotosAnswer {
  return {
    labels,
    id: ids,
    path: photos.map(({ path }) => path),
    label: photos.map(({ label }) => label),
    part: photos.map(({ part }) => (part === null ? -1 : parts.indexOf(part))),
    version: photos.map(({ version }) => photoId(version).slice(0, 8)),
    kept: photos.map(({ isKept }) => Number(isKept)),
    rejected: rejected.map(({ place, path, why }) => ({ id: photoId(place), path, why })),
    problem: null,
  }
}

/** How large photos are, as pages get it. */
export function sizesOf({ ids, photos }: Listed): SizesAnswer {
  return {
    id: ids,
    width: photos.map(({ size }) => size?.width ?? 0),
    height: photos.map(({ size }) => size?.height ?? 0),
  }
}
