import { featureWidth } from '../../backbones/index.js'
import { float32, RandomStream } from '../../core/index.js'
import { drawAugmentation, SIDE_ON } from '../../images/index.js'
import type { Photo, Split } from '../../project/index.js'
import { type Classifier, HeadRunner } from '../classifier.js'
import type { View } from '../extractor.js'
import { linearHead } from '../head.js'
import { type LinearModel, LogisticRegression } from '../logistic.js'
import { type Seen, see } from '../seen.js'
import type { Stage } from '../stage.js'
import { keptColumns, type Standardization, standardization } from '../standardize.js'
import { autoSpec } from './auto-candidates.js'
import { choose, type Decision, examplesOf } from './auto-choice.js'
import { AutoFeatures, firstColumns } from './auto-features.js'
import type { Recipe, RecipeOptions } from './recipe.js'

const ttaViews = 4

/**
 * Logistic regression on the frozen trunk's features. Which part of the photo, which layers and how strong a penalty
 * is decided by cross-validation on the training photos alone; the chosen candidate then learns from photos and their
 * mirror images.
 */
export const auto: Recipe = {
  name: 'auto',
  description: 'the best head found by cross-validation on the training photos',
  resize: 'squash',
  async run(options) {
    const random = RandomStream.fromSeed(options.seed).fork('auto')
    const features = new AutoFeatures(options, autoSpec(options.backbone))
    try {
      const started = performance.now()
      const decision = await choose(features, random, options)
      const chosen = performance.now()
      const classifier = await learn(decision, features, options)
      const learnt = performance.now()
      const look = (split: Split, tta: number) => show(classifier, features, split, tta, random, options)
      const seen = await look('valid', 0)
      const tta = { views: ttaViews, seen: await look('valid', ttaViews) }
      const hasTest = options.dataset.photos.some(photo => photo.split === 'test')
      const tested = hasTest ? (await features.of(classifier.rule.resize, 'test')).photos.length : 0
      const test = tested > 0 ? await look('test', 0) : undefined
      const { accuracy } = seen.evaluation
      const stages: Stage[] = [
        {
          name: 'choosing',
          schedule: decision.choice.method,
          epochs: [],
          accuracy,
          seconds: (chosen - started) / 1000,
        },
        {
          name: 'learning',
          schedule: `logistic regression, C ${decision.c}, photos and their mirror images`,
          epochs: [],
          accuracy,
          seconds: (learnt - chosen) / 1000,
        },
      ]
      return {
        classifier,
        stages,
        seen,
        tta,
        test,
        unreadable: features.unreadable(),
        choice: decision.choice,
      }
    } finally {
      await features.close()
    }
  },
}

/** Fits the chosen candidate on all training photos and their mirror images. */
async function learn(
  { candidate, c, temperature }: Decision,
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
    const model = await regression.fit({ c, rowWeights })
    const rule = { size: options.size ?? backbone.inputSize, resize: candidate.resize }
    return {
      backbone,
      rule,
      spec: candidate.spec,
      labels: dataset.labels,
      head: linearHead(width, classes),
      weights: unstandardized(model, change, temperature),
      temperature,
    }
  } finally {
    await regression.close()
  }
}

/** A model of standardised columns as one of the columns themselves, its logits divided by the temperature. */
function unstandardized(
  { weight, bias }: LinearModel,
  { mean, scale }: Standardization,
  temperature: number,
) {
  const width = scale.length
  const kept = keptColumns(scale)
  const classes = bias.length
  const weights = new Float32Array(classes * width)
  const biases = Float32Array.from(bias, (b, k) => {
    let sum = b
    for (const [i, j] of kept.entries()) {
      const w = weight[k * kept.length + i] * scale[j]
      weights[k * width + j] = w / temperature
      sum -= w * mean[j]
    }
    return sum / temperature
  })
  return new Map([
    ['linear.weight', float32(weights, [classes, width])],
    ['linear.bias', float32(biases)],
  ])
}

function augmented(photo: Photo, count: number, random: RandomStream): View[] {
  return Array.from({ length: count }, (_, i) => drawAugmentation(random.fork(photo.path, i), SIDE_ON))
}

/** A part of the data set through the finished classifier, plain or with augmented views beside. */
async function show(
  classifier: Classifier,
  features: AutoFeatures,
  split: Split,
  tta: number,
  random: RandomStream,
  { dataset, backbone, device, threads }: RecipeOptions,
): Promise<Seen> {
  const { rule, head, weights, spec, labels } = classifier
  const plain = await features.of(rule.resize, split)
  const width = featureWidth(backbone, spec)
  const rows = plain.views.map(view => firstColumns(view, plain.width, width))
  if (tta > 0) {
    const more = await features.extract(rule.resize, plain.photos, `${tta} more views each`, photo =>
      augmented(photo, tta, random.fork('tta')),
    )
    rows.push(...more.views.map(view => firstColumns(view, plain.width, width)))
  }
  await features.rest()
  const runner = await HeadRunner.open(head, weights, { device, threads })
  try {
    return await see(
      runner,
      { ...plain, width, views: rows },
      labels,
      dataset.photos,
      random.fork('galleries'),
    )
  } finally {
    await runner.close()
  }
}
