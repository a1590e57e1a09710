import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ChiquitoError } from '../../core/index.js'
import type { BlobStore, StoreOptions } from './blob-store.js'
import { FolderStore } from './folder-store.js'

/**
 * The store at an address: a folder, `file:///…`, or `s3://bucket/folder`. Whether it can be used is seen by its `reach`.
 *
 * @throws `usage` for another address
 */
export async function openStore(address: string, options: StoreOptions = {}): Promise<BlobStore> {
  if (address.startsWith('file://')) return new FolderStore(pathOf(address))
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(address)?.[1].toLowerCase()
  // Mistyped, it would be a folder here that nobody else looks into.
  const isBucket = scheme === 's3' || /^s3(:|\/\/)/i.test(address)
  if (scheme === undefined && !isBucket) return new FolderStore(path.resolve(address))
  // Few have their store there, and its client takes a while to load.
  if (isBucket) return (await import('./s3/s3-store.js')).S3Store.open(address, options)
  throw new ChiquitoError(
    'usage',
    `There is no store for "${scheme}:". Give a folder that all machines see, or s3://BUCKET/FOLDER.`,
  )
}

function pathOf(address: string): string {
  try {
    return fileURLToPath(address)
  } catch (cause) {
    throw new ChiquitoError('usage', `"${address}" names no folder. Give one as file:///mnt/shared/work.`, {
      cause,
    })
  }
}
