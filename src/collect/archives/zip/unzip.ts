import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { ZipFile } from 'yauzl'
import { throwIfAborted, type WorkOptions } from '../../../core/index.js'
import { FolderWriter } from '../file-sink.js'
import type { ArchiveLimits } from '../limits.js'
import { damage } from '../refusal.js'
import type { Sink, Take } from '../sink.js'
import { requireUnused, stageFolder } from '../staged-folder.js'
import { openZip, readFiles, type ZippedFile } from './entries.js'

export interface UnzipOptions extends WorkOptions, ArchiveLimits {}

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
  await requireUnused(folder)
  return withZip(archive, archive, options, (zip, files) =>
    stageFolder(folder, async path => {
      const writer = new FolderWriter()
      try {
        await extractAll(zip, files, archive, options, ({ name }) => writer.create(join(path, name)))
      } finally {
        writer.close()
      }
      return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) }
    }),
  )
}

/** Opens an archive, checks all that it says, and closes it after the work. `archive` is its name in messages. */
export async function withZip<T>(
  path: string,
  archive: string,
  options: UnzipOptions,
  work: (zip: ZipFile, files: readonly ZippedFile[]) => Promise<T>,
): Promise<T> {
  const zip = await openZip(path, archive)
  try {
    return await work(zip, await readFiles(zip, path, archive, options))
  } finally {
    zip.close()
  }
}

/** Hands each file's bytes to where `take` says, after their checksum those of the last. */
export async function extractAll(
  zip: ZipFile,
  files: readonly ZippedFile[],
  archive: string,
  { progress, signal }: WorkOptions,
  take: Take,
): Promise<void> {
  const task = 'Unpacking'
  progress?.({ kind: 'start', task, total: files.length })
  for (const [i, file] of files.entries()) {
    throwIfAborted(signal)
    const sink = take(file)
    if (sink !== undefined) await extract(zip, file, archive, signal, sink)
    progress?.({ kind: 'advance', task, done: i + 1, total: files.length })
  }
  progress?.({ kind: 'end', task })
}

async function extract(
  zip: ZipFile,
  { name, entry }: ZippedFile,
  archive: string,
  signal: AbortSignal | undefined,
  sink: Sink,
): Promise<void> {
  let sum = 0
  for await (const chunk of contentOf(zip, entry, archive)) {
    throwIfAborted(signal)
    sum = crc32(chunk, sum)
    sink.write(chunk)
  }
  if (sum !== entry.crc32) throw damage(archive, 'zip', `the checksum of ${JSON.stringify(name)} is wrong`)
  sink.end()
}

/** A file's bytes; what goes wrong while they are read is the archive's fault. */
async function* contentOf(zip: ZipFile, entry: ZippedFile['entry'], archive: string): AsyncGenerator<Buffer> {
  try {
    yield* await zip.openReadStreamPromise(entry)
  } catch (error) {
    throw damage(archive, 'zip', error)
  }
}

/** A file larger than this is no manifest. */
const SMALL_BYTES = 1024 * 1024

/** The text of a small file; undefined where there is none of that name, or it is large. */
export async function readSmall(
  zip: ZipFile,
  files: readonly ZippedFile[],
  name: string,
  archive: string,
): Promise<string | undefined> {
  const file = files.find(one => one.name === name)
  if (file === undefined || file.size > SMALL_BYTES) return undefined
  const chunks: Buffer[] = []
  for await (const chunk of contentOf(zip, file.entry, archive)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
