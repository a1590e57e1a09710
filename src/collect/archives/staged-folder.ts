import { lstat, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ChiquitoError } from '../../core/index.js'
import {
  errorCode,
  ioError,
  makeFolder,
  removeLeftovers,
  takeLockSoon,
  temporaryPath,
} from '../../files/index.js'

/** What the staged folder is called after, where it lies in the folder itself, and what of it a killed process leaves. */
const INSIDE = 'photos'
const leftInside = /^\.photos\.(lock|[0-9a-f]{12}\.tmp)$/

/**
 * Fills a folder that is not there yet (or empty) so that it appears when all of it is there; after a failure nothing is
 * left. What a killed process left of the same folder is cleared away.
 *
 * @param fill - writes into the folder that it is given
 * @throws `usage` when the folder is in use; `io`; what `fill` throws
 */
export async function stageFolder<T>(folder: string, fill: (path: string) => Promise<T>): Promise<T> {
  await requireUnused(folder)
  // Where a link leads, so that the link stays.
  const target = await realpath(folder).catch(() => resolve(folder))
  const isInside = await mustStay(target)
  const place = isInside ? join(target, INSIDE) : target
  await makeFolder(dirname(place))
  const lock = join(dirname(place), `.${basename(place)}.lock`)
  const release = await takeLockSoon(lock, `the folder "${target}"`)
  const temporary = temporaryPath(place)
  try {
    await removeLeftovers(dirname(place), basename(place))
    await makeFolder(temporary)
    const result = await fill(temporary)
    if (isInside) await moveContent(temporary, target)
    else {
      await rmdir(target).catch(() => undefined)
      await rename(temporary, target)
    }
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
    const first = (await readdir(folder)).find(name => !leftInside.test(name))
    if (first === undefined) return
    throw new ChiquitoError('usage', `"${folder}" is not empty (it holds "${first}"). Give a new folder.`)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw ioError(error, 'unpack into', folder)
    const isLink = await lstat(folder).catch(() => undefined)
    if (isLink !== undefined)
      throw new ChiquitoError('usage', `"${folder}" is a link that leads nowhere. Give a new folder.`)
  }
}

/**
 * Whether a folder that is there cannot be replaced by another one: who stands in it would stand nowhere, and what is
 * mounted there (a volume of a container) is another disk.
 */
async function mustStay(target: string): Promise<boolean> {
  const [here, above] = await Promise.all(
    [target, dirname(target)].map(path => stat(path).catch(() => undefined)),
  )
  if (here === undefined) return false
  const standing = await realpath(process.cwd())
  return standing === target || standing.startsWith(join(target, '/')) || here.dev !== above?.dev
}

/** Moves all that a folder holds into another, on the same disk; after a failure nothing of it is there. */
async function moveContent(from: string, to: string): Promise<void> {
  const moved: string[] = []
  try {
    for (const name of await readdir(from)) {
      await rename(join(from, name), join(to, name))
      moved.push(name)
    }
    await rmdir(from)
  } catch (error) {
    for (const name of moved)
      await rm(join(to, name), { recursive: true, force: true }).catch(() => undefined)
    throw error
  }
}
