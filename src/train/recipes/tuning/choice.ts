import { z } from 'zod'
import { featureWidth } from '../../../backbones/index.js'
import { float32, type RandomStream } from '../../../core/index.js'
import { foldsOf, type Photo } from '../../../dataset/index.js'
import { argmax, fitTemperature, lossOf, softmaxRows, wilson } from '../../../evaluate/index.js'
import { anyNumber, weightsIn, weightTensors } from '../../checkpoint/index.js'
import type { HeadWeights } from '../../heads/index.js'
import { LogisticRegression, linearLogits, standardization } from '../../logistic/index.js'
import type { Callback } from '../../loop/index.js'
import type { NetworkWeights } from '../../network/index.js'
import { runFit } from '../../stages/index.js'
import type { Tensors } from '../../steps/index.js'
import { type AutoFeatures, type Decision, examplesOf, unstandardized } from '../frozen/index.js'
import type { Candidate, RecipeOptions } from '../recipe.js'
import { type Pace, paced } from './pace.js'
import type { Tuner } from './tuner.js'
import { calmness, scheduleOf, tuningEpochs } from './values.js'

/**
 * Below this many mistakes on photos left out there is nothing to win that could be told from luck: with fewer than
 * three, even their disappearance without a new one is less lopsided than three tosses of a coin.
 */
const fewestWrong = 3
/** Photos below which a third says nothing about the others. */
const fewestPhotos = 40
/** Folds of the comparison: each costs a fine-tuning. Of many photos some stand by, to save time. */
const folds = 3
const mostCompared = 800
/** But so many of each class: with fewer nothing could be learnt of it. */
const leastOfClass = 6

/** Standard errors of the difference: more is luck once in twenty times. */
const luck = 2

/** What is heard of a network whose rates all prove too high. */
const tooFast = 'the network ended worse on photos that it learnt from than it began'
/** What a checkpoint calls the rehearsal of a fine-tuning that was asked for. */
const rehearsedName = 'rehearsed'
const rehearsedSchema = z.object({ chosen: z.boolean(), reason: z.string() })

/** What progress and log call the comparison. */
const comparison = 'does fine-tuning pay?'
const rehearsal = 'trying fine-tuning out'
/** What a checkpoint calls what came of it. */
const comparedName = 'compared'
const comparedSchema = z.object({ logits: z.array(z.array(z.array(anyNumber))) })

/** Whether to fine-tune, and why. */
export interface TuningDecision {
  readonly chosen: boolean
  /** A sentence. */
  readonly reason: string
  /** The two that were compared, if they were. */
  readonly candidates: readonly Candidate[]
  /** What logits of the fine-tuned network are best divided by. */
  readonly temperature: number
  /** The mean of the networks fine-tuned for the comparison: a start for one on all photos. */
  readonly learnt?: NetworkWeights | undefined
}

/**
 * Decides on the training photos alone whether fine-tuning pays. Cheap evidence first: where the frozen head makes
 * hardly a mistake, there is nothing to win. Else both are cross-validated, exact copies together: fine-tuning is chosen
 * unless its log loss is higher by more than luck explains. A tie goes to it because the third of the photos that each
 * fold goes without matters more to many weights than to few, and because the mean of the folds' networks is better than
 * each of them.
 */
