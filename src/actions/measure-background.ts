import path from 'node:path'
import type { WorkOptions } from '../core/index.js'
import { type BackgroundFigures, backgroundFigures } from '../evaluate/index.js'
import { type JudgedPhoto, type Predictor, predictAll, type Refused } from '../predict/index.js'
import { lostPhotos } from '../report/index.js'
import type { RunFolder } from '../run/index.js'

/** How a model does on the photos of other things that its run kept to measure on. */
export interface MeasuredBackground extends BackgroundFigures {
  /** Absolute path of the folder. */
  readonly folder: string
  readonly predictions: readonly Pick<
    JudgedPhoto,
    'path' | 'label' | 'probabilities' | 'known' | 'abstained'
  >[]
  readonly unreadable: readonly Refused[]
}

/** Asks a model of photos of other things that its run did not learn from; undefined where it has none, or cannot say "neither". */
export async function measureBackground(
  predictor: Predictor,
  run: RunFolder,
  { progress, signal }: WorkOptions,
): Promise<MeasuredBackground | undefined> {
  const { background: folder } = run.record.configuration
  const { abstention } = predictor.metadata
  const said = abstention && 'by' in abstention ? abstention.background : undefined
  const photos = (await run.readDivision())?.background
  if (said === undefined || photos === undefined || typeof folder !== 'string') return undefined
  const held = photos.filter(({ split }) => split === 'valid')
  const sources = held.map(photo => ({ path: path.join(folder, photo.path), sha256: photo.sha256 }))
  const { predictions, unreadable } = await predictAll(predictor, sources, { progress, signal })
  const lost = lostPhotos(unreadable, sources.length)
  if (lost !== undefined)
    progress?.({ kind: 'notice', message: `Of the photos of other things that the run kept ${lost}` })
  const relative = <T extends { readonly path: string }>(one: T): T => ({
    ...one,
    path: path.relative(folder, one.path).split(path.sep).join('/'),
  })
  const caught = predictions.filter(one => one.abstained).length
  return {
    folder,
    ...backgroundFigures({ learnt: said.learnt, measured: predictions.length, caught }),
    predictions: predictions.map(relative),
    unreadable: unreadable.map(relative),
  }
}
