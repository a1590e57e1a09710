import { loadBackbone } from '../backbones/index.js'
import type { Tie } from '../dataset/index.js'
import {
  type CheckedData,
  type CheckedFeatures,
  featuresOf,
  findCopies,
  openCheckedData,
} from '../doctor/index.js'
import { type Gathered, tiesOf } from '../splitting/index.js'
import type { SplitOptions } from './split-options.js'
import { USUAL_BACKBONE } from './usual-backbone.js'

/** More photos than this are looked through by hashes alone, unless the person asks for more: minutes become hours. */
const MOST_DEEP = 10_000

/** Opens photos with all that is known of them. */
export async function openPhotos(options: SplitOptions, folder: string = options.data): Promise<CheckedData> {
  const { followLinks, labelsFrom, progress, signal } = options
  const data = await openCheckedData(folder, { followLinks, labelsFrom, progress, signal })
  for (const message of data.notices) progress?.({ kind: 'notice', message })
  return data
}

/** Why photos belong together. */
export async function tiesIn(data: Gathered, options: SplitOptions): Promise<Tie[]> {
  const { progress, signal, groupBy, notBy } = options
  if (notBy?.includes('copies')) return tiesOf(data, [], { groupBy, notBy })
  const features = await featuresFor(data, options)
  const task = 'Looking for copies'
  progress?.({ kind: 'start', task })
  const pairs = await findCopies(data.photos, { root: data.root, features, progress, signal })
  progress?.({ kind: 'end', task })
  return tiesOf(data, pairs, { groupBy, notBy })
}

/**
 * What finds crops, captions and screenshots. Training wants the same features, and takes them from the cache; of many photos they
 * would take hours.
 */
async function featuresFor(
  { photos, root }: Gathered,
  { depth, progress, signal }: SplitOptions,
): Promise<CheckedFeatures | undefined> {
  if (depth === 'quick') return undefined
  if (depth === undefined && photos.length > MOST_DEEP) {
    const message =
      `Of more than ${MOST_DEEP} photos crops, captions and screenshots are not looked for, only whole copies; --deep looks for ` +
      'all of them.'
    progress?.({ kind: 'notice', message })
    return undefined
  }
  const backbone = await loadBackbone(USUAL_BACKBONE, { progress, signal })
  return featuresOf({ photos, root }, { backbone, progress, signal })
}
