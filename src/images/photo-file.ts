import { createHash, hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { isMainThread } from 'node:worker_threads'
import { ChiquitoError, messageOf } from '../core/index.js'
import { checkFileSize, unreadable } from './unreadable.js'

/** What the system's refusals mean to a person. */
const refusals: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  ENXIO: 'it is a device or socket, not a file',
}

/** SHA-256 of a file's bytes, hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}

/**
 * A photo file's bytes: its kind and size are checked before it is read. Pipes and devices are never waited for.
 *
 * @param name - what the photo is called in messages
 * @param sha256 - what the file held when the data set was read: these very bytes are asked for
 * @throws `image` for what cannot be read; `data` for a file that holds something else by now
 */
export async function readPhotoFile(
  path: string,
  name: string,
  sha256?: string | undefined,
): Promise<Uint8Array> {
  const bytes = await read(path, name)
  if (sha256 === undefined || sha256Of(bytes) === sha256) return bytes
  throw new ChiquitoError('data', `${name}: it was changed or replaced since the data set was read.`)
}

/** Of a file that is hashed, in memory at a time: most photos fit. */
const CHUNK_BYTES = 256 * 1024

/** A place for {@link hashPhotoFile} to read into, for one file after another. */
export function hashBuffer(): Uint8Array {
  return new Uint8Array(CHUNK_BYTES)
}

/**
 * SHA-256 (hexadecimal) of a photo file, refused as {@link readPhotoFile} refuses it; memory does not grow with the file.
 *
 * @param name - what the photo is called in messages
 * @param buffer - nobody else's meanwhile
 * @throws `image` for what cannot be read
 */
export async function hashPhotoFile(path: string, name: string, buffer: Uint8Array): Promise<string> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, FLAGS)
    const info = await handle.stat()
    checkFile(info, name)
    const sha256 = createHash('sha256')
    for (let total = 0; ; ) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length)
      sha256.update(buffer.subarray(0, bytesRead))
      total += bytesRead
      // Files of the kernel's own say that they have no bytes, and some of them never end.
      checkFileSize(total, name)
      if (bytesRead === 0 || total === info.size) return sha256.digest('hex')
    }
  } catch (error) {
    throw refused(error, name)
  } finally {
    await handle?.close()
  }
}

// Without O_NONBLOCK, opening a pipe waits for whoever writes into it. (Windows has neither.)
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

async function read(path: string, name: string): Promise<Uint8Array> {
  try {
    return await (isMainThread ? readLater(path, name) : readNow(path, name))
  } catch (error) {
    throw refused(error, name)
  }
}

function refused(error: unknown, name: string): ChiquitoError {
  return error instanceof ChiquitoError ? error : unreadable(name, reasonOf(error), error)
}

async function readLater(path: string, name: string): Promise<Uint8Array> {
  const handle = await open(path, FLAGS)
  try {
    checkFile(await handle.stat(), name)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** A thread that decodes has nothing else to do, and waiting costs it more than a small file's reading. */
function readNow(path: string, name: string): Uint8Array {
  const file = openSync(path, FLAGS)
  try {
    checkFile(fstatSync(file), name)
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

function checkFile(info: Stats, name: string): void {
  if (!info.isFile())
    throw unreadable(
      name,
      info.isDirectory() ? 'it is a folder' : 'it is a pipe, a device or a socket, not a file',
    )
  checkFileSize(info.size, name)
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return refusals[code] ?? `the file cannot be read (${messageOf(error)})`
}

/** A file's first bytes, as many as there are. */
export async function headOf(path: string, bytes: number): Promise<Uint8Array> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
