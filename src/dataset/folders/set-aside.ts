import type { Listing } from './folder-reader.js'
import { isEmptyName } from './part-names.js'

/** Folders of files that go with photos where the task is another one: to find objects, or to outline them. */
const besidePhotos = new Set(
  (
    'labels label annotations annotation annots masks mask boxes bboxes bbox trimaps segmentation segmentations ' +
    'segmentationclass segmentationobject imagesets ground_truth groundtruth gt'
  ).split(' '),
)

/** Whether one of these names is that of a folder which only goes with photos. */
export function hasAsides(names: readonly string[]): boolean {
  return names.some(name => besidePhotos.has(name.toLowerCase()))
}

/**
 * Puts aside what only goes with photos: `annotations` beside `images` is no class, even where pictures lie in it. That
 * `masks` lies beside `cats` and `dogs` says nothing.
 */
export function setAside(listing: Listing): { listing: Listing; aside: readonly string[] } {
  const { folders, bare } = listing
  const isPhotos = (name: string) => isEmptyName(name) && !hasAsides([name])
  const others = folders.filter(name => !hasAsides([name]))
  if (!others.some(isPhotos))
    return { listing, aside: bare.filter(name => folders.length < 2 && hasAsides([name])) }
  const aside = [...folders, ...bare].filter(name => hasAsides([name]))
  return { listing: { ...listing, folders: others }, aside }
}
