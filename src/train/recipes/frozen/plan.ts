import type { RandomStream } from '../../../core/index.js'
import { foldsOf } from '../../../dataset/index.js'
import type { Features } from '../../features/index.js'

const mostFolds = 5
/** Photos below which the folds are drawn more than once, as one draw says too little. */
const manyPhotos = 300
const repetitionsOfFew = 3
/**
 * Products of photos, columns and classes that the folds of a candidate may come to; beyond it fewer folds are judged. Of
 * 1,000 classes of 20 photos one of five is, four thousand photos: more would take hours and say nothing new.
 */
const mostProducts = 2e10

/** How photos are judged that were not learnt from. */
export interface Plan {
  /** The fold of each photo, for each time that folds are drawn. */
  readonly repetitions: readonly (readonly number[])[]
  readonly folds: number
  /** How many of the folds are left out in turn. */
  readonly judged: number
}

/**
 * Stratified folds with exact copies together; fewer than five where a class is smaller than that. Undefined where fewer
 * than two classes have a photo that can be left out: what is left out of one class alone says only what is said of that.
 *
 * @param each numbers that make up a model
 */
export function planOf(photos: Features['photos'], random: RandomStream, each: number): Plan | undefined {
  const classes = new Map<number, Set<string>>()
  for (const { label, sha256 } of photos) classes.set(label, (classes.get(label) ?? new Set()).add(sha256))
  const sizes = Array.from(classes.values(), distinct => distinct.size).filter(size => size > 1)
  if (sizes.length < 2) return undefined
  const folds = Math.min(mostFolds, Math.min(...sizes))
  const times = photos.length < manyPhotos ? repetitionsOfFew : 1
  const repetitions = Array.from({ length: times }, (_, r) =>
    foldsOf(photos, folds, random.fork('folds', r).uint32()),
  )
  const judged = Math.max(1, Math.min(folds, Math.floor(mostProducts / (photos.length * each))))
  return { repetitions, folds, judged }
}

/** In words, for reports. */
export function methodOf({ folds, judged, repetitions }: Plan, photos: number, held: number): string {
  const alone =
    judged === folds && held < photos
      ? `, ${photos - held} without another of their class always learnt from`
      : ''
  const some = judged < folds ? `, ${judged} of the folds judged (${held} photos)` : ''
  const times = repetitions.length > 1 ? `, ${repetitions.length} times` : ''
  return (
    `${folds}-fold cross-validation on the ${photos} training photos, exact copies in one fold${alone}${some}` +
    `${times}; the lowest log loss wins. Shown with each candidate's best penalty.`
  )
}