export async function chooseTuning(
  decision: Decision,
  features: AutoFeatures,
  random: RandomStream,
  { open, pace }: { open: () => Promise<Tuner>; pace: Pace },
  options: RecipeOptions,
): Promise<TuningDecision> {
  const { fineTune = 'auto', checkpoint } = options
  if (fineTune === 'always') {
    const tryOut = () => rehearse(decision, features, random.fork('rehearsal'), { open, pace }, options)
    const { chosen, reason } = checkpoint
      ? await checkpoint.once(rehearsedName, rehearsedSchema, tryOut)
      : await tryOut()
    return without(reason, chosen)
  }
  if (fineTune === 'never') return without('Only the head learned, as asked for.')
  const { photos } = await features.of(decision.candidate.resize, 'train')
  if (photos.length < fewestPhotos)
    return without(
      `Only the head learned: ${photos.length} training photos are too few to find out whether fine-tuning pays.`,
    )
  if (decision.wrong < fewestWrong)
    return without(
      `Only the head learned: on photos left out it is wrong ${times(decision.wrong)} in ${photos.length}, so fine-tuning has next to nothing to win.`,
    )
  const foldOf = foldsOf(photos, partsOf(photos.length, options), random.fork('folds').uint32())
  const starts = await frozenFolds(decision, features, foldOf, folds, options)
  await features.rest()
  const tuner = await open()
  const compared = await tunedFolds(starts, tuner, pace, random, options)
  if (!compared)
    return without(
      `Only the head learned: with ${tuner.subject.toLowerCase()} fine-tuned ${tooFast}, at rates from ${pace.lowest(tuner)} on.`,
    )
  const { logits, weights } = compared
  const truth = starts.flatMap(({ held }) => held.map(photo => photo.label))
  const frozenLogits = starts.flatMap(fold => fold.logits)
  const frozen = await judged(truth, frozenLogits, options.signal)
  const tuned = await judged(truth, logits.flat(), options.signal)
  return { ...compare(frozen, tuned, tuner.subject), learnt: weights }
}

/**
 * Fine-tuning that was asked for is tried out on two thirds of the photos, and judged by the others beside the head alone:
 * it is done unless it loses by more than luck explains, at lower and lower rates. Few photos cannot be spared for that.
 */
async function rehearse(
  decision: Decision,
  features: AutoFeatures,
  random: RandomStream,
  { open, pace }: { open: () => Promise<Tuner>; pace: Pace },
  options: RecipeOptions,
): Promise<Pick<TuningDecision, 'chosen' | 'reason'>> {
  const asked = { chosen: true, reason: 'All layers were fine-tuned, as asked for.' }
  const { photos } = await features.of(decision.candidate.resize, 'train')
  if (photos.length < fewestPhotos) return asked
  const foldOf = foldsOf(photos, partsOf(photos.length, options), random.fork('folds').uint32())
  const [start] = await frozenFolds(decision, features, foldOf, 1, options)
  await features.rest()
  if (start.held.length === 0) return asked
  const tuner = await open()
  const truth = start.held.map(photo => photo.label)
  const frozen = await judged(truth, start.logits, options.signal)
  let lost = tooFast
  while (!pace.isOver) {
    const logits = await tunedFold(start, 0, tuner, pace, random, rehearsal, options)
    if (!logits) break
    const tuned = await judged(truth, logits, options.signal)
    const { gain, error } = gainOf(frozen, tuned)
    if (gain > -luck * error) return asked
    lost =
      `of ${truth.length} training photos left out the head alone is wrong on ${frozen.wrong} (log loss ${mean(frozen.losses).toFixed(3)}), ` +
      `with all layers fine-tuned on ${tuned.wrong} (${mean(tuned.losses).toFixed(3)})`
    await pace.slowDown(tuner, 'lost to the head alone on photos left out')
  }
  return {
    chosen: false,
    reason:
      `Only the head was kept, although all layers were to be fine-tuned: ${lost}, ` +
      `at rates down to ${pace.lowest(tuner)}.`,
  }
}

/** Folds of the comparison, and as many parts that stand by. */
function partsOf(photos: number, { dataset }: RecipeOptions): number {
  const compared = Math.max(mostCompared, leastOfClass * dataset.labels.length)
  return Math.max(folds, Math.ceil((photos * folds) / compared))
}

function without(reason: string, chosen = false): TuningDecision {
  return { chosen, reason, candidates: [], temperature: 1 }
}

/** One fold: who teaches, who is judged, and the chosen head alone. */
interface Fold {
  readonly teaching: readonly Photo[]
  readonly held: readonly Photo[]
  /** The head learnt from those that teach, as fine-tuning starts from it, and its logits of the others. */
  readonly head: HeadWeights
  readonly logits: readonly number[][]
}

