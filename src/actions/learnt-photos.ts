import { stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { ChiquitoError, type WorkOptions } from '../core/index.js'
import { fingerprintSeen, type RecordedPhotos, type Split } from '../dataset/index.js'
import { type ModelMetadata, RunFolder } from '../run/index.js'

/** Of the metrics of a run: the photos that it could not read, and those that were no longer what they had been. */
const unreadableThen = z.object({
  unreadable: z.array(z.object({ path: z.string(), changed: z.boolean().optional() })),
})

/** What the run of a model recorded of its photos: those that could be read. */
export interface ModelRecord {
  /** Folder that the paths are relative to. */
  readonly root: string
  readonly photos: RecordedPhotos['photos']
}

/** Why it is not known what a model learnt from: the end of a sentence. */
export interface NoRecord {
  readonly why: string
  /** Whether a run is there that should have told. */
  readonly isDamaged: boolean
}

/**
 * The photos of the run that a model lies in. Undefined where no run beside the model tells; where one should, that is said.
 *
 * @param model - the file
 * @param options.folder - its run, where that was read before
 */
export async function recordOfModel(
  model: string,
  metadata: ModelMetadata,
  { folder, progress }: { readonly folder: RunFolder | undefined } & Pick<WorkOptions, 'progress'>,
): Promise<ModelRecord | undefined> {
  const found = await recordOrWhy(model, metadata, folder)
  if (!('why' in found)) return found
  if (found.isDamaged)
    progress?.({
      kind: 'notice',
      message: `Whether photos here were learnt from cannot be told: ${found.why}.`,
    })
  return undefined
}

/** The photos of the run that a model lies in, or why none tells. */
export async function recordOrWhy(
  model: string,
  { data: { fingerprint } }: ModelMetadata,
  opened?: RunFolder,
): Promise<ModelRecord | NoRecord> {
  try {
    const place = path.dirname(path.resolve(model))
    if ((await stat(path.join(place, 'run.json')).catch(() => undefined)) === undefined)
      return { why: 'there is no run.json beside it', isDamaged: false }
    const folder = opened ?? (await RunFolder.open(place))
    const division = await folder.readDivision()
    if (division === undefined) return { why: `"${place}" has no split.json`, isDamaged: true }
    const { data: { unreadable } = { unreadable: [] } } = unreadableThen.safeParse(await folder.readMetrics())
    const { photos, labels } = division.recorded
    const numbered = photos.map(photo => ({ ...photo, label: labels.indexOf(photo.label) }))
    // A model may have been put beside another run's record.
    if (fingerprintSeen({ photos: numbered, labels }, unreadable) !== fingerprint)
      return { why: `the run in "${place}" learnt from other photos than this model did`, isDamaged: false }
    const lost = new Set(unreadable.map(photo => photo.path))
    return { root: folder.record.dataset.root, photos: photos.filter(photo => !lost.has(photo.path)) }
  } catch (error) {
    if (!(error instanceof ChiquitoError)) throw error
    return { why: error.message.replace(/\.$/, ''), isDamaged: true }
  }
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
