import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { throwIfAborted, type WorkOptions } from '../core/index.js'
import { errorCode, ioError } from '../files/index.js'
import type { OddityKind } from './folders/index.js'

/** Files read at once: keeps Node's four file threads busy, also over a network, with few megabytes of buffers. */
const PARALLEL_READS = 8

/** Read in one go; most photos fit. */
const CHUNK_BYTES = 256 * 1024

/** No camera makes photos this large; a video or disk image called `x.jpg` would only cost time and memory. */
const MAX_PHOTO_BYTES = 512 * 1024 * 1024

/** What a file holds, or why it is left out. */
export type HashedFile =
  | { readonly path: string; readonly bytes: number; readonly sha256: string }
  | { readonly path: string; readonly problem: OddityKind }

/** What progress calls it. */
export const readingTask = 'Reading photos'

/**
 * Reads each file once, in pieces, and gives its size and SHA-256 (hexadecimal); memory does not grow with the files.
 * A file that may not be read, is gone or is absurdly large is given with its problem.
 *
 * @param paths - relative to `root`, with `/`
 * @returns one entry a path, in the order given
 * @throws `io` when the disk fails, `interrupted`
 */
export async function hashFiles(
  root: string,
  paths: readonly string[],
  { progress, signal }: WorkOptions = {},
): Promise<HashedFile[]> {
  const results: HashedFile[] = new Array(paths.length)
  const task = readingTask
  let next = 0
  let done = 0
  const worker = async () => {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    while (next < paths.length) {
      const index = next++
      results[index] = await hashFile(root, paths[index], buffer, signal)
      progress?.({ kind: 'advance', task, done: ++done, total: paths.length })
    }
  }
  progress?.({ kind: 'start', task, total: paths.length })
  await settleAll(Array.from({ length: Math.min(PARALLEL_READS, paths.length) }, worker))
  progress?.({ kind: 'end', task })
  return results
}

/** As {@link hashFiles}, for several data sets of the same files: what it has read it reads no more. */
export function hashFilesOnce(): typeof hashFiles {
  const known = new Map<string, HashedFile>()
  return async (root, paths, work) => {
    const fresh = paths.filter(path => !known.has(join(root, path)))
    if (fresh.length > 0)
      for (const file of await hashFiles(root, fresh, work)) known.set(join(root, file.path), file)
    return paths.flatMap(path => known.get(join(root, path)) ?? [])
  }
}

async function hashFile(
  root: string,
  path: string,
  buffer: Buffer,
  signal: AbortSignal | undefined,
): Promise<HashedFile> {
  const absolute = join(root, path)
  let file: FileHandle | undefined
  try {
    file = await open(absolute, 'r')
    const hash = createHash('sha256')
    let bytes = 0
    for (;;) {
      throwIfAborted(signal)
      const { bytesRead } = await file.read(buffer, 0, buffer.length)
      if (bytesRead === 0) return { path, bytes, sha256: hash.digest('hex') }
      bytes += bytesRead
      if (bytes > MAX_PHOTO_BYTES) return { path, problem: 'large' }
      hash.update(buffer.subarray(0, bytesRead))
    }
  } catch (error) {
    const problem = problemOf(error)
    if (problem !== undefined) return { path, problem }
    throw ioError(error, 'read', absolute)
  } finally {
    await file?.close()
  }
}

function problemOf(error: unknown): OddityKind | undefined {
  const code = errorCode(error)
  if (code === 'EACCES' || code === 'EPERM') return 'forbidden'
  return code === 'ENOENT' ? 'broken-link' : undefined
}

/** Waits until every worker has stopped, so that no file stays open, then throws the first failure. */
async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work)
  const failed = outcomes.find(outcome => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
