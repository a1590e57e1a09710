import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode, ioError } from '../../files/index.js'
import type { History } from './history.js'

// Photos arrive in any order and get their names by the order of finding. Until it is its turn, a photo waits in the
// collection's folder under its number: hidden, so that nobody takes it for one of the photos.

const pattern = /^\.(\d+)\.waiting$/

function waitingPath(root: string, number: number): string {
  return join(root, `.${number}.waiting`)
}

/** @throws `io` */
export async function putWaiting(root: string, number: number, bytes: Uint8Array): Promise<void> {
  const path = waitingPath(root, number)
  try {
    await writeFile(path, bytes)
  } catch (error) {
    throw ioError(error, 'write', path)
  }
}

export async function removeWaiting(root: string, number: number): Promise<void> {
  await rm(waitingPath(root, number), { force: true })
}

/** Gives a waiting photo its place. @throws `io` */
export async function moveToPlace(root: string, number: number, file: string): Promise<void> {
  const path = join(root, file)
  try {
    // The collection's own folder is there, unless somebody took it away: then it must not come back empty.
    if (dirname(file) !== '.') await mkdirIn(root, dirname(file))
    await rename(waitingPath(root, number), path)
  } catch (error) {
    throw ioError(error, 'write', path)
  }
}

/** Makes a class folder, where it is not there. */
async function mkdirIn(root: string, folder: string): Promise<void> {
  try {
    await mkdir(join(root, folder))
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}

/**
 * Brings the files to where the log says they are, after a kill between the two: moves what had its turn, removes what
 * the log does not know or has refused, and lets photos that are lost be fetched again.
 */
export async function settleWaiting(root: string, history: History): Promise<void> {
  const waiting = new Set<number>()
  for (const name of await readdir(root)) {
    const match = pattern.exec(name)
    if (match === null) continue
    const number = Number(match[1])
    const candidate = history.candidates[number]
    if (candidate?.state === 'kept' && candidate.file !== undefined)
      await moveToPlace(root, number, candidate.file)
    else if (candidate?.state === 'arrived' && (await hasBytes(join(root, name), candidate.arrived?.bytes)))
      waiting.add(number)
    else await removeWaiting(root, number)
  }
  for (const candidate of history.candidates)
    if (candidate.state === 'arrived' && !waiting.has(candidate.number)) history.forget(candidate)
}

/** A power cut may leave a file shorter than it was written. */
async function hasBytes(path: string, bytes: number | undefined): Promise<boolean> {
  return (await stat(path)).size === bytes
}
