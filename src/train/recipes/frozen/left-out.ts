import { featureWidth } from '../../../backbones/index.js'
import type { RandomStream } from '../../../core/index.js'
import { softmaxRows } from '../../../evaluate/index.js'
import { crossValidate, standardization } from '../../logistic/index.js'
import type { RecipeOptions } from '../recipe.js'
import type { Decision } from './choice.js'
import { examplesOf } from './examples.js'
import type { AutoFeatures } from './features.js'
import { planOf } from './plan.js'

/** Training photos, by their number, and what a head says of each that has not learnt from it. */
export interface LeftOut {
  readonly photos: readonly number[]
  /** [photo][class] */
  readonly probabilities: readonly (readonly number[])[]
}

/** The chosen candidate, cross-validated once more: photo for photo. Undefined where there are too few photos for that. */
export async function leftOut(
  { candidate, c, temperature }: Pick<Decision, 'candidate' | 'c' | 'temperature'>,
  features: AutoFeatures,
  random: RandomStream,
  options: RecipeOptions,
): Promise<LeftOut | undefined> {
  const { backbone, dataset } = options
  const classes = dataset.labels.length
  const plain = await features.of(candidate.resize, 'train')
  const width = featureWidth(backbone, candidate.spec)
  const plan = planOf(plain.photos, random, width * classes)
  if (!plan) return undefined
  const change = standardization(plain.views[0], plain.width, width, candidate.blocks)
  const examples = examplesOf(plain, plain.views.slice(0, 1), change, classes)
  const { repetitions, folds, judged } = plan
  const [{ repetitions: found }] = await crossValidate(examples, {
    ...options,
    ...{ repetitions: repetitions.slice(0, 1), folds, judged, cs: [c] },
  })
  const [{ photos, logits }] = found
  return { photos, probabilities: softmaxRows(logits, temperature) }
}
