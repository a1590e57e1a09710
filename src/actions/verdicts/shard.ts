import path from 'node:path'
import { ChiquitoError, throwIfAborted } from '../../core/index.js'
import { hashBuffer, hashPhotoFile } from '../../images/index.js'
import { inOrder, type Job } from '../../jobs/index.js'
import type { Content } from '../jobs/contents.js'
import type { VerdictsAsked, VerdictsPlace } from '../jobs/verdicts.js'
import { type ListedPhoto, readPhotoList } from './photo-list.js'
import { rowLine } from './row.js'

/** Photos of one job: enough that what a job costs does not show, few enough that a kill costs little. */
export const SHARD = 256

/** Files hashed at once: keeps Node's four file threads busy, also over a network. */
const PARALLEL_READS = 8
/** Shards hashed while others are looked at. */
const SHARDS_AHEAD = 2

/** A photo that is named by what it holds; or, with the reason, one that cannot be read. */
type ShardPhoto =
  | { readonly path: string; readonly sha256: string }
  | { readonly path: string; readonly sha256?: undefined; readonly reason: string }

/** Photos that are looked at together. */
export interface Shard {
  readonly listed: readonly ListedPhoto[]
  readonly photos: readonly ShardPhoto[]
}

export interface ShardsOptions {
  /** As `writePhotoList` wrote it. */
  readonly list: string
  /** Photo of the list to begin with. */
  readonly from: number
  /** Folder that paths are relative to. */
  readonly folder: string
  readonly signal?: AbortSignal | undefined
}

/** The photos of a list in shards, each photo read once to name it by its content; some shards ahead. */
export function shardsOf({ list, from, ...options }: ShardsOptions): AsyncGenerator<Shard> {
  return inOrder(grouped(readPhotoList(list, from)), SHARDS_AHEAD, listed => hashShard(listed, options))
}

async function* grouped(photos: AsyncIterable<ListedPhoto>): AsyncGenerator<readonly ListedPhoto[]> {
  let group: ListedPhoto[] = []
  for await (const photo of photos) {
    group.push(photo)
    if (group.length < SHARD) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

/** Names the photos of a shard by what they hold now. */
export async function hashShard(
  listed: readonly ListedPhoto[],
  { folder, signal }: Pick<ShardsOptions, 'folder' | 'signal'>,
): Promise<Shard> {
  const photos: ShardPhoto[] = new Array(listed.length)
  let next = 0
  const worker = async () => {
    const buffer = hashBuffer()
    while (next < listed.length) {
      throwIfAborted(signal)
      const at = next++
      photos[at] = await hashed(listed[at], folder, buffer)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_READS }, worker))
  return { listed, photos }
}

async function hashed(
  { path: name, reason }: ListedPhoto,
  folder: string,
  buffer: Uint8Array,
): Promise<ShardPhoto> {
  if (reason !== undefined) return { path: name, reason }
  try {
    return { path: name, sha256: await hashPhotoFile(path.resolve(folder, name), name, buffer) }
  } catch (error) {
    if (!(error instanceof ChiquitoError) || error.code !== 'image') throw error
    return { path: name, reason: error.message.replace(`${name}: `, '') }
  }
}

/** What is said of photos that keep changing. */
const RESTLESS = 'it was changed each time it was read.'

/** The same shard with what has changed since set aside, so that one file that is being written does not hold up all others. */
export function withoutChanged(shard: Shard, before: Shard): Shard {
  const photos = shard.photos.map((photo, i) =>
    photo.sha256 !== undefined && photo.sha256 !== before.photos[i].sha256
      ? { path: photo.path, reason: RESTLESS }
      : photo,
  )
  return { ...shard, photos }
}

/** What all shards are asked with, and where. */
export type ShardQuestion = Omit<VerdictsAsked, 'photos'> & {
  readonly place: Omit<VerdictsPlace, 'photos'>
  /** Folder that paths are relative to. */
  readonly folder: string
}

/** The files that whoever looks at a shard needs. */
export function contentsOf({ photos }: Shard, { model, place, folder }: ShardQuestion): Content[] {
  const own = photos.flatMap(({ path: name, sha256 }) =>
    sha256 === undefined ? [] : [{ sha256, path: path.resolve(folder, name) }],
  )
  return [{ sha256: model, path: place.model }, ...own]
}

/** The job that looks at a shard: at each content once. */
export function jobOf({ photos }: Shard, { place, folder, ...asked }: ShardQuestion): Job {
  const files: Record<string, string> = {}
  for (const { path: name, sha256 } of photos)
    if (sha256 !== undefined) files[sha256] ??= path.resolve(folder, name)
  return {
    kind: 'verdicts',
    asked: { ...asked, photos: Object.keys(files) },
    place: { ...place, photos: files },
  }
}

/**
 * The rows of a shard, in the order of the list.
 *
 * @param verdicts - of the contents, in the order in which the job asks for them, as JSON
 * @throws `engine` where they are too few
 */
export function rowsOf({ photos }: Shard, verdicts: readonly string[]): string[] {
  const known = new Map<string, string>()
  return photos.map(photo => {
    if (photo.sha256 === undefined) return rowLine(photo.path, null, JSON.stringify({ error: photo.reason }))
    const { path: name, sha256 } = photo
    const verdict = known.get(sha256) ?? verdicts[known.size]
    if (verdict === undefined) throw new ChiquitoError('engine', `"${name}" was looked at without a verdict.`)
    known.set(sha256, verdict)
    return rowLine(name, sha256, verdict)
  })
}
