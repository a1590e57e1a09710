import type { RandomStream } from '../../../core/index.js'
import type { Photo } from '../../../dataset/index.js'
import { stageSchema, weightsIn, weightTensors } from '../../checkpoint/index.js'
import type { HeadWeights } from '../../heads/index.js'
import type { Validation } from '../../loop/index.js'
import type { NetworkWeights } from '../../network/index.js'
import { runStage, type Stage } from '../../stages/index.js'
import type { RecipeOptions } from '../recipe.js'
import { type Pace, paced } from './pace.js'
import type { Tuner } from './tuner.js'
import { scheduleOf, tuningEpochs } from './values.js'

/** What progress and reports call it. */
export const tuningStage = 'fine-tuning'
/** What a checkpoint calls the fine-tuned network. */
const tunedName = 'fine-tuned'

export interface TuneOptions extends RecipeOptions {
  readonly open: (signal: AbortSignal | undefined) => Promise<Tuner>
  readonly pace: Pace
  /** What it begins with, on the pretrained trunk. */
  readonly head: HeadWeights
  /** Whether one epoch at lower rates is enough. */
  readonly isBrief?: boolean | undefined
  readonly photos: readonly Photo[]
  /** Measures logits of the validation photos. */
  readonly held: readonly Photo[]
  readonly measure: (logits: readonly number[][]) => Validation
}

/** What a fine-tuning came to. */
export interface TunedWeights {
  readonly weights: NetworkWeights
  readonly stage: Stage
}

/**
 * Fine-tunes in a stage of its own, measured after each epoch. Undefined where the network is worse than at the start
 * at every rate tried.
 */
export async function tune(
  random: RandomStream,
  { open, pace, head, isBrief, photos, held, measure, ...options }: TuneOptions,
): Promise<TunedWeights | undefined> {
  const { checkpoint, backbone, size = backbone.inputSize } = options
  const done = checkpoint?.get(tunedName)
  if (checkpoint && done) {
    const whole = () => backbone.network({ size, batch: 1 }).initializers
    const weights = weightsIn(checkpoint, tunedName, head, whole)
    return { weights, stage: checkpoint.checked(tunedName, stageSchema) }
  }
  const started = performance.now()
  const tuner = await open(options.signal)
  await tuner.views.lookAt(held, options.signal)
  const epochs = options.epochs ?? tuningEpochs(photos.length, isBrief ? 'brief' : 'whole')
  const stage = await paced({
    pace,
    tuner,
    photos,
    checkpoint,
    name: `${tunedName}, under way`,
    begin: () => tuner.begin({ head }, photos, random, async () => measure(await tuner.logits(held))),
    run: (work, divisor, saved, watch) =>
      runStage(work, scheduleOf(tuner.depth, epochs, work.batchesPerEpoch, { isBrief, divisor }), {
        ...options,
        name: tuningStage,
        started,
        saved,
        callbacks: [watch],
      }),
  })
  if (!stage) return undefined
  const weights = tuner.weights()
  checkpoint?.set(tunedName, { facts: stage, tensors: weightTensors(weights) })
  await checkpoint?.save()
  return { weights, stage }
}
