import {
  type Background,
  type Dataset,
  filesOfOthers,
  openBackground,
  type RecordedPhotos,
} from '../dataset/index.js'
import { type BackgroundFigures, backgroundFigures } from '../evaluate/index.js'
import { lostPhotos } from '../report/index.js'
import { findLikeness, measureLikeness } from '../splitting/index.js'
import { type Classifier, isKnowing, requireReadableClasses, type Unreadable } from '../train/index.js'
import type { TrainOptions } from './train-options.js'

/** Photos of other things that a run learnt from, and how it does on others. */
export interface BackgroundResult extends BackgroundFigures {
  /** Absolute path. */
  readonly folder: string
  readonly unreadable: readonly Unreadable[]
}

/** That the folder is there at all, before the photos are read. @throws `io`, `data` */
export async function requireBackground({ background, followLinks, signal }: TrainOptions): Promise<void> {
  if (background !== undefined) await filesOfOthers(background, { followLinks, signal })
}

/**
 * The photos of other things that a person gave, divided; undefined without any.
 *
 * @param recorded - those that a run began with that is gone on with
 * @throws `data`, `io`, `interrupted`
 */
export async function openOthers(
  {
    background,
    seed,
    validFraction,
    followLinks,
    cache,
    progress,
    signal,
  }: Omit<TrainOptions, 'data' | 'out'>,
  dataset: Dataset,
  recorded?: RecordedPhotos['photos'],
): Promise<Background | undefined> {
  if (background === undefined) return undefined
  const likeness = cache === false ? measureLikeness : findLikeness
  const opening = { dataset, seed, validFraction, followLinks, likeness, recorded, progress, signal }
  const opened = await openBackground(background, opening)
  await requireReadableClasses({ ...dataset, ...opened, labels: ['other things'] }, signal)
  return opened
}

/** Says what of the photos of other things was not to be used. */
export function tellLost(
  { known }: Classifier,
  background: Background | undefined,
  notice: (message: string) => void,
): void {
  if (!background) return
  if (!isKnowing(known) || !known.background)
    notice(
      '--background changed nothing: ' +
        (known && 'why' in known
          ? known.why
          : 'too few of its photos could be read, or the network sees no difference.'),
    )
  const lost = lostPhotos(known?.unreadableOthers ?? [], background.photos.length)
  if (lost !== undefined) notice(`Of the photos of other things ${lost}`)
}

/** What was made of the photos of other things. */
export function backgroundResult({ known }: Classifier, folder: unknown): BackgroundResult | undefined {
  if (!isKnowing(known) || !known.background || typeof folder !== 'string') return undefined
  return { folder, ...backgroundFigures(known.background), unreadable: known.unreadableOthers ?? [] }
}
