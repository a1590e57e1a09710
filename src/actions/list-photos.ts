import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { breather, type WorkOptions } from '../core/index.js'
import type { ListedPhotos, Split } from '../dataset/index.js'
import {
  gatherFacts,
  keptPhotos,
  likenessOrder,
  type RejectedPhoto,
  rejectedPhotos,
  versionIn,
} from '../doctor/index.js'
import { type PhotoSize, quickSize } from '../images/index.js'
import { photosOrNone } from './photos-or-none.js'

/** A photo of a folder, as far as names and headers tell. */
export interface PhotoInFolder {
  /** Relative to the folder, with `/`. */
  readonly path: string
  /** Index into the labels. */
  readonly label: number
  /** Null where no folder or table divides the photos. */
  readonly part: Split | null
  readonly bytes: number
  /** Pixels, upright; null where the header does not tell it at once. */
  readonly size: PhotoSize | null
  /** Another text where the file was written anew: give it to `editPhotos`, which leaves a photo that was changed since. */
  readonly version: string
  /** A person said that it is as it should be. */
  readonly isKept: boolean
}

export interface PhotosInFolder {
  /** Absolute; paths are relative to it. */
  readonly folder: string
  readonly labels: readonly string[]
  /** Sorted by path. */
  readonly photos: readonly PhotoInFolder[]
  /** Photos that were set aside, and can be restored. */
  readonly rejected: readonly RejectedPhoto[]
  /** Sentences a person should read. */
  readonly notices: readonly string[]
}

/** What was read of files before, by path and version: whoever lists a folder again gives the same. */
export interface PhotoMemory {
  readonly sizes: Map<string, PhotoSize | null>
  /** SHA-256. */
  readonly contents: Map<string, string>
}

/** A server answers others meanwhile. */
const BREATH_MS = 10

/** Nothing was read yet. */
export function photoMemory(): PhotoMemory {
  return { sizes: new Map(), contents: new Map() }
}

export interface PhotosInFolderOptions extends WorkOptions {
  /** Folder of a data set, in any layout. */
  readonly data: string
  readonly known?: PhotoMemory | undefined
}

/**
 * All photos of a folder, with class, part and size. Nothing is decoded, and of each file only the beginning is read: ten thousand
 * take less than a second.
 *
 * @throws `data` where there never was a photo; `io`; `interrupted`
 */
export async function photosInFolder({
  data,
  known = photoMemory(),
  signal,
}: PhotosInFolderOptions): Promise<PhotosInFolder> {
  return describePhotos(await photosOrNone(data), { known, sizes: 'read', signal })
}

export interface DescribeOptions extends WorkOptions {
  readonly known: PhotoMemory
  /** `known`: no file is opened, and a size that was not read before is null. */
  readonly sizes: 'read' | 'known'
}

/** What is told of photos that were listed. @throws `io`, `interrupted` */
export async function describePhotos(
  { root, labels, files, notices }: ListedPhotos,
  { known, sizes, signal }: DescribeOptions,
): Promise<PhotosInFolder> {
  const places = new Map(labels.map((label, i) => [label, i]))
  const kept = await keptPhotos(root, known.contents)
  const breathe = breather(signal, BREATH_MS)
  const photos: PhotoInFolder[] = []
  const seen: [string, PhotoSize | null][] = []
  for (const { path, label, split } of files) {
    await breathe()
    const file = join(root, path)
    const info = lstatSync(file, { throwIfNoEntry: false })
    const version = versionIn(info)
    const key = `${version} ${path}`
    const size = known.sizes.get(key) ?? (sizes === 'read' ? (quickSize(file) ?? null) : undefined)
    if (size !== undefined) seen.push([key, size])
    photos.push({
      path,
      label: places.get(label) ?? 0,
      part: split ?? null,
      bytes: info?.size ?? 0,
      size: size ?? null,
      version,
      isKept: kept.has(path),
    })
  }
  known.sizes.clear()
  for (const [key, size] of seen) known.sizes.set(key, size)
  return { folder: root, labels, photos, rejected: await rejectedPhotos(root), notices }
}

/** Photos in an order in which those that look alike stand together. */
export interface LikenessOrder {
  /** Paths; those that were not looked at yet come last, in their usual order. */
  readonly paths: readonly string[]
  /** Photos that were looked at before, by `doctor` or `train`. */
  readonly known: number
  /** What photos are likened by. */
  readonly by: 'perceptual hash and colours'
}

/**
 * Orders photos by likeness, by what the doctor measured of them before: nothing is decoded.
 *
 * @param folder - absolute, without links
 * @throws `interrupted`
 */
export async function photosByLikeness(
  folder: string,
  paths: readonly string[],
  { signal }: WorkOptions = {},
): Promise<LikenessOrder> {
  const { files } = await gatherFacts(folder, paths, { most: 0, signal })
  const known = files.flatMap(({ path, facts }) => (facts.looks === null ? [] : [{ path, ...facts.looks }]))
  const order = await likenessOrder(known, { signal })
  const ordered = order.map(i => known[i].path)
  const seen = new Set(ordered)
  return {
    paths: [...ordered, ...paths.filter(path => !seen.has(path))],
    known: known.length,
    by: 'perceptual hash and colours',
  }
}
