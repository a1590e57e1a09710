import { readFile, stat } from 'node:fs/promises'
import { ahead } from '../../core/index.js'
import { hashBuffer, hashPhotoFile, sha256Of } from '../../images/index.js'
import type { BlobStore } from '../../jobs/index.js'

/** A file, and what it is known to hold. */
export interface Content {
  readonly sha256: string
  readonly path: string
}

/** Files on their way to a store or from it at a time: enough to hide its latency, few enough for memory. */
export const AT_ONCE = 16

/** Larger files are not sent: no photo and no model here is. */
const MAX_BYTES = 2 ** 30

/** What a file that was sent is kept under. */
export function contentName(sha256: string): string {
  return `contents/${sha256.slice(0, 2)}/${sha256}`
}

/**
 * Puts files into a store whose users may have no disk in common, each under the hash of what it holds. What cannot be read, or holds
 * something else by now, is left out: who looks for it finds out why.
 */
export async function putContents(store: BlobStore, files: readonly Content[]): Promise<void> {
  if (!store.isRemote) return
  const different = [...new Map(files.map(file => [file.sha256, file])).values()]
  for await (const _ of ahead(different, AT_ONCE, file => putContent(store, file)));
}

async function putContent(store: BlobStore, { sha256, path }: Content): Promise<void> {
  const name = contentName(sha256)
  if (await store.has(name)) return
  const bytes = await bytesOf(path)
  if (bytes && sha256Of(bytes) === sha256) await store.put(name, bytes)
}

async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  try {
    const info = await stat(path)
    return info.isFile() && info.size <= MAX_BYTES ? await readFile(path) : undefined
  } catch {
    return undefined
  }
}

/** What a store holds under a hash; undefined where it does not, or something else, which is taken away. */
export async function getContent(store: BlobStore, sha256: string): Promise<Uint8Array | undefined> {
  const bytes = await store.get(contentName(sha256))
  if (bytes === undefined || sha256Of(bytes) === sha256) return bytes
  await store.remove(contentName(sha256))
  return undefined
}

/** Whether all files are on this machine and hold what they are known to hold. */
export async function areHere(files: readonly Content[]): Promise<boolean> {
  const buffer = hashBuffer()
  for (const { path, sha256 } of files)
    if ((await hashPhotoFile(path, path, buffer).catch(() => undefined)) !== sha256) return false
  return true
}
