import { ChiquitoError, commandName, plural, shellPath, type WorkOptions } from '../core/index.js'
import { openDataset } from '../dataset/index.js'
import type { GivenModel, LabelledPhoto, LabelledPhotos, Precision } from '../export/index.js'
import type { ModelMetadata } from '../run/index.js'
import { type ModelRecord, recordOrWhy } from './learnt-photos.js'
import { requireKnown } from './measure.js'

/** Photos that an exported model is measured on, and those that the model has learnt from. */
export interface ExportPhotos {
  readonly held: LabelledPhotos
  readonly learnt: LabelledPhotos
  /** Whether a record tells what was learnt from; else the folder's own parts do. */
  readonly isRecorded: boolean
}

export interface ExportPhotosOptions extends WorkOptions {
  /** Where the photos are, if not where the run has found them. */
  readonly photos?: string | undefined
  readonly followLinks?: boolean | undefined
  readonly labelsFrom?: string | undefined
}

/**
 * The photos of a model's run, by their content where they were moved; or those of a folder, for a model without a run.
 *
 * @throws `usage` where no run tells of photos and no folder is given; `data` where a class is unknown to the model; `io`
 */
export async function photosForExport(
  { path: model, metadata }: GivenModel,
  precision: Precision,
  options: ExportPhotosOptions & { readonly model: string },
): Promise<ExportPhotos> {
  const record = await recordOrWhy(model, metadata)
  if ('why' in record) {
    if (options.photos === undefined) throw noPhotos(options.model, precision, record.why)
    return photosOfFolder(options.photos, metadata, options)
  }
  const { root, photos } =
    options.photos === undefined ? record : await foundAgain(record, options.photos, options)
  const { labels } = metadata
  const parts = (wanted: readonly string[]): LabelledPhotos => ({
    root,
    photos: photos
      .filter(({ split }) => wanted.includes(split))
      .map(({ path: name, label, sha256 }) => ({ path: name, label: labels.indexOf(label), sha256 })),
  })
  const valid = parts(['valid'])
  return {
    held: valid.photos.length > 0 ? valid : parts(['test']),
    learnt: parts(['train']),
    isRecorded: true,
  }
}

/** Recorded photos in another folder, wherever they lie in it. */
async function foundAgain(
  { photos }: ModelRecord,
  folder: string,
  options: ExportPhotosOptions,
): Promise<ModelRecord> {
  const { photos: there, root } = await opened(folder, options)
  const places = new Map(there.map(({ sha256, path: name }) => [sha256, name]))
  const found = photos.flatMap(photo => {
    const name = places.get(photo.sha256)
    return name === undefined ? [] : [{ ...photo, path: name }]
  })
  const missing = photos.length - found.length
  if (found.length === 0)
    throw new ChiquitoError(
      'data',
      `"${root}" holds none of the ${plural(photos.length, 'photo')} of the run, by their content. Give the folder that they were moved to.`,
    )
  if (missing > 0)
    options.progress?.({
      kind: 'notice',
      message: `Of the run's ${photos.length} photos ${missing} are not in "${root}".`,
    })
  return { root, photos: found }
}

async function photosOfFolder(
  folder: string,
  { labels }: ModelMetadata,
  options: ExportPhotosOptions,
): Promise<ExportPhotos> {
  const dataset = await opened(folder, options)
  requireKnown(dataset.labels, labels)
  const numbers = dataset.labels.map(label => labels.indexOf(label))
  const part = (photos: typeof dataset.photos): LabelledPhotos => ({
    root: dataset.root,
    photos: photos.map(
      ({ path: name, label, sha256 }): LabelledPhoto => ({ path: name, label: numbers[label], sha256 }),
    ),
  })
  const of = (split: string) => dataset.photos.filter(photo => photo.split === split)
  const [train, valid, test] = [of('train'), of('valid'), of('test')]
  const held = valid.length > 0 ? valid : test.length > 0 ? test : train
  if (held.length === 0)
    throw new ChiquitoError('data', `There is no photo in "${dataset.root}" whose class is known.`)
  if (held === train)
    options.progress?.({
      kind: 'notice',
      message: `No part of "${dataset.root}" is kept apart: the model may have learnt from the photos that its figures are of.`,
    })
  return { held: part(held), learnt: part(train), isRecorded: false }
}

async function opened(
  folder: string,
  { followLinks, labelsFrom, progress, signal }: ExportPhotosOptions,
): ReturnType<typeof openDataset> {
  const dataset = await openDataset(folder, { split: 'none', followLinks, labelsFrom, progress, signal })
  for (const message of dataset.notices) progress?.({ kind: 'notice', message })
  return dataset
}

/** Why a model cannot be measured, and what to do. */
function noPhotos(model: string, precision: string, why: string): ChiquitoError {
  return new ChiquitoError(
    'usage',
    `Which photos "${model}" was measured on is not known: ${why}; and what ${precision} changes has to be seen on photos. ` +
      `Give some: ${commandName()} export ${shellPath(model)} --precision ${precision} --photos PHOTOS, or the model in the folder of its run.`,
  )
}
