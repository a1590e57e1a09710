import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { ChiquitoError, version } from '../../../core/index.js'
import { runtimeVersion } from '../../../engine/index.js'
import { cacheFolder, makeFolder, writeFileAtomic } from '../../../files/index.js'

/** Found right in this process. */
const found = new Set<string>()

/** Whether a network was found right before, by these versions of this program and of the runtime. */
export function isRemembered(id: string): boolean {
  return found.has(id) || existsSync(fileFor(id))
}

/** Keeps that a network was found right: in the cache, where that can be written. */
export async function remember(id: string): Promise<void> {
  found.add(id)
  const file = fileFor(id)
  try {
    await makeFolder(path.dirname(file))
    await writeFileAtomic(file, '')
  } catch (error) {
    // Then it is tried again next time.
    if (!(error instanceof ChiquitoError)) throw error
  }
}

function fileFor(id: string): string {
  const key = createHash('sha256').update(JSON.stringify([id, version(), runtimeVersion()]))
  return path.join(cacheFolder(), 'networks', key.digest('hex'))
}
