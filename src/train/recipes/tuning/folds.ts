import { featureWidth } from '../../../backbones/index.js'
import type { RandomStream } from '../../../core/index.js'
import { foldsOf, type Photo } from '../../../dataset/index.js'
import type { HeadWeights } from '../../heads/index.js'
import { LogisticRegression, linearLogits, standardization } from '../../logistic/index.js'
import type { InTime } from '../../time-plan/index.js'
import { type AutoFeatures, type Decision, examplesOf, unstandardized } from '../frozen/index.js'
import type { RecipeOptions } from '../recipe.js'
import type { Pace } from './pace.js'
import type { Tuner } from './tuner.js'
import { calmness, type Depth } from './values.js'

/** What trying fine-tuning out works with. */
export interface Trial extends RecipeOptions {
  /** What the head alone is, and what it reads. */
  readonly decision: Decision
  readonly features: AutoFeatures
  /** @param signal - ends the opening, and the tuner's later work on views */
  readonly open: (depth: Depth, signal: AbortSignal | undefined) => Promise<Tuner>
  readonly pace: Pace
  readonly schedule: TuningSchedule
}

/** Whether a little of it pays, and that on all photos where few were compared; whether much does, and that on all photos. */
export type TuningPart = 'brief' | 'little' | 'thorough' | 'whole'

/** Whether there is time for parts of fine-tuning. */
export interface TuningSchedule {
  /**
   * Does a part whose signal fires where it, and what must come after it, will not be done within the budget; `isLate` where that
   * happened, or there was no time to begin.
   */
  inTime<Result>(
    part: TuningPart,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal | undefined) => Promise<Result>,
  ): Promise<InTime<Result>>
  /** The budget, in words: "the budget of 1 min". */
  readonly limit: string
}

/** Photos below which a third says nothing about the others. */
export const fewestPhotos = 40
/** Folds of the comparison: each costs a fine-tuning. Of many photos some stand by, to save time. */
export const folds = 3
const mostCompared = 800
/** But so many of each class: with fewer nothing could be learnt of it. */
const leastOfClass = 6

/** One fold: who teaches, who is judged, and the chosen head alone. */
export interface Fold {
  readonly teaching: readonly Photo[]
  readonly held: readonly Photo[]
  /** The head learnt from those that teach, as fine-tuning starts from it, and its logits of the others. */
  readonly head: HeadWeights
  readonly logits: readonly number[][]
}

/** The first folds of the training photos, so many of three: exact copies together. */
export async function frozenFolds(trial: Trial, random: RandomStream, count: number): Promise<Fold[]> {
  const { features, decision, backbone, dataset, signal } = trial
  const { candidate, c } = decision
  const plain = await features.of(candidate.resize, 'train')
  const foldOf = foldsOf(
    plain.photos,
    partsOf(plain.photos.length, dataset.labels),
    random.fork('folds').uint32(),
  )
  const width = featureWidth(backbone, candidate.spec)
  const change = standardization(plain.views[0], plain.width, width, candidate.blocks)
  const examples = examplesOf(plain, plain.views, change, dataset.labels.length)
  const rows = examples.rows.subarray(0, examples.photos * examples.width)
  const regression = await LogisticRegression.open(examples, trial)
  const found: Fold[] = []
  try {
    for (let fold = 0; fold < count; fold++) {
      const teaches = foldOf.map(own => own < folds && own !== fold)
      const rowWeights = new Float32Array(examples.photos * examples.views)
      for (let row = 0; row < rowWeights.length; row++)
        if (teaches[row % examples.photos]) rowWeights[row] = 1 / examples.views
      const model = await regression.fit({ c, rowWeights, signal })
      const logits = await linearLogits(model, rows, examples.width, signal)
      const calm = await calmness(
        labelsOf(plain.photos.filter((_, i) => teaches[i])),
        logits.filter((_, i) => teaches[i]),
        signal,
      )
      const head = unstandardized(model, change, calm)
      found.push({ ...parted(plain.photos, logits, teaches, i => foldOf[i] === fold), head })
    }
  } finally {
    await regression.close()
  }
  return found
}

/** Whether some of so many training photos stand by, so that no network of the comparison has learnt from them. */
export function doSomeStandBy(photos: number, labels: readonly string[]): boolean {
  return partsOf(photos, labels) > folds
}

/** Folds of the comparison, and as many parts that stand by. */
export function partsOf(photos: number, labels: readonly string[]): number {
  const compared = Math.max(mostCompared, leastOfClass * labels.length)
  return Math.max(folds, Math.ceil((photos * folds) / compared))
}

function parted(
  photos: readonly Photo[],
  logits: readonly number[][],
  teaches: readonly boolean[],
  isLeftOut: (photo: number) => boolean,
): Omit<Fold, 'head'> {
  const teaching = photos.filter((_, i) => teaches[i])
  // Of a class that no photo teaches nothing can be said.
  const taught = new Set(labelsOf(teaching))
  const isHeld = (i: number) => isLeftOut(i) && taught.has(photos[i].label)
  return {
    teaching,
    held: photos.filter((_, i) => isHeld(i)),
    logits: logits.filter((_, i) => isHeld(i)),
  }
}

export function labelsOf(photos: readonly Photo[]): number[] {
  return photos.map(({ label }) => label)
}
