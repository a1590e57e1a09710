import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ChiquitoError } from '../core/index.js'
import { errorCode, ioError } from './io-error.js'

/** How a temporary file is named: hidden, so that no listing of photos or figures takes it for one. */
const temporaryName = /^\..+\.[0-9a-f]{12}\.tmp$/

/** Letters of such a name behind the one that it is to get. */
const temporaryEnd = '.0123456789ab.tmp'.length

/** Windows refuses to replace a file that a virus scanner holds open for a moment: tries, and pause before each. */
const RENAME_TRIES = 6
const RENAME_PAUSE_MS = 50

/** Enough to tell a page from a photo. */
const BEGINNING_BYTES = 64

/** Bytes that a name may have on the usual file systems. */
const MAX_NAME_BYTES = 255

/** A hidden name beside `path` that no other process uses; one that is as long as names may be is cut for it. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${stemOf(basename(path))}.${randomBytes(6).toString('hex')}.tmp`)
}

/** As much of a name as leaves room for what makes it a temporary one. */
function stemOf(name: string): string {
  return cutToBytes(name, MAX_NAME_BYTES - temporaryEnd - 1)
}

/** The beginning of a text, no sign of it cut in half. */
export function cutToBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  let cut = ''
  let used = 0
  for (const sign of text) {
    used += Buffer.byteLength(sign)
    if (used > bytes) break
    cut += sign
  }
  return cut
}

/**
 * A name with something put before its extension (`1-2.jpg`, `1 (2).jpg`); of a name that is as long as names may be, the end
 * makes room.
 */
export function nameWith(name: string, added: string): string {
  const dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length
  const end = added + name.slice(dot)
  return cutToBytes(name.slice(0, dot), Math.max(MAX_NAME_BYTES - Buffer.byteLength(end), 0)) + end
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
  return temporaryName.test(name) && (of === undefined || name.slice(1, -temporaryEnd) === stemOf(of))
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

/**
 * Whether a result may be written to `path`: before long work. A slip of the keyboard must not put a page in the place of a
 * photo, so what is there already is only replaced where it begins as the result does.
 *
 * @param kind - of the result, for the message: `page`
 * @param begins - what a file of that kind begins with
 * @throws `io` for a folder, and for what is something else
 */
export async function requireOutputFile(path: string, kind: string, begins: RegExp): Promise<void> {
  await requireWritable(path)
  const start = await beginningOf(path)
  if (start === undefined || start === '' || begins.test(start)) return
  throw new ChiquitoError(
    'io',
    `"${path}" is there already and is no ${kind}, so it is not replaced. Give a new name, or move that file away.`,
  )
}

/** Undefined where nothing is. @throws `io` */
async function beginningOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0)
      return buffer.toString('latin1', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw ioError(error, 'write', path)
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
