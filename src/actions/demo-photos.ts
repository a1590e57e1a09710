import { readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { unzip } from '../collect/archives/index.js'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { errorCode, ioError, makeFolder } from '../files/index.js'
import { demoDataset } from './demo-dataset.js'

export interface DemoPhotosOptions extends WorkOptions {
  /** Folder for the data set: new or empty. */
  readonly out: string
  /** Folder of the caller's own, on the same disk: pictures to try the model with stay there. */
  readonly home: string
}

export interface DemoPhotosResult {
  /** Absolute. */
  readonly folder: string
  readonly photos: number
  readonly labels: readonly string[]
}

/** In the caller's folder. */
const KEPT = 'demo'

/**
 * Puts the data set that the demo trains on into a folder, as photos of one's own: drawings of animals and of food, divided already.
 * The folder appears when all is there.
 *
 * @throws `usage` where the folder holds something; `io`; `interrupted`
 */
export async function demoPhotos({ out, home, ...work }: DemoPhotosOptions): Promise<DemoPhotosResult> {
  const folder = path.resolve(out)
  await requireEmpty(folder)
  const kept = path.join(home, KEPT)
  await rm(kept, { recursive: true, force: true })
  await makeFolder(home)
  await unzip(demoDataset.path(), kept, work)
  try {
    await rmdir(folder).catch(error => {
      if (errorCode(error) !== 'ENOENT') throw error
    })
    await makeFolder(path.dirname(folder))
    await rename(path.join(kept, demoDataset.folder), folder)
  } catch (error) {
    throw ioError(error, 'write the folder', folder)
  }
  const { train, valid } = demoDataset.counts
  return { folder, photos: train + valid, labels: demoDataset.labels }
}

/** A picture that no model of the demo data has seen. */
export interface UnseenSample {
  readonly name: string
  readonly label: string
  readonly path: string
}

/** Pictures that `demoPhotos` kept in this folder to try a model with; none where it was not called. */
export async function unseenSamples(home: string): Promise<UnseenSample[]> {
  const there = await stat(path.join(home, KEPT)).catch(() => undefined)
  if (there === undefined) return []
  return demoDataset.unseen.map(({ path: inner, label }) => ({
    name: path.posix.basename(inner),
    label,
    path: path.join(home, KEPT, inner),
  }))
}

async function requireEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(error => {
    if (errorCode(error) === 'ENOENT') return []
    throw ioError(error, 'read the folder', folder)
  })
  if (names.length === 0) return
  throw new ChiquitoError(
    'usage',
    `"${folder}" holds photos already, such as "${names[0]}". The demo data is for a new folder: chiquito studio another-folder`,
  )
}
