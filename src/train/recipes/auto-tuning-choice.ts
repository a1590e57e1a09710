import { z } from 'zod'
import { featureWidth } from '../../backbones/index.js'
import type { RandomStream } from '../../core/index.js'
import { argmax, fitTemperature, lossOf, softmaxRows, wilson } from '../../evaluate/index.js'
import type { PhotoReader } from '../../images/index.js'
import { foldsOf, type Photo } from '../../project/index.js'
import { anyNumber, FitCheckpoint, weightsIn, weightTensors } from '../checkpoint/index.js'
import { LogisticRegression, linearLogits } from '../logistic.js'
import type { NetworkWeights } from '../network/trainer.js'
import { tunedBackbone } from '../network/tuned.js'
import { standardization } from '../standardize.js'
import { type Decision, examplesOf } from './auto-choice.js'
import { AutoFeatures } from './auto-features.js'
import { unstandardized } from './auto-head.js'
import {
  calmness,
  comparison,
  type TuningStart,
  trunkWeights,
  tuneUnseen,
  tuningEpochs,
} from './auto-tuning.js'
import type { Candidate, RecipeOptions } from './recipe.js'

/**
 * Below this many mistakes on photos left out there is nothing to win that could be told from luck: with fewer than
 * three, even their disappearance without a new one is less lopsided than three tosses of a coin.
 */
const fewestWrong = 3
/** Photos below which one half says nothing about the other. */
const fewestPhotos = 40
/** For the comparison one part of the photos judges and three teach; of many photos the rest stands by, to save time. */
const teachingParts = 3
const mostInPart = 200

/** What a checkpoint calls the network fine-tuned for the comparison. */
const comparedName = 'compared'
const comparedSchema = z.object({ logits: z.array(z.array(anyNumber)) })

/** Whether to fine-tune, and why. */
export interface TuningDecision {
  readonly chosen: boolean
  /** A sentence. */
  readonly reason: string
  /** The two that were compared, if they were. */
  readonly candidates: readonly Candidate[]
  /** What logits of the fine-tuned network are best divided by. */
  readonly temperature: number
  /** What the network learnt for the comparison: a start for the rest. */
  readonly learnt?: NetworkWeights | undefined
}

/**
 * Decides on the training photos alone whether fine-tuning all layers pays. Cheap evidence first: where the frozen head
 * makes hardly a mistake, there is nothing to win. Else both learn from three quarters of the photos (of many, from a
 * smaller part) and are judged by another quarter, exact copies together: fine-tuning is chosen unless its log loss is
 * higher by more than the standard error of that difference. A tie goes to it because the best of it is still to come:
 * the rest of the photos and of the epochs, which many weights need more than few.
 */
export async function chooseTuning(
  decision: Decision,
  features: AutoFeatures,
  reader: PhotoReader,
  random: RandomStream,
  options: RecipeOptions,
): Promise<TuningDecision> {
  const { fineTune, dataset } = options
  const without = (reason: string, chosen = false): TuningDecision => ({
    chosen,
    reason,
    candidates: [],
    temperature: 1,
  })
  if (fineTune === 'always') return without('All layers were fine-tuned, as asked for.', true)
  if (fineTune === 'never') return without('Only the head learned, as asked for.')
  if (fineTune === undefined)
    return without('Only the head learned: fine-tuning takes minutes, and was not asked for.')
  const { photos } = await features.of(decision.candidate.resize, 'train')
  if (photos.length < fewestPhotos)
    return without(
      `Only the head learned: ${photos.length} training photos are too few to find out whether fine-tuning pays.`,
    )
  if (decision.wrong < fewestWrong)
    return without(
      `Only the head learned: on photos left out it is wrong ${times(decision.wrong)} in ${photos.length}, so fine-tuning has next to nothing to win.`,
    )
  const roles = rolesOf(photos, random, dataset.labels)
  const frozen = await frozenPart(decision, features, roles, options)
  const { logits, weights } = await tunedPart(frozen, photos, roles, reader, random, options)
  const truth = frozen.held.map(photo => photo.label)
  const learnt = roles.filter(role => role === 'teaches').length
  return { ...compare(judged(truth, frozen.logits), judged(truth, logits), learnt), learnt: weights }
}

type Role = 'teaches' | 'judges' | 'rests'

/** Who teaches and who judges, drawn by class with exact copies together. */
function rolesOf(photos: readonly Photo[], random: RandomStream, labels: readonly string[]): Role[] {
  const folds = Math.max(teachingParts + 1, Math.ceil(photos.length / mostInPart))
  return foldsOf(photos, folds, random.fork('roles').uint32(), labels).map(fold => {
    if (fold === 0) return 'judges'
    return fold <= teachingParts ? 'teaches' : 'rests'
  })
}

interface FrozenPart {
  readonly start: TuningStart
  /** Photos that were not learnt from, and the head's logits for them. */
  readonly held: readonly Photo[]
  readonly logits: readonly number[][]
}

