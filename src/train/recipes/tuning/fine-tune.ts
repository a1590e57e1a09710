import { float32, type RandomStream } from '../../../core/index.js'
import { accuracy, logLoss, predictions, softmaxRows } from '../../../evaluate/index.js'
import type { PhotoReader } from '../../../images/index.js'
import { type Classifier, type HeadWeights, headProbabilities } from '../../heads/index.js'
import { type NetworkWeights, tunedBackbone } from '../../network/index.js'
import type { Stage } from '../../stages/index.js'
import { type AutoFeatures, firstColumns } from '../frozen/index.js'
import type { RecipeOptions } from '../recipe.js'
import type { TuningDecision } from './choice.js'
import { doSomeStandBy, labelsOf, type Trial } from './folds.js'
import { type TunedWeights, tune } from './tune.js'
import { calmness, type Depth } from './values.js'

/** What progress calls looking at photos through the tuned network: "validation photos (tuned)". */
export function tunedTask(task: string): string {
  return `${task.replace(/ \(.*\)$/, '')} (tuned)`
}

export interface Tuned {
  readonly classifier: Classifier
  /** What the trained trunk sees. */
  readonly features: AutoFeatures
  readonly stage: Stage
}

/**
 * Fine-tunes all layers from the frozen classifier on. Where a little is enough, the mean of the networks that were compared
 * is taken as it is, unless there are photos that none of them learnt from: a little is learnt from all of them then.
 * Undefined where fine-tuning only spoils it.
 */
export async function fineTune(
  trial: Trial & { readonly reader: PhotoReader },
  frozen: Classifier,
  asked: TuningDecision,
  random: RandomStream,
): Promise<Tuned | undefined> {
  const { features } = trial
  const { temperature = 1, temperatureFrom, isBrief } = asked
  const { photos } = await features.of(frozen.rule.resize, 'train')
  const { photos: held } = await features.of(frozen.rule.resize, 'valid')
  const depth: Depth = isBrief ? 'last' : 'all'
  const learnt = doSomeStandBy(photos.length, trial.dataset.labels) ? undefined : asked.learnt
  await features.rest()
  const truth = labelsOf(held)
  const measure = (logits: readonly number[][]) => {
    const rows = softmaxRows(logits, temperature)
    return { validLoss: logLoss(truth, rows) ?? 0, accuracy: accuracy(truth, predictions(rows)) ?? 0 }
  }
  const accuracyOf: Measured = async weights => {
    const { views } = await trial.open(depth, trial.signal)
    await views.lookAt(held, trial.signal)
    return measure(await views.logits(held, weights)).accuracy
  }
  const learn = async () => {
    const open = (signal: AbortSignal | undefined) => trial.open(depth, signal)
    const head = await calmed(frozen, trial)
    return tune(random.fork('fine-tuning'), { ...trial, open, head, isBrief, photos, held, measure })
  }
  const done = learnt ? await asItIs(learnt, accuracyOf) : await learn()
  if (!done) return undefined
  const { weights, stage } = done
  const classifier = {
    ...tunedClassifier(frozen, weights, temperature, trial),
    temperatureFrom,
  }
  const { backbone } = classifier
  const own = { ...trial, backbone, store: undefined }
  return { classifier, features: features.through(own, tunedTask), stage }
}

/** Accuracy of a network on the validation photos. */
type Measured = (weights: NetworkWeights) => Promise<number>

/** The mean of networks that each went without a part of the photos predicts: nothing more is learnt. */
async function asItIs(weights: NetworkWeights, accuracyOf: Measured): Promise<TunedWeights> {
  const started = performance.now()
  const stage: Stage = {
    name: 'fine-tuning',
    schedule: 'the mean of the networks that were compared',
    epochs: [],
    accuracy: await accuracyOf(weights),
    seconds: (performance.now() - started) / 1000,
  }
  return { weights, stage }
}

/** The frozen classifier's head, as sure of the training photos as label smoothing wants it. */
async function calmed(classifier: Classifier, trial: Trial): Promise<HeadWeights> {
  const { rule, head, weights } = classifier
  const { features, device, threads, signal } = trial
  const { photos, views, width } = await features.of(rule.resize, 'train')
  const seen = firstColumns(views[0], width, head.features)
  const rows = await headProbabilities(classifier, seen, { device, threads })
  const logits = rows.map(row => row.map(p => Math.log(Math.max(p, Number.MIN_VALUE))))
  return scaled(weights, 1 / (await calmness(labelsOf(photos), logits, signal)))
}

function tunedClassifier(
  frozen: Classifier,
  { trunk, head }: NetworkWeights,
  temperature: number,
  { backbone }: RecipeOptions,
): Classifier {
  const weights = scaled(head, 1 / temperature)
  return { ...frozen, backbone: tunedBackbone(backbone, trunk), weights, temperature }
}

/** A linear head whose logits are this many times as large. */
function scaled(weights: HeadWeights, factor: number): HeadWeights {
  return new Map(
    Array.from(weights, ([name, { data, shape }]) => {
      const values = new Float32Array(data.length)
      for (let i = 0; i < values.length; i++) values[i] = data[i] * factor
      return [name, float32(values, shape)]
    }),
  )
}
