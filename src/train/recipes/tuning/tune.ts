import type { RandomStream } from '../../../core/index.js'
import type { Photo } from '../../../dataset/index.js'
import { FitCheckpoint, stageSchema, weightsIn, weightTensors } from '../../checkpoint/index.js'
import type { Validation } from '../../loop.js'
import type { NetworkWeights } from '../../network/trainer.js'
import { runStage, type Stage } from '../../stage.js'
import type { RecipeOptions } from '../recipe.js'
import type { Tuner, TuningStart } from './tuner.js'
import { scheduleOf, tuningEpochs } from './values.js'

/** What a checkpoint calls the fine-tuned network. */
const tunedName = 'fine-tuned'

export interface TuneOptions extends RecipeOptions {
  readonly open: () => Promise<Tuner>
  readonly start: TuningStart
  readonly photos: readonly Photo[]
  /** Measures logits of the validation photos. */
  readonly held: readonly Photo[]
  readonly measure: (logits: readonly number[][]) => Validation
}

/** Fine-tunes in a stage of its own, measured after each epoch. */
export async function tune(
  random: RandomStream,
  { open, start, photos, held, measure, ...options }: TuneOptions,
): Promise<{ weights: NetworkWeights; stage: Stage }> {
  const { checkpoint, backbone, size = backbone.inputSize } = options
  const done = checkpoint?.get(tunedName)
  if (checkpoint && done) {
    const whole = () => backbone.network({ size, batch: 1 }).initializers
    const weights = weightsIn(checkpoint, tunedName, start.head, whole)
    return { weights, stage: checkpoint.checked(tunedName, stageSchema) }
  }
  const started = performance.now()
  const tuner = await open()
  const saved = checkpoint && new FitCheckpoint(checkpoint, `${tunedName}, under way`)
  const work = tuner.begin(start, photos, random, async () => measure(await tuner.logits(held)))
  const epochs = options.epochs ?? tuningEpochs(photos.length, start.trunk ? 'rest' : 'whole')
  const schedule = scheduleOf(tuner.depth, epochs, work.batchesPerEpoch)
  const stage = await runStage(work, schedule, { ...options, name: 'fine-tuning', started, saved })
  const weights = tuner.weights()
  saved?.forget()
  checkpoint?.set(tunedName, { facts: stage, tensors: weightTensors(weights) })
  await checkpoint?.save()
  return { weights, stage }
}
