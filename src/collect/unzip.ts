import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import type { ZipFile } from 'yauzl'
import { ChiquitoError, throwIfAborted, type WorkOptions } from '../core/index.js'
import { errorCode, ioError, makeFolder, temporaryPath } from '../files/index.js'
import { damage, openZip, readFiles, refusal, type ZipLimits, type ZippedFile } from './zip-entries.js'

export interface UnzipOptions extends WorkOptions, ZipLimits {}

export interface Unzipped {
  readonly files: number
  readonly bytes: number
}

/**
 * Unpacks a zip archive into a folder that is not there yet (or empty). Only plain files come out, and only below the
 * folder; what the archive says of itself is checked before anything is written. The folder appears when all is
 * unpacked and every checksum is right; otherwise nothing is left.
 *
 * @throws `data` for an archive that is damaged, encrypted or dangerous; `usage` when the folder is in use; `io`;
 * `interrupted`
 */
export async function unzip(archive: string, folder: string, options: UnzipOptions = {}): Promise<Unzipped> {
  const target = resolve(folder)
  await requireUnused(target)
  const zip = await openZip(archive)
  try {
    const files = await readFiles(zip, archive, options)
    await makeFolder(dirname(target))
    const temporary = temporaryPath(target)
    try {
      await makeFolder(temporary)
      const bytes = await extractAll(zip, files, temporary, archive, options)
      await rmdir(target).catch(() => undefined)
      await rename(temporary, target)
      return { files: files.length, bytes }
    } catch (error) {
      await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
      throw ioError(error, 'unpack into', target)
    }
  } finally {
    zip.close()
  }
}

async function requireUnused(folder: string): Promise<void> {
  try {
    const [first] = await readdir(folder)
    if (first === undefined) return
    throw new ChiquitoError('usage', `"${folder}" is not empty (it holds "${first}"). Give a new folder.`)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw ioError(error, 'unpack into', folder)
  }
}

async function extractAll(
  zip: ZipFile,
  files: readonly ZippedFile[],
  folder: string,
  archive: string,
  { progress, signal }: WorkOptions,
): Promise<number> {
  const task = 'Unpacking'
  let bytes = 0
  progress?.({ kind: 'start', task, total: files.length })
  for (const [i, file] of files.entries()) {
    throwIfAborted(signal)
    await extract(zip, file, join(folder, file.name), archive, signal)
    bytes += file.entry.uncompressedSize
    progress?.({ kind: 'advance', task, done: i + 1, total: files.length })
  }
  progress?.({ kind: 'end', task })
  return bytes
}

async function extract(
  zip: ZipFile,
  { name, entry }: ZippedFile,
  path: string,
  archive: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  let sum = 0
  const checksum = new Transform({
    transform(chunk: Buffer, _, done) {
      sum = crc32(chunk, sum)
      done(null, chunk)
    },
  })
  try {
    const content = await zip.openReadStreamPromise(entry)
    await pipeline(content, checksum, createWriteStream(path, { flags: 'wx' }), { signal })
  } catch (error) {
    throwIfAborted(signal)
    if (errorCode(error) === 'EEXIST')
      throw refusal(archive, `the name ${JSON.stringify(name)} differs from another only in its case`)
    const isDisk = error instanceof Error && 'syscall' in error
    throw isDisk ? error : damage(archive, error)
  }
  if (sum !== entry.crc32) throw damage(archive, `the checksum of ${JSON.stringify(name)} is wrong`)
}
