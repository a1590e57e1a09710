import { plural, type WorkOptions } from '../core/index.js'
import { type ListOptions, listPhotos, metadataRows } from '../dataset/index.js'
import type { CheckedData, CheckedPhoto } from './check.js'
import { type GatherOptions, gatherFacts, type LostFile } from './facts/index.js'

export interface OpenCheckedOptions extends WorkOptions, ListOptions, Pick<GatherOptions, 'cache'> {}

/** A data set under examination, and what a person should read of how it was opened. */
export interface OpenedData extends CheckedData {
  readonly notices: readonly string[]
}

/**
 * Opens a folder of photos, or a data set in any layout that `openDataset` reads, to look at its photos: also one that
 * could not be trained on. Facts that were measured before are taken from the cache.
 *
 * @throws `io` where the disk refuses; `data` where there is no photo; `usage`; `interrupted`
 */
export async function openCheckedData(root: string, options: OpenCheckedOptions = {}): Promise<OpenedData> {
  const listed = await listPhotos(root, options)
  const paths = listed.files.map(({ path }) => path)
  const { files, lost } = await gatherFacts(listed.root, paths, options)
  const { rows, notices } = await metadataRows(listed.root, paths)
  const places = new Map(listed.files.map(file => [file.path, file]))
  const labels = new Map(listed.labels.map((label, index) => [label, index]))
  const photos = files.flatMap((file): CheckedPhoto[] => {
    const place = places.get(file.path)
    const label = place && labels.get(place.label)
    if (place === undefined || label === undefined) return []
    return [{ ...file, label, split: place.split, row: rows.get(file.path) }]
  })
  return {
    root: listed.root,
    labels: listed.labels,
    photos,
    lost,
    isKept: options.cache !== false,
    notices: [
      ...listed.notices,
      ...notices,
      ...lost.slice(0, 1).map(first => lostNotice(first, lost.length)),
    ],
  }
}

function lostNotice({ path, reason }: LostFile, count: number): string {
  return `Cannot read ${plural(count, 'file')}, for example "${path}": ${reason}.`
}
