import { readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { collectArchive } from '../../../actions/collect-archive.js'
import { demoPhotos } from '../../../actions/demo-photos.js'
import { Intake } from '../../../actions/intake.js'
import { ChiquitoError, throwIfAborted } from '../../../core/index.js'
import { type ListedPhotos, listPhotos } from '../../../dataset/index.js'
import { errorCode } from '../../../files/index.js'
import type { ArchiveJobOptions } from '../../api/gathering.js'
import { archivesFolder, type Workspace } from '../../workspace.js'
import type { JobResult, JobWork } from './kind.js'

type Places = Pick<Workspace, 'photos' | 'home'>

/** Examples of photos that were not taken. */
const MOST_TOLD = 20

/** The photos of an archive that was sent: a whole data set where there is none yet, or photos beside those that there are. */
export async function archiveJob(
  { archive, name, label }: ArchiveJobOptions,
  places: Places,
  { isResumed, ...work }: JobWork,
): Promise<JobResult> {
  const file = join(archivesFolder(places), archive)
  const unpacked = `${file}.photos`
  const isUnpacked = await stat(unpacked).catch(() => undefined)
  // Of one that is gone on with nobody knows any more what else was in it.
  const left = isUnpacked ? 0 : await unpack(file, name, unpacked, work)
  const listed = await listPhotos(unpacked)
  const isWhole =
    label === undefined && listed.homes.length > 0 && (await becomes(listed.root, places.photos))
  const result = isWhole
    ? { photos: listed.files.length, copies: 0, refused: [] }
    : await takeAll(
        listed,
        label ?? basename(name).replace(/\.[\w.]{1,8}$/, ''),
        places,
        work,
        label !== undefined,
      )
  await discardArchive({ archive, name }, places)
  return { label: label ?? null, ...result, left }
}

/** @returns how many files in it were no photos */
async function unpack(
  file: string,
  name: string,
  out: string,
  work: Omit<JobWork, 'isResumed'>,
): Promise<number> {
  try {
    return (await collectArchive({ ...work, archive: file, out })).left
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    // It waits under a name that nobody gave it.
    const { code, said } = error
    throw new ChiquitoError(code, error.message.replaceAll(file, name), { cause: error, said })
  }
}

/** Removes an archive that is not to be unpacked any more, and what was unpacked of it. @throws `io` */
export async function discardArchive({ archive }: ArchiveJobOptions, places: Places): Promise<void> {
  const file = join(archivesFolder(places), archive)
  await rm(`${file}.photos`, { recursive: true, force: true })
  await rm(file, { force: true })
}

/** Whether the folder could take the place of one that is empty. */
async function becomes(folder: string, place: string): Promise<boolean> {
  const names = await readdir(place).catch(() => [])
  if (names.length > 0) return false
  await rmdir(place).catch(() => undefined)
  return rename(folder, place).then(
    () => true,
    error => {
      if (['EXDEV', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes(errorCode(error) ?? '')) return false
      throw error
    },
  )
}

/** Files that were moved already are gone from the folder, so that what was cut off goes on with the others. */
async function takeAll(
  { root, files, homes }: ListedPhotos,
  otherwise: string,
  { photos }: Places,
  { progress, signal }: Omit<JobWork, 'isResumed'>,
  isOneClass: boolean,
): Promise<Omit<JobResult, 'label'>> {
  const intake = new Intake(photos)
  const hasClasses = !isOneClass && homes.length > 0
  let [added, copies] = [0, 0]
  const refused: { name: string; problem: string; reason: string }[] = []
  const task = 'photos'
  for (const [done, { path, label }] of files.entries()) {
    throwIfAborted(signal)
    progress?.({ kind: 'advance', task, done, total: files.length })
    const brought = await intake.take(join(root, path), {
      label: hasClasses ? label : otherwise,
      name: basename(path),
    })
    if (brought.outcome === 'added') added++
    if (brought.outcome === 'copy') copies++
    if (brought.outcome === 'refused' && refused.length < MOST_TOLD)
      refused.push({ name: path, problem: brought.problem, reason: brought.reason })
  }
  progress?.({ kind: 'end', task })
  return { photos: added, copies, refused }
}

/** The data set of the demo, for a folder without photos. */
export async function demoDataJob(
  _: Record<string, never>,
  { photos, home }: Places,
  { isResumed, ...work }: JobWork,
): Promise<JobResult> {
  const result = await demoPhotos({ ...work, out: photos, home })
  return { photos: result.photos, labels: result.labels }
}
