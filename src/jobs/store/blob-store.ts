import { argumentError, type WorkOptions } from '../../core/index.js'

/**
 * Where jobs and what came of them lie: names and bytes. Whoever writes under a name writes the same bytes as anybody else, so the last
 * one may win.
 */
export interface BlobStore {
  /** How other processes find it: `file:///…`, `s3://bucket/folder`; without what is secret. */
  readonly address: string
  /** Whether machines that share it may have no disk in common, so that photos must lie in it, too. */
  readonly isRemote: boolean
  /**
   * Tries whether it can be used at all, before anybody counts on it.
   *
   * @throws `usage` where it refuses, `io` where nobody answers
   */
  reach(): Promise<void>
  has(name: string): Promise<boolean>
  /** Undefined where there is nothing under that name. */
  get(name: string): Promise<Uint8Array | undefined>
  /** Whole or not at all. */
  put(name: string, bytes: Uint8Array): Promise<void>
  remove(name: string): Promise<void>
  close(): Promise<void>
}

/** How a store is opened: told of what holds it up, and stopped while it waits. */
export type StoreOptions = WorkOptions

/** What blobs are called: folders of small letters, digits and hyphens. */
const names = /^[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)*$/

/** @throws `usage` for a name that could lead anywhere else */
export function checkBlobName(name: string): void {
  if (name.length > 200 || !names.test(name))
    throw argumentError('name', 'small letters, digits and "-" in folders', name)
}
