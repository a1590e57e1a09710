import { type CollectedArchive, collectArchive as unpack } from '../collect/archives/index.js'
import type { WorkOptions } from '../core/index.js'

export interface CollectArchiveOptions extends WorkOptions {
  /** File, or http(s) address. */
  readonly archive: string
  /** Folder for the photos: new or empty. */
  readonly out: string
  /** What the archive must be, hexadecimal. */
  readonly sha256?: string | undefined
  /** Private servers, `host:port`, that may be fetched from beside the address's own. */
  readonly allowHosts?: readonly string[] | undefined
}

export type CollectArchiveResult = CollectedArchive

/** The photos and tables of an archive, safely unpacked. */
export async function collectArchive(options: CollectArchiveOptions): Promise<CollectArchiveResult> {
  const { archive, out, sha256, allowHosts = [], progress, signal } = options
  return unpack(archive, out, { sha256, allowedHosts: new Set(allowHosts), progress, signal })
}
