import type { WorkOptions } from '../../core/index.js'
import { dealGroups, type Groupable } from '../../dataset/index.js'
import { softmaxRows } from '../../evaluate/index.js'
import { crossValidate, type ViewedExamples } from '../../train/index.js'
import type { DeepData } from '../check.js'
import { copyGroups } from './copy-groups.js'
import { examplesFor, lastLayerExamples, type UsablePhotos } from './usable.js'

/** What models that did not learn from photos make of them. */
export interface Beliefs {
  /** Those that could be judged: positions among the usable photos, in order. */
  readonly photos: readonly number[]
  /** Probabilities [photo][class], in their order. */
  readonly probabilities: readonly (readonly number[])[]
}

const FOLDS = 5
/** Fits differ by the draw of the folds; the mean of three draws less. */
const DRAWS = 3
/** Products of photos, columns and classes from which one draw has to do: of so many photos draws differ little. */
const MOST_PRODUCTS = 3e7
/**
 * A stronger penalty than training's own: a model that follows every label does not doubt any. Of 10 % flipped labels of five
 * sets .93 to 1.00 are among the first 15 %, at training's usual 0.1 only .87 to .95.
 */
const C = 0.001
/** Shares of the last layer that are tried. */
const SHARES = Array.from({ length: 11 }, (_, i) => i / 10)

/**
 * The probability of each class for each photo, by logistic regressions that learnt neither from the photo nor from a copy of it,
 * also a near or hidden one. Fits on the last layer alone and on all layers are mixed in the shares by which the given labels are
 * likeliest (stacking: Wolpert, "Stacked generalization", 1992): what decides differs from set to set. Undefined where there are
 * too few photos, or nothing that they differ in.
 *
 * @throws `interrupted`
 */
export async function beliefsIn(
  data: DeepData,
  usable: UsablePhotos,
  work: WorkOptions,
): Promise<Beliefs | undefined> {
  const classes = data.labels.length
  const groups = await copyGroups(data, work)
  const groupable = usable.photos.map(
    ({ sha256, label }, i): Groupable => ({ sha256, label, group: groups[usable.numbers[i]] }),
  )
  if (new Set(groupable.map(({ label }) => label)).size < 2) return undefined
  if (new Set(groupable.map(({ group }) => group)).size < FOLDS) return undefined
  const all = examplesFor(data, usable)
  if (all.width === 0) return undefined
  const draws = groupable.length * all.width * classes > MOST_PRODUCTS ? 1 : DRAWS
  const repetitions = Array.from({ length: draws }, (_, seed) =>
    dealGroups(groupable, classes, { k: FOLDS, seed }),
  )
  const photos = repetitions[0].flatMap((fold, i) => (fold >= 0 ? [i] : []))
  if (photos.length === 0) return undefined
  const beliefs = [await heldOut(all, repetitions, work)]
  const last = lastLayerExamples(data, usable)
  if (last.width > 0 && last.width < all.width) beliefs.push(await heldOut(last, repetitions, work))
  const given = photos.map(i => usable.photos[i].label)
  return { photos, probabilities: mixed(beliefs, given) }
}

/** The mean over draws of the folds. */
async function heldOut(
  examples: ViewedExamples,
  repetitions: readonly (readonly number[])[],
  { signal }: WorkOptions,
): Promise<number[][]> {
  const [result] = await crossValidate(examples, { repetitions, folds: FOLDS, cs: [C], signal })
  const draws = result.repetitions.map(({ logits }) => softmaxRows(logits))
  return draws[0].map((row, i) =>
    row.map((_, k) => draws.reduce((sum, draw) => sum + draw[i][k] / draws.length, 0)),
  )
}

function mixed(
  [all, last]: readonly (readonly (readonly number[])[])[],
  given: readonly number[],
): readonly (readonly number[])[] {
  if (last === undefined) return all
  const mix = (share: number, i: number, k: number) => (1 - share) * all[i][k] + share * last[i][k]
  const likelihood = (share: number) =>
    given.reduce((sum, label, i) => sum + Math.log(Math.max(mix(share, i, label), Number.MIN_VALUE)), 0)
  const likely = SHARES.map(likelihood)
  const share = SHARES[likely.indexOf(likely.reduce((a, b) => Math.max(a, b)))]
  return all.map((row, i) => row.map((_, k) => mix(share, i, k)))
}