async function frozenFolds(
  { candidate, c }: Decision,
  features: AutoFeatures,
  foldOf: readonly number[],
  count: number,
  options: RecipeOptions,
): Promise<Fold[]> {
  const { backbone, dataset, signal } = options
  const plain = await features.of(candidate.resize, 'train')
  const width = featureWidth(backbone, candidate.spec)
  const change = standardization(plain.views[0], plain.width, width, candidate.blocks)
  const examples = examplesOf(plain, plain.views, change, dataset.labels.length)
  const rows = examples.rows.subarray(0, examples.photos * examples.width)
  const regression = await LogisticRegression.open(examples, options)
  const found: Fold[] = []
  try {
    for (let fold = 0; fold < count; fold++) {
      const teaches = foldOf.map(own => own < folds && own !== fold)
      const rowWeights = new Float32Array(examples.photos * examples.views)
      for (let row = 0; row < rowWeights.length; row++)
        if (teaches[row % examples.photos]) rowWeights[row] = 1 / examples.views
      const model = await regression.fit({ c, rowWeights, signal })
      const all = await linearLogits(model, rows, examples.width, signal)
      const teaching = plain.photos.filter((_, i) => teaches[i])
      const calm = await calmness(
        teaching.map(photo => photo.label),
        all.filter((_, i) => teaches[i]),
        signal,
      )
      // Of a class that no photo teaches nothing can be said.
      const taught = new Set(teaching.map(photo => photo.label))
      const isHeld = (photo: Photo, i: number) => foldOf[i] === fold && taught.has(photo.label)
      found.push({
        teaching,
        held: plain.photos.filter(isHeld),
        head: unstandardized(model, change, calm),
        logits: all.filter((_, i) => isHeld(plain.photos[i], i)),
      })
    }
  } finally {
    await regression.close()
  }
  return found
}

/** What the folds that are done came to. */
interface Compared {
  /** Of the photos left out, fold by fold. */
  readonly logits: readonly number[][][]
  /** The mean of the folds' weights. */
  readonly weights: NetworkWeights | undefined
}

/**
 * Fine-tunes on each fold's photos, and judges those left out. The mean of the folds' weights is kept: networks that
 * learnt from one start on are about as good as their mean, or less (Wortsman et al. 2022, "Model soups"). Undefined
 * where no rate suits the network.
 */
async function tunedFolds(
  starts: readonly Fold[],
  tuner: Tuner,
  pace: Pace,
  random: RandomStream,
  options: RecipeOptions,
): Promise<Compared | undefined> {
  const { checkpoint, progress } = options
  const task = comparison
  let { logits, weights } = kept(starts, options)
  progress?.({ kind: 'start', task, total: folds })
  for (const [fold, start] of starts.entries()) {
    if (fold < logits.length) continue
    const found = await tunedFold(start, fold, tuner, pace, random, comparison, options)
    if (!found) return undefined
    logits = [...logits, found]
    weights = joined(weights, tuner.weights(), fold)
    checkpoint?.set(comparedName, { facts: { logits }, tensors: weightTensors(weights) })
    await checkpoint?.save()
  }
  progress?.({ kind: 'end', task })
  return { logits, weights }
}

/** Fine-tunes on one fold's photos; logits of those left out, or undefined where no rate suits the network. */
async function tunedFold(
  { teaching, held, head }: Fold,
  fold: number,
  tuner: Tuner,
  pace: Pace,
  random: RandomStream,
  task: string,
  options: RecipeOptions,
): Promise<number[][] | undefined> {
  const { checkpoint, progress, signal, log } = options
  const nothing = () => Promise.resolve({ validLoss: Number.NaN, accuracy: Number.NaN })
  const total = task === comparison ? folds : 1
  const tell: Callback = {
    afterStep({ step, steps, rate, loss }) {
      progress?.({ kind: 'advance', task, done: fold + step / steps, total })
      log?.({ event: 'step', stage: task, fold: fold + 1, step, rate, loss })
    },
  }
  const done = await paced({
    pace,
    tuner,
    photos: teaching,
    checkpoint,
    name: `${task === comparison ? '' : 'rehearsal, '}fold ${fold + 1}, under way`,
    begin: () => tuner.begin({ head }, teaching, random.fork('fold', fold), nothing),
    run: (work, divisor, saved, watch) => {
      const epochs = tuningEpochs(teaching.length, 'fold')
      const schedule = scheduleOf(tuner.depth, epochs, work.batchesPerEpoch, divisor)
      return runFit(work, schedule, { callbacks: () => [tell, watch], saved, signal })
    },
  })
  return done && tuner.logits(held)
}