/** The chosen head, learnt from the photos that teach, and its logits of those that judge. */
async function frozenPart(
  { candidate, c }: Decision,
  features: AutoFeatures,
  roles: readonly Role[],
  options: RecipeOptions,
): Promise<FrozenPart> {
  const { backbone, dataset, size = backbone.inputSize } = options
  const plain = await features.of(candidate.resize, 'train')
  const width = featureWidth(backbone, candidate.spec)
  const change = standardization(plain.views[0], plain.width, width, candidate.blocks)
  const examples = examplesOf(plain, plain.views, change, dataset.labels.length)
  const regression = await LogisticRegression.open(examples, options)
  try {
    const share = 1 / examples.views
    const rowWeights = Float32Array.from({ length: examples.photos * examples.views }, (_, row) =>
      roles[row % examples.photos] === 'teaches' ? share : 0,
    )
    const model = await regression.fit({ c, rowWeights })
    const all = linearLogits(
      model,
      examples.rows.subarray(0, examples.photos * examples.width),
      examples.width,
    )
    const judging = plain.photos.filter((_, i) => roles[i] === 'judges')
    const truth = plain.photos.flatMap(({ label }, i) => (roles[i] === 'teaches' ? [label] : []))
    const calm = calmness(
      truth,
      all.filter((_, i) => roles[i] === 'teaches'),
    )
    const rule = { size, resize: candidate.resize }
    return {
      start: { spec: candidate.spec, rule, weights: unstandardized(model, change, calm), width },
      held: judging,
      logits: all.filter((_, i) => roles[i] === 'judges'),
    }
  } finally {
    await regression.close()
  }
}

/** What a network learns by fine-tuning on the same photos, and its logits of those that judge. */
async function tunedPart(
  { start, held }: FrozenPart,
  photos: readonly Photo[],
  roles: readonly Role[],
  reader: PhotoReader,
  random: RandomStream,
  options: RecipeOptions,
): Promise<{ logits: number[][]; weights: NetworkWeights }> {
  const { progress, checkpoint } = options
  if (checkpoint?.get(comparedName)) {
    const { logits } = checkpoint.checked(comparedName, comparedSchema)
    if (logits.length !== held.length)
      throw checkpoint.broken(`it judges ${logits.length} photos, not ${held.length}`)
    return {
      logits,
      weights: weightsIn(checkpoint, comparedName, start.weights, () => trunkWeights(options)),
    }
  }
  const saved = checkpoint && new FitCheckpoint(checkpoint, `${comparedName}, under way`)
  const learnt = photos.filter((_, i) => roles[i] === 'teaches')
  const task = comparison
  const epochs = tuningEpochs(learnt.length, 'probe')
  const onStep = (done: number, total: number) => {
    if (done === 1) progress?.({ kind: 'start', task, total })
    progress?.({ kind: 'advance', task, done, total })
  }
  const weights = await tuneUnseen(start, learnt, epochs, reader, random.fork('comparison'), {
    ...options,
    onStep,
    saved,
  })
  progress?.({ kind: 'end', task })
  const logits = await tunedLogits(start, weights, held, reader, options)
  saved?.forget()
  checkpoint?.set(comparedName, { facts: { logits }, tensors: weightTensors(weights) })
  await checkpoint?.save()
  return { logits, weights }
}

async function tunedLogits(
  { spec, rule, width }: TuningStart,
  weights: NetworkWeights,
  photos: readonly Photo[],
  reader: PhotoReader,
  options: RecipeOptions,
): Promise<number[][]> {
  const backbone = tunedBackbone(options.backbone, weights.trunk)
  const features = new AutoFeatures({ ...options, backbone, store: undefined, reader }, spec)
  try {
    const { views } = await features.extract(rule.resize, photos, 'judging fine-tuning')
    const [weight, bias] = ['linear.weight', 'linear.bias'].map(
      name => weights.head.get(name)?.data ?? new Float32Array(),
    )
    return linearLogits({ weight, bias }, views[0], width)
  } finally {
    await features.close()
  }
}

interface Judged {
  readonly losses: readonly number[]
  readonly wrong: number
  readonly temperature: number
}

/** What each photo costs once the logits are as sure as they should be. */
function judged(truth: readonly number[], logits: readonly number[][]): Judged {
  const { temperature } = fitTemperature(truth, logits)
  const rows = softmaxRows(logits, temperature)
  return {
    losses: rows.map((row, i) => lossOf(row[truth[i]])),
    wrong: rows.filter((row, i) => argmax(row) !== truth[i]).length,
    temperature,
  }
}

/** Exported for the test of the rule. */
export function compare(frozen: Judged, tuned: Judged, learnt: number): TuningDecision {
  const count = frozen.losses.length
  const gains = frozen.losses.map((loss, i) => loss - tuned.losses[i])
  const gain = mean(gains)
  const error = Math.sqrt(mean(gains.map(one => (one - gain) ** 2)) / Math.max(1, count - 1))
  const chosen = gain > -error
  const reason =
    `${chosen ? 'All layers were fine-tuned' : 'Only the head learned'}: learnt from ${learnt} training photos and ` +
    `judged by ${count} others, the head alone is wrong on ${frozen.wrong} (log loss ${mean(frozen.losses).toFixed(3)}), ` +
    `all layers on ${tuned.wrong} (${mean(tuned.losses).toFixed(3)}); the difference is known to ${error.toFixed(3)}.`
  const row = (name: string, one: Judged, won: boolean): Candidate => ({
    name,
    accuracy: 1 - one.wrong / count,
    interval: wilson(count - one.wrong, count) ?? [0, 1],
    logLoss: mean(one.losses),
    chosen: won,
    note: `learnt from ${learnt} photos, judged by ${count} others`,
  })
  return {
    chosen,
    reason,
    candidates: [row('head alone', frozen, !chosen), row('all layers', tuned, chosen)],
    temperature: tuned.temperature,
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function times(count: number): string {
  const rounded = Math.round(count)
  return rounded === 1 ? 'once' : `${rounded} times`
}
