import { readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import {
  errorCode,
  ioError,
  makeFolder,
  removeLeftovers,
  takeLock,
  temporaryPath,
} from '../../files/index.js'

/**
 * Fills a folder that is not there yet (or empty) so that it appears when all of it is there; after a failure nothing is
 * left. What a killed process left of the same folder is cleared away.
 *
 * @param fill - writes into the folder that it is given
 * @throws `usage` when the folder is in use; `io`; what `fill` throws
 */
export async function stageFolder<T>(folder: string, fill: (path: string) => Promise<T>): Promise<T> {
  const target = resolve(folder)
  await requireUnused(target)
  const parent = dirname(target)
  await makeFolder(parent)
  const release = takeLock(join(parent, `.${basename(target)}.lock`), `the folder "${target}"`)
  const temporary = temporaryPath(target)
  try {
    await removeLeftovers(parent, basename(target))
    await makeFolder(temporary)
    const result = await fill(temporary)
    await rmdir(target).catch(() => undefined)
    await rename(temporary, target)
    return result
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
    throw ioError(error, 'unpack into', target)
  } finally {
    release()
  }
}

/** @throws `usage` for a folder that holds something; `io` */
export async function requireUnused(folder: string): Promise<void> {
  try {
    const [first] = await readdir(folder)
    if (first === undefined) return
    throw new ChiquitoError('usage', `"${folder}" is not empty (it holds "${first}"). Give a new folder.`)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw ioError(error, 'unpack into', folder)
  }
}