/** What a run that was cut off had come to. */
function kept(starts: readonly Fold[], options: RecipeOptions): Compared {
  const { checkpoint, backbone, size = backbone.inputSize } = options
  if (!checkpoint?.get(comparedName)) return { logits: [], weights: undefined }
  const { logits } = checkpoint.checked(comparedName, comparedSchema)
  if (logits.length > starts.length || logits.some((fold, i) => fold.length !== starts[i].held.length))
    throw checkpoint.broken('it judges other photos')
  const whole = () => backbone.network({ size, batch: 1 }).initializers
  return { logits, weights: weightsIn(checkpoint, comparedName, starts[0].head, whole) }
}

/** The mean of so many networks and one more. */
function joined(mean: NetworkWeights | undefined, more: NetworkWeights, count: number): NetworkWeights {
  if (!mean) return more
  const both = (a: Tensors, b: Tensors): Tensors =>
    new Map(
      Array.from(b, ([name, { data, shape }]) => {
        const before = a.get(name)?.data ?? data
        const joint = new Float32Array(data.length)
        for (let i = 0; i < joint.length; i++) joint[i] = before[i] + (data[i] - before[i]) / (count + 1)
        return [name, float32(joint, shape)]
      }),
    )
  return { trunk: both(mean.trunk, more.trunk), head: both(mean.head, more.head) }
}

interface Judged {
  readonly losses: readonly number[]
  readonly wrong: number
  readonly temperature: number
}

/** What each photo costs once the logits are as sure as they should be. */
async function judged(
  truth: readonly number[],
  logits: readonly number[][],
  signal: AbortSignal | undefined,
): Promise<Judged> {
  const { temperature } = await fitTemperature(truth, logits, { signal })
  const rows = softmaxRows(logits, temperature)
  return {
    losses: rows.map((row, i) => lossOf(row[truth[i]])),
    wrong: rows.filter((row, i) => argmax(row) !== truth[i]).length,
    temperature,
  }
}

/** How much less a photo costs after fine-tuning, and the standard error of that. */
function gainOf(frozen: Judged, tuned: Judged): { gain: number; error: number } {
  const gains = frozen.losses.map((loss, i) => loss - tuned.losses[i])
  const gain = mean(gains)
  const error = Math.sqrt(mean(gains.map(one => (one - gain) ** 2)) / Math.max(1, gains.length - 1))
  return { gain, error }
}

/** Exported for the test of the rule. */
export function compare(frozen: Judged, tuned: Judged, subject: string): TuningDecision {
  const count = frozen.losses.length
  const { gain, error } = gainOf(frozen, tuned)
  const chosen = gain > -luck * error
  const layers = subject.toLowerCase()
  const reason =
    `${chosen ? `${subject} were fine-tuned` : 'Only the head learned'}: in ${folds}-fold cross-validation on ${count} ` +
    `training photos the head alone is wrong on ${frozen.wrong} (log loss ${mean(frozen.losses).toFixed(3)}), with ` +
    `${layers} fine-tuned on ${tuned.wrong} (${mean(tuned.losses).toFixed(3)}); the standard error of the difference is ${error.toFixed(3)}` +
    (chosen && gain < luck * error
      ? ': a tie, which goes to fine-tuning, as it has a third of the photos still to learn from.'
      : '.')
  const row = (name: string, one: Judged, won: boolean): Candidate => ({
    name,
    accuracy: 1 - one.wrong / count,
    interval: wilson(count - one.wrong, count) ?? [0, 1],
    logLoss: mean(one.losses),
    chosen: won,
    note: `${folds}-fold cross-validation on ${count} photos`,
  })
  return {
    chosen,
    reason,
    candidates: [row('head alone', frozen, !chosen), row(`${layers} fine-tuned`, tuned, chosen)],
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
