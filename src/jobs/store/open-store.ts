import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ChiquitoError } from '../../core/index.js'
import type { BlobStore } from './blob-store.js'
import { FolderStore } from './folder-store.js'

/**
 * The store at an address: a folder, or `file:///…`.
 *
 * @throws `usage` for another address
 */
export async function openStore(address: string): Promise<BlobStore> {
  if (address.startsWith('file://')) return new FolderStore(pathOf(address))
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(address)?.[1]
  if (scheme === undefined) return new FolderStore(path.resolve(address))
  throw new ChiquitoError('usage', `There is no store for "${scheme}:". Give a folder that all machines see.`)
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
