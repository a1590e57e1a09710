import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode, ioError } from './io-error.js'

/** How a temporary file is named: hidden, so that no listing of photos or figures takes it for one. */
const temporaryName = /^\..+\.[0-9a-f]{12}\.tmp$/

/** Letters of such a name behind the one that it is to get. */
const temporaryEnd = '.0123456789ab.tmp'.length

/** Windows refuses to replace a file that a virus scanner holds open for a moment: tries, and pause before each. */
const RENAME_TRIES = 6
const RENAME_PAUSE_MS = 50

/** A hidden name beside `path` that no other process uses. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
}

/**
 * Writes a file so that a kill at any instant leaves either the old file or the new one: the bytes go to a
 * temporary file in the same folder, reach the disk, and take the name in one step. Nothing is left behind on failure.
 *
 * @throws `io` naming the file, the reason and the remedy
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = temporaryPath(path)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await replaceFile(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw ioError(error, 'write', path)
  }
}

/** Gives a complete file on disk its final name, replacing what had it. Throws the system's own error. */
export async function replaceFile(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to)
      break
    } catch (error) {
      const held =
        process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(errorCode(error) ?? '')
      if (!held || attempt === RENAME_TRIES) throw error
      await delay(RENAME_PAUSE_MS * attempt)
    }
  }
  await syncFolder(dirname(to))
}

/**
 * Removes temporary files that killed writers left in a folder: all of them, or those that were to become `of`. The
 * caller holds the lock of the folder, or of that file.
 */
export async function removeLeftovers(folder: string, of?: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names)
    if (isLeftover(name, of)) await rm(join(folder, name), { recursive: true, force: true })
}

/** Whether a name is a temporary file's, or that of one that was to become `of`. */
export function isLeftover(name: string, of?: string): boolean {
  return temporaryName.test(name) && (of === undefined || name.slice(1, -temporaryEnd) === of)
}

/**
 * Whether a file or folder could be made at `path`, as far as that can be told beforehand: before long work, whose result
 * it is to hold.
 *
 * @param parents - folders on the way there will be made, too
 * @throws `io` naming what refuses it
 */
export async function requireWritable(path: string, { parents = false } = {}): Promise<void> {
  const folder = dirname(resolve(path))
  try {
    await access(folder, constants.W_OK)
  } catch (error) {
    if (parents && errorCode(error) === 'ENOENT' && folder !== dirname(folder))
      return requireWritable(folder, { parents })
    throw ioError(error, parents ? 'make a folder in' : 'write into', folder)
  }
}

/** Makes a rename survive a power cut. Not every system can; then the rename is merely atomic. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    // Windows cannot open folders, some network file systems cannot sync them.
  }
}
