import { featureWidth } from '../../../backbones/index.js'
import { type Classifier, linearHead } from '../../heads/index.js'
import { LogisticRegression, standardization } from '../../logistic/index.js'
import type { RecipeOptions } from '../recipe.js'
import type { Decision } from './choice.js'
import { examplesOf } from './examples.js'
import type { AutoFeatures } from './features.js'
import { unstandardized } from './head.js'

const leftOut = 'the training photos, each judged by heads that had not learnt from it'

/** Fits the chosen candidate on all training photos and their mirror images. */
export async function learn(
  { candidate, c, temperature, choice }: Decision,
  features: AutoFeatures,
  options: RecipeOptions,
): Promise<Classifier> {
  const { backbone, dataset } = options
  const plain = await features.of(candidate.resize, 'train')
  const width = featureWidth(backbone, candidate.spec)
  const change = standardization(plain.views[0], plain.width, width, candidate.blocks)
  const classes = dataset.labels.length
  const examples = examplesOf(plain, plain.views, change, classes)
  const regression = await LogisticRegression.open(examples, options)
  try {
    const rowWeights = new Float32Array(examples.photos * examples.views).fill(1 / examples.views)
    const model = await regression.fit({ c, rowWeights, signal: options.signal })
    const rule = { size: options.size ?? backbone.inputSize, resize: candidate.resize }
    return {
      backbone,
      rule,
      spec: candidate.spec,
      labels: dataset.labels,
      head: linearHead(width, classes),
      weights: unstandardized(model, change, temperature),
      temperature,
      temperatureFrom: choice.candidates.length > 0 ? leftOut : undefined,
    }
  } finally {
    await regression.close()
  }
}
