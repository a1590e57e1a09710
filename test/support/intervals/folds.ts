import { RandomStream } from '../../../src/core/index.js'
import { aucWithinFolds } from '../../../src/doctor/shortcuts/auc.js'
import { repeatedAccuracy } from '../../../src/evaluate/index.js'
import { type Cloud, nearestMean, type Point, pointsOf } from './points.js'
import { mean, type World } from './world.js'

const FOLDS = 5
const REPEATS = 3
const COUNT = 50
/** What models of all draws truly come to: the mean of so many. */
const TRUTHS = 2000

/** Accuracy over three rounds of five folds. */
export const folded: readonly World[] = [0.5, 1, 2].map((apart): World => {
  const cloud = { width: 3, apart }
  const truth = lazily(() => meanOf(random => crossValidated(random, cloud).truth, `folds ${apart}`))
  return {
    figure: 'accuracy over folds',
    what: `${COUNT} points, classes ${apart} apart`,
    draw: random => ({ interval: crossValidated(random, cloud).interval, truth: truth() }),
  }
})

function crossValidated(random: RandomStream, cloud: Cloud) {
  const points = pointsOf(random, cloud, COUNT)
  const truths: number[] = []
  const scores = Array.from({ length: REPEATS }, () => dealt(random, points)).flatMap(parts =>
    parts.map(held => {
      const learnt = parts.filter(part => part !== held).flat()
      const model = nearestMean(learnt, cloud)
      truths.push(model.accuracy)
      const right = held.filter(({ at, label }) => model.says(at) === label).length
      return { count: held.length, right, train: learnt.length }
    }),
  )
  return { ...repeatedAccuracy(scores, COUNT), truth: mean(truths) }
}

/** Folds with as many of both classes in each. */
function dealt(random: RandomStream, points: readonly Point[]): Point[][] {
  const order = [0, 1].flatMap(label => random.shuffle(points.filter(point => point.label === label)))
  return Array.from({ length: FOLDS }, (_, fold) => order.filter((_, i) => i % FOLDS === fold))
}

/** How well something tells classes apart out of cross-validation, as the search for shortcuts says it. */
export const areas: readonly World[] = [0, 1, 3].map((apart): World => {
  const cloud = { width: 3, apart }
  // Of no difference every fit has an area of a half.
  const truth = lazily(() =>
    apart === 0 ? 0.5 : meanOf(random => area(random, cloud).truth, `areas ${apart}`),
  )
  return {
    figure: 'area under the ROC curve, out of folds',
    what: `${COUNT} points, classes ${apart} apart`,
    draw: random => ({ interval: area(random, cloud).interval, truth: truth() }),
  }
})

function area(random: RandomStream, cloud: Cloud) {
  const folds = dealt(random, pointsOf(random, cloud, COUNT))
  const models = folds.map(held => nearestMean(folds.filter(fold => fold !== held).flat(), cloud))
  const all = folds.flatMap((held, fold) => held.map(point => ({ point, fold })))
  const figure = aucWithinFolds(
    all.map(({ point }) => point.label === 1),
    Float64Array.from(all, ({ point, fold }) => models[fold].score(point.at)),
    all.map(({ fold }) => fold),
  )
  return { interval: figure?.interval ?? ([0, 1] as const), truth: mean(models.map(({ auc }) => auc)) }
}

function meanOf(draw: (random: RandomStream) => number, name: string): number {
  const random = RandomStream.fromSeed(13).fork('truth', name)
  return mean(Array.from({ length: TRUTHS }, (_, i) => draw(random.fork(i))))
}

function lazily(find: () => number): () => number {
  let found: number | undefined
  return () => {
    found ??= find()
    return found
  }
}
