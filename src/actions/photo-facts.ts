import path from 'node:path'
import { throwIfAborted, type WorkOptions } from '../core/index.js'
import type { Dataset, Photo } from '../dataset/index.js'
import { type HeaderFacts, readHeaderFacts } from '../doctor/index.js'
import type { PhotoHeader } from '../images/index.js'
import type { ClassFacts, SizeFacts } from '../report/index.js'

/** A photo and its header. */
export interface SeenHeader extends PhotoHeader {
  readonly photo: Photo
  readonly facts: HeaderFacts
}

/** Headers read at a time. */
const atOnce = 8

/** The headers of all photos that have one: each file is opened once for all that is told of it. */
export async function readHeaders(
  dataset: Dataset,
  { progress, signal }: WorkOptions,
): Promise<SeenHeader[]> {
  const task = 'reading photo headers'
  const { photos, root } = dataset
  const found: SeenHeader[] = []
  progress?.({ kind: 'start', task, total: photos.length })
  for (let i = 0; i < photos.length; i += atOnce) {
    throwIfAborted(signal)
    const some = photos.slice(i, i + atOnce)
    const headers = await Promise.all(some.map(photo => readHeaderFacts(path.join(root, photo.path))))
    for (const [k, read] of headers.entries())
      if (read) found.push({ photo: some[k], ...read.header, facts: read.facts })
    progress?.({ kind: 'advance', task, done: Math.min(i + atOnce, photos.length), total: photos.length })
  }
  progress?.({ kind: 'end', task })
  return found
}

/** The parts that have photos, in the order reports name them. */
export function partsOf(dataset: Dataset): ('train' | 'valid' | 'test')[] {
  return (['train', 'valid', 'test'] as const).filter(part =>
    dataset.photos.some(photo => photo.split === part),
  )
}

/** For each class the photos in each part, and how large they are. */
export function classFacts(dataset: Dataset, headers: readonly SeenHeader[]): ClassFacts[] {
  const parts = partsOf(dataset)
  const photos = byClass(dataset, dataset.photos, photo => photo.label)
  const seen = byClass(dataset, headers, header => header.photo.label)
  return dataset.labels.map((label, k) => ({
    label,
    counts: parts.map(part => photos[k].filter(photo => photo.split === part).length),
    sizes: sizesOf(seen[k]),
  }))
}

/** Things by class number. */
function byClass<T>({ labels }: Dataset, things: readonly T[], label: (thing: T) => number): T[][] {
  const groups = labels.map((): T[] => [])
  for (const thing of things) groups[label(thing)].push(thing)
  return groups
}

/** How many photos there are of each format, the commonest first. */
export function formatFacts(headers: readonly SeenHeader[]): { name: string; count: number }[] {
  const counts = countsOf(headers.map(({ format }) => format))
  return Array.from(counts, ([name, count]) => ({ name, count })).sort(
    (a, b) => b.count - a.count || (a.name < b.name ? -1 : 1),
  )
}

function sizesOf(headers: readonly SeenHeader[]): SizeFacts | undefined {
  if (headers.length === 0) return undefined
  const byArea = headers.slice().sort((a, b) => a.width * a.height - b.width * b.height)
  const size = (i: number): [number, number] => [byArea[i].width, byArea[i].height]
  return { smallest: size(0), median: size(byArea.length >> 1), largest: size(byArea.length - 1) }
}

function countsOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
