import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { copyFile, link, open, rename, rm, stat, unlink, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { syncFolder, temporaryPath } from '../atomic.js'
import { errorCode, ioError } from '../io-error.js'
import { kindOf } from './inner-path.js'

/** How systems say that a file cannot have two names: no such thing here, too many, or not for this user. */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES', 'EINVAL'])

/** SHA-256 of a file; `none` where nothing is, `other` for a link, a folder or a device. @throws `io` */
export async function contentAt(path: string): Promise<string | 'none' | 'other'> {
  const kind = await kindOf(path)
  if (kind !== 'file') return kind === 'nothing' ? 'none' : 'other'
  try {
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex')
  } catch (error) {
    throw ioError(error, 'read', path)
  }
}

/**
 * Moves a file to where nothing is: what is there by then is not overwritten. A kill leaves it at one of the two places,
 * or at both. Throws the system's own error, `EEXIST` where something is.
 */
export async function moveFile(from: string, to: string): Promise<void> {
  const made = await giveSecondName(from, to, 'or move')
  if (made === 'moved') return syncFolders(from, to)
  try {
    await unlink(from)
  } catch (error) {
    await rm(to, { force: true }).catch(() => undefined)
    throw error
  }
  await syncFolders(from, to)
}

/** The file at a second place, where nothing is; a copy where it cannot have two names. Throws the system's own error. */
export async function keepFile(from: string, to: string): Promise<void> {
  await giveSecondName(from, to, 'or copy')
  await syncFolder(dirname(to))
}

/** A name of its own, in one step, is the only way that surely overwrites nothing. */
async function giveSecondName(
  from: string,
  to: string,
  otherwise: 'or move' | 'or copy',
): Promise<'named' | 'moved'> {
  try {
    await link(from, to)
    return 'named'
  } catch (error) {
    const code = errorCode(error) ?? ''
    if (code !== 'EXDEV' && !noLinks.has(code)) throw error
    if ((await kindOf(to)) !== 'nothing') throw Object.assign(new Error('it exists'), { code: 'EEXIST' })
    if (code === 'EXDEV' || otherwise === 'or copy') {
      await copy(from, to)
      return 'named'
    }
    await rename(from, to)
    return 'moved'
  }
}

/** The same bytes and times on another disk, complete from its first moment. */
async function copy(from: string, to: string): Promise<void> {
  const temporary = temporaryPath(to)
  try {
    await copyFile(from, temporary, constants.COPYFILE_EXCL)
    const { atime, mtime } = await stat(from)
    await utimes(temporary, atime, mtime)
    const file = await open(temporary, 'r')
    await file.sync().finally(() => file.close())
    await rename(temporary, to)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
}

async function syncFolders(from: string, to: string): Promise<void> {
  await syncFolder(dirname(to))
  if (dirname(from) !== dirname(to)) await syncFolder(dirname(from))
}
