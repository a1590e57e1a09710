import { z } from 'zod'
import type { RandomStream } from '../../../core/index.js'
import { anyNumber, weightsIn, weightTensors } from '../../checkpoint/index.js'
import type { Callback } from '../../loop/index.js'
import type { NetworkWeights } from '../../network/index.js'
import { runFit } from '../../stages/index.js'
import type { RecipeOptions } from '../recipe.js'
import { type Fold, folds, type Trial } from './folds.js'
import { meanWith } from './mean-weights.js'
import { paced } from './pace.js'
import type { Tuner } from './tuner.js'
import { scheduleOf, tuningEpochs } from './values.js'

/** How folds are fine-tuned, and why. */
interface Purpose {
  /** What progress and log call it. */
  readonly task: string
  readonly folds: number
  /** What the checkpoint calls a fit's state. */
  readonly underWay: (fold: number) => string
  readonly manner: 'brief' | 'thorough'
  /** Folds that a run which is gone on with had done. */
  readonly recalled?: number | undefined
}

/** A comparison of all folds. */
interface Comparison extends Purpose {
  /** What a checkpoint calls what came of it. */
  readonly comparedName: string
}

/** One epoch at half the rate. */
export const briefly: Comparison = {
  task: 'does fine-tuning pay?',
  folds,
  underWay: fold => `brief fold ${fold}, under way`,
  comparedName: 'compared briefly',
  manner: 'brief',
}

export const thoroughly: Comparison = {
  task: 'does more fine-tuning pay?',
  folds,
  underWay: fold => `fold ${fold}, under way`,
  comparedName: 'compared',
  manner: 'thorough',
}

export const rehearsal: Purpose = {
  task: 'trying fine-tuning out',
  folds: 1,
  underWay: fold => `rehearsal, fold ${fold}, under way`,
  manner: 'thorough',
}

const comparedSchema = z.object({ logits: z.array(z.array(z.array(anyNumber))) })

/** What the folds that are done came to. */
export interface Compared {
  /** Of the photos left out, fold by fold. */
  readonly logits: readonly number[][][]
  /** The mean of the folds' weights, after a little fine-tuning: much of it learns from all photos anew. */
  readonly weights: NetworkWeights | undefined
}

/**
 * Fine-tunes on each fold's photos, and judges those left out. The mean of briefly tuned weights is kept. Undefined where no
 * rate suits the network.
 */
export async function tunedFolds(
  starts: readonly Fold[],
  tuner: Tuner,
  random: RandomStream,
  comparison: Comparison,
  trial: Trial,
): Promise<Compared | undefined> {
  const { checkpoint, progress } = trial
  const { task, comparedName, manner } = comparison
  let { logits, weights } = kept(starts, comparison, trial)
  const purpose = { ...comparison, recalled: logits.length }
  progress?.({ kind: 'start', task, total: folds })
  for (const [fold, start] of starts.entries()) {
    if (fold < logits.length) continue
    const found = await tunedFold(start, fold, tuner, random, purpose, trial)
    if (!found) return undefined
    logits = [...logits, found]
    if (manner === 'brief') weights = weights ? meanWith(weights, tuner.weights(), fold) : tuner.weights()
    checkpoint?.set(comparedName, {
      facts: { logits },
      tensors: weights ? weightTensors(weights) : new Map(),
    })
    await checkpoint?.save()
  }
  progress?.({ kind: 'end', task })
  return { logits, weights }
}

/** Fine-tunes on one fold's photos; logits of those left out, or undefined where no rate suits the network. */
export async function tunedFold(
  { teaching, held, head }: Fold,
  fold: number,
  tuner: Tuner,
  random: RandomStream,
  { task, folds: total, underWay, manner, recalled }: Purpose,
  { pace, checkpoint, progress, signal, log, epochs: asked }: Trial,
): Promise<number[][] | undefined> {
  const nothing = () => Promise.resolve({ validLoss: Number.NaN, accuracy: Number.NaN })
  const tell: Callback = {
    afterStep({ step, steps, rate, loss }) {
      progress?.({ kind: 'advance', task, done: fold + step / steps, total, recalled })
      log?.({ event: 'step', stage: task, fold: fold + 1, step, rate, loss })
    },
  }
  const done = await paced({
    pace,
    tuner,
    photos: teaching,
    checkpoint,
    name: underWay(fold + 1),
    begin: () => tuner.begin({ head }, teaching, random.fork('fold', fold), nothing),
    run: (work, divisor, saved, watch) => {
      const epochs = asked ?? tuningEpochs(teaching.length, manner)
      const isBrief = manner === 'brief'
      const schedule = scheduleOf(tuner.depth, epochs, work.batchesPerEpoch, { isBrief, divisor })
      return runFit(work, schedule, { callbacks: () => [tell, watch], saved, signal })
    },
  })
  return done && tuner.logits(held)
}

/** What a run that was cut off had come to. */
function kept(
  starts: readonly Fold[],
  { comparedName, manner }: Comparison,
  options: RecipeOptions,
): Compared {
  const { checkpoint, backbone, size = backbone.inputSize } = options
  if (!checkpoint?.get(comparedName)) return { logits: [], weights: undefined }
  const { logits } = checkpoint.checked(comparedName, comparedSchema)
  if (logits.length > starts.length || logits.some((fold, i) => fold.length !== starts[i].held.length))
    throw checkpoint.broken('it judges other photos')
  if (manner !== 'brief') return { logits, weights: undefined }
  const whole = () => backbone.network({ size, batch: 1 }).initializers
  return { logits, weights: weightsIn(checkpoint, comparedName, starts[0].head, whole) }
}
