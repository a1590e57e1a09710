import { featureWidth } from '../../src/backbones/index.js'
import { RandomStream } from '../../src/core/index.js'
import { type Dataset, foldsOf, type Photo } from '../../src/dataset/index.js'
import { averageViews, fitTemperature, softmaxRows, tempered } from '../../src/evaluate/index.js'
import { PhotoReader, testTimeViews } from '../../src/images/index.js'
import { LogisticRegression, linearLogits, standardization } from '../../src/train/logistic/index.js'
import {
  AutoFeatures,
  autoSpec,
  choose,
  type Decision,
  examplesOf,
  learn,
} from '../../src/train/recipes/frozen/index.js'
import type { RecipeOptions } from '../../src/train/recipes/recipe.js'
import { show } from '../../src/train/recipes/show.js'
import { otherWays } from './others.js'

/** Augmented views beside the plain photo, as the command line's examples have it. */
const views = 4
const innerFolds = 5

/** Photos that took no part in anything, and what is said of them in several ways: probabilities [photo][class]. */
export interface FoldAnswers {
  readonly truth: readonly number[]
  readonly temperature: number
  /** Of the average over views, where it was looked for. */
  readonly ttaTemperature?: number | undefined
  readonly ways: ReadonlyMap<string, readonly number[][]>
}

export const plain = 'temperature where it is clear'
export const before = 'as learnt'
export const averaged = '5 views'
export const averagedOwn = '5 views, a temperature of their own'

/** The head that `auto` learns from the training photos of a data set, asked about its validation photos. */
export async function foldAnswers(options: RecipeOptions): Promise<FoldAnswers> {
  const random = RandomStream.fromSeed(options.seed).fork('auto')
  const reader = new PhotoReader()
  const features = new AutoFeatures({ ...options, reader }, autoSpec(options.backbone))
  try {
    const decision = await choose(features, random, options)
    const classifier = await learn(decision, features, options)
    const end = { classifier, features }
    const { photos, probabilities } = await show(end, 'valid', random, options)
    const tta = (await show(end, 'valid', random, options, views)).probabilities.map(row => Array.from(row))
    const rows = probabilities.map(row => Array.from(row))
    const uncalibrated = tempered(rows, 1 / decision.temperature)
    const ways = new Map([
      [before, uncalibrated],
      [plain, rows],
    ])
    const logits = uncalibrated.map(row => row.map(p => Math.log(Math.max(p, Number.MIN_VALUE))))
    const { outOfFold } = decision
    if (outOfFold) for (const { name, find } of otherWays) ways.set(name, (await find(outOfFold))(logits))
    const ttaTemperature = await ttaTemperatureOf(decision, features, options)
    ways.set(averaged, tta).set(averagedOwn, tempered(tta, ttaTemperature))
    const truth = photos.map(photo => photo.label)
    return { truth, temperature: decision.temperature, ttaTemperature, ways }
  } finally {
    await features.close()
    await reader.close()
  }
}

/** What averages over views are best tempered by: of training photos, each judged by a head that had not learnt from it. */
async function ttaTemperatureOf(
  { candidate, c, temperature }: Decision,
  features: AutoFeatures,
  options: RecipeOptions,
): Promise<number> {
  const { dataset, backbone, seed } = options
  const learnt = await features.of(candidate.resize, 'train')
  const varied = await features.extract(candidate.resize, learnt.photos, 'views', ({ sha256 }) =>
    testTimeViews(seed, sha256, views),
  )
  const width = featureWidth(backbone, candidate.spec)
  const change = standardization(learnt.views[0], learnt.width, width, candidate.blocks)
  const classes = dataset.labels.length
  const examples = examplesOf(learnt, learnt.views, change, classes)
  const seen = [learnt.views[0], ...varied.views].map(view => examplesOf(learnt, [view], change, classes))
  const foldOf = foldsOf(learnt.photos, innerFolds, 0)
  const regression = await LogisticRegression.open(examples, options)
  const averages = new Map<number, number[]>()
  try {
    for (let fold = 0; fold < innerFolds; fold++) {
      const rowWeights = Float32Array.from({ length: examples.photos * examples.views }, (_, row) =>
        foldOf[row % examples.photos] === fold ? 0 : 1 / examples.views,
      )
      const model = await regression.fit({ c, rowWeights })
      const answers: number[][][] = []
      for (const { rows, width: columns } of seen)
        answers.push(softmaxRows(await linearLogits(model, rows, columns), temperature))
      const means = averageViews(answers[0], answers.slice(1))
      for (const [i, mean] of means.entries()) if (foldOf[i] === fold) averages.set(i, mean)
    }
  } finally {
    await regression.close()
  }
  const logits = [...averages.values()].map(row => row.map(p => Math.log(Math.max(p, Number.MIN_VALUE))))
  const truth = [...averages.keys()].map(i => learnt.photos[i].label)
  return (await fitTemperature(truth, logits)).temperature
}

/** The data set with these photos to learn from and to be asked about. */
export function divided(dataset: Dataset, learnt: readonly Photo[], asked: readonly Photo[]): Dataset {
  const photos = [
    ...learnt.map(photo => ({ ...photo, split: 'train' as const })),
    ...asked.map(photo => ({ ...photo, split: 'valid' as const })),
  ]
  return { ...dataset, photos }
}
