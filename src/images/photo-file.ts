import { hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
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

// Without O_NONBLOCK, opening a pipe waits for whoever writes into it. (Windows has neither.)
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

async function read(path: string, name: string): Promise<Uint8Array> {
  try {
    return await (isMainThread ? readLater(path, name) : readNow(path, name))
  } catch (error) {
    if (error instanceof ChiquitoError) throw error
    throw unreadable(name, reasonOf(error), error)
  }
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
