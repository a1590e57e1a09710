import { lstat, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, posix } from 'node:path'
import { ChiquitoError, throwIfAborted, type WorkOptions } from '../core/index.js'
import { errorCode, ioError, makeFolder, removeLeftovers, temporaryPath } from '../files/index.js'
import { type CopyTask, copyPhoto, holds, linkPhoto } from './copy-photo.js'
import { type DivisionRecord, writeRecord } from './record.js'
import { type RowSource, writeRows } from './rows.js'

/** Photos copied at once: keeps the disk busy with few megabytes of buffers. */
const AT_ONCE = 8

export interface WriteOptions extends WorkOptions {
  /** Folder of the photos, absolute. */
  readonly root: string
  /** The new data set's folder, absolute. */
  readonly out: string
  /** Hard links instead of copies. */
  readonly links: boolean
  readonly rows: readonly RowSource[]
}

/**
 * Writes a data set: photos in class folders under `train`, `valid` and `test`, their metadata, and the record. The caller
 * holds the lock of `out`.
 *
 * @throws `io`, `data`, `interrupted`
 */
export function writeDataset(
  record: DivisionRecord,
  { root, out, links, rows, progress, signal }: WriteOptions,
): Promise<void> {
  return writeFolder(out, async staging => {
    await putPhotos(tasksOf(record.photos, root, staging), links, { progress, signal })
    await writeRows(staging, rows)
    await writeRecord(staging, record)
    throwIfAborted(signal)
  })
}

/**
 * Makes a folder, whole or not at all: what is in it is made in a hidden folder beside, which takes its name in one step. What
 * a killed run left there is removed by the next. The caller holds the lock.
 *
 * @throws `io`, and whatever `fill` throws
 */
export async function writeFolder(out: string, fill: (staging: string) => Promise<void>): Promise<void> {
  await removeLeftovers(dirname(out), basename(out))
  const staging = temporaryPath(out)
  try {
    await makeFolder(staging)
    await fill(staging)
    await takeName(staging, out)
  } catch (error) {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined)
    throw ioError(error, 'write', out)
  }
}

/**
 * Adds photos to a data set: the record says first which are to come, so a kill in between is gone on with. The caller holds
 * the lock.
 *
 * @param record - of all photos, `pending` the files to come
 * @throws `io`, `data`, `interrupted`
 */
export async function addToDataset(
  record: DivisionRecord,
  { root, out, links, rows, progress, signal }: WriteOptions,
): Promise<void> {
  const pending = new Set(record.pending)
  const fresh = record.photos.filter(({ file }) => file !== undefined && pending.has(file))
  await refuseLinkedFolders(out, record.pending)
  await writeRecord(out, record)
  const asked = tasksOf(fresh, root, out)
  for (const folder of new Set(asked.map(({ to }) => dirname(to)))) await removeLeftovers(folder)
  const tasks: CopyTask[] = []
  for (const task of asked) if (!(await holds(task.to, task.sha256))) tasks.push(task)
  await putPhotos(tasks, links, { progress, signal })
  await writeRows(out, rows)
  await writeRecord(out, { ...record, pending: [] })
}

function tasksOf(photos: DivisionRecord['photos'], root: string, out: string): CopyTask[] {
  return photos.flatMap(({ path, file, sha256 }) =>
    file === undefined ? [] : [{ from: join(root, path), to: join(out, file), sha256 }],
  )
}

async function putPhotos(
  tasks: readonly CopyTask[],
  links: boolean,
  { progress, signal }: WorkOptions,
): Promise<void> {
  const task = links ? 'Linking photos' : 'Copying photos'
  for (const folder of new Set(tasks.map(({ to }) => dirname(to)))) await makeFolder(folder)
  let next = 0
  let done = 0
  let failed: unknown
  const worker = async () => {
    while (next < tasks.length && failed === undefined) {
      const one = tasks[next++]
      try {
        throwIfAborted(signal)
        await (links ? linkPhoto(one) : copyPhoto(one, signal))
      } catch (error) {
        failed ??= error
        return
      }
      progress?.({ kind: 'advance', task, done: ++done, total: tasks.length })
    }
  }
  progress?.({ kind: 'start', task, total: tasks.length })
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, tasks.length) }, worker))
  if (failed !== undefined) throw failed
  progress?.({ kind: 'end', task })
}

/** Gives the finished folder its name; an empty folder of that name makes room. */
async function takeName(staging: string, out: string): Promise<void> {
  await rmdir(out).catch(error => {
    if (errorCode(error) !== 'ENOENT') throw error
  })
  await rename(staging, out)
}

/** A data set from elsewhere must not lead what is added out of its folder. */
async function refuseLinkedFolders(out: string, files: readonly string[]): Promise<void> {
  const folders = files.flatMap(file => [posix.dirname(file), posix.dirname(posix.dirname(file))])
  for (const folder of new Set(folders)) {
    const found = await lstat(join(out, folder)).catch(() => undefined)
    if (found?.isSymbolicLink())
      throw new ChiquitoError(
        'data',
        `"${join(out, folder)}" is a link, so photos put there would lie elsewhere. Replace it by a folder.`,
      )
  }
}

/** What stands where the data set is to be: nothing or an empty folder (`free`), or something. @throws `io` */
export async function whatIsAt(out: string): Promise<'free' | 'file' | 'folder'> {
  try {
    const names = await readdir(out)
    return names.length === 0 ? 'free' : 'folder'
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT') return 'free'
    if (code === 'ENOTDIR') return 'file'
    throw ioError(error, 'open the folder', out)
  }
}
