import { createHash } from 'node:crypto'
import { link, open, realpath, rm, stat, utimes } from 'node:fs/promises'
import { ChiquitoError, throwIfAborted } from '../core/index.js'
import { errorCode, ioError, replaceFile, temporaryPath } from '../files/index.js'

/** Read and written in one go; most photos fit. */
const CHUNK_BYTES = 256 * 1024

/** What is to be copied. */
export interface CopyTask {
  readonly from: string
  readonly to: string
  /** What the photo held when it was divided. */
  readonly sha256: string
}

/**
 * Copies a photo, whole or not at all, with its time: it takes its name when all bytes are there and are those that were
 * divided.
 *
 * @throws `io`; `data` where the photo was changed meanwhile; `interrupted`
 */
export async function copyPhoto(
  { from, to, sha256 }: CopyTask,
  signal: AbortSignal | undefined,
): Promise<void> {
  const temporary = temporaryPath(to)
  try {
    await copyBytes(from, temporary, sha256, signal)
    const { atime, mtime } = await stat(from)
    await utimes(temporary, atime, mtime)
    await replaceFile(temporary, to)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw ioError(
      error,
      errorCode(error) === 'ENOENT' ? 'copy' : 'write',
      errorCode(error) === 'ENOENT' ? from : to,
    )
  }
}

async function copyBytes(
  from: string,
  to: string,
  sha256: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const source = await open(from, 'r').catch(error => {
    throw ioError(error, 'read', from)
  })
  try {
    const target = await open(to, 'wx')
    try {
      const hash = createHash('sha256')
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
      for (;;) {
        throwIfAborted(signal)
        const { bytesRead } = await source.read(buffer, 0, buffer.length)
        if (bytesRead === 0) break
        hash.update(buffer.subarray(0, bytesRead))
        await target.writeFile(buffer.subarray(0, bytesRead))
      }
      if (hash.digest('hex') !== sha256) throw changed(from)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

/**
 * Gives a photo a second name: both are one file, and take its room once.
 *
 * @throws `io`, with what to do where the disk has no such names
 */
export async function linkPhoto({ from, to }: CopyTask): Promise<void> {
  try {
    await link(await realpath(from), to)
  } catch (error) {
    const code = errorCode(error) ?? ''
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'].includes(code))
      throw ioError(error, 'link', to)
    const why = code === 'EXDEV' ? 'they lie on different disks' : 'the file system does not allow it'
    throw new ChiquitoError(
      'io',
      `Cannot make "${to}" a hard link to "${from}": ${why} (${code}). Leave out --links to copy the photos.`,
      { cause: error },
    )
  }
}

/** Whether a file holds what was divided. */
export async function holds(path: string, sha256: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined)
  if (file === undefined) return false
  try {
    const hash = createHash('sha256')
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk)
    return hash.digest('hex') === sha256
  } finally {
    await file.close()
  }
}

function changed(path: string): ChiquitoError {
  return new ChiquitoError(
    'data',
    `"${path}" was changed while it was being copied. Wait until nothing writes into the folder, and divide again.`,
  )
}
