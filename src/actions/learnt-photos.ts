import path from 'node:path'
import { z } from 'zod'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { fingerprintOf, type RecordedPhotos, type Split } from '../dataset/index.js'
import { type ModelMetadata, RunFolder } from '../run/index.js'

/** Of the metrics of a run: the photos that it could not read. */
const unreadableThen = z.object({ unreadable: z.array(z.object({ path: z.string() })) })

/** What the run of a model recorded of its photos: those that could be read. */
export interface ModelRecord {
  /** Folder that the paths are relative to. */
  readonly root: string
  readonly photos: RecordedPhotos['photos']
}

/**
 * The photos of the run that a model lies in. Undefined where no run beside the model tells.
 *
 * @param model - the file
 */
export async function recordOfModel(
  model: string,
  metadata: ModelMetadata,
  progress: WorkOptions['progress'],
): Promise<ModelRecord | undefined> {
  try {
    const folder = await RunFolder.open(path.dirname(model)).catch(() => undefined)
    const division = await folder?.readDivision()
    if (folder === undefined || division === undefined) return undefined
    const { data } = unreadableThen.safeParse(await folder.readMetrics())
    const lost = new Set(data?.unreadable.map(photo => photo.path))
    const { photos, labels } = division.recorded
    const seen = photos.filter(photo => !lost.has(photo.path))
    const numbered = seen.map(photo => ({ ...photo, label: labels.indexOf(photo.label) }))
    // A model may have been put beside another run's record.
    if (fingerprintOf(numbered, labels) !== metadata.data.fingerprint) return undefined
    return { root: folder.record.dataset.root, photos: seen }
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    const message = `Whether photos here were learnt from cannot be told: ${error.message}`
    progress?.({ kind: 'notice', message })
    return undefined
  }
}

/**
 * The photos that a model learnt from, as its run recorded them: to each SHA-256 a path. Undefined where no run beside the
 * model tells.
 *
 * @param model - the file
 */
export async function photosLearntFrom(
  model: string,
  metadata: ModelMetadata,
  progress: WorkOptions['progress'],
): Promise<ReadonlyMap<string, string> | undefined> {
  const record = await recordOfModel(model, metadata, progress)
  return record && learntIn(record)
}

/** Those of a record that were learnt from: to each SHA-256 a path. */
export function learntIn({
  photos,
}: {
  readonly photos: readonly Pick<RecordedPhotos['photos'][number], 'path' | 'split' | 'sha256'>[]
}): ReadonlyMap<string, string> {
  const learnt = photos.filter(({ split }) => split === 'train')
  return new Map(learnt.map(({ sha256, path: file }) => [sha256, file]))
}

/** The photos of a run that its threshold of "neither" comes from, and those that it learnt from, by SHA-256. */
export function settersIn(
  photos: readonly { readonly split: Split; readonly sha256: string }[],
  { abstention }: Pick<ModelMetadata, 'abstention'>,
): ReadonlySet<string> {
  const isByValid = abstention !== undefined && 'by' in abstention && abstention.by === 'valid'
  const isSetter = (split: Split) => split === 'train' || (isByValid && split === 'valid')
  return new Set(photos.filter(({ split }) => isSetter(split)).map(({ sha256 }) => sha256))
}
