import { adamw } from '../../autodiff/index.js'
import type { RandomStream, Tensor } from '../../core/index.js'
import { fitTemperature, type Rows } from '../../evaluate/index.js'
import { type PhotoReader, SIDE_ON, type ViewRule } from '../../images/index.js'
import type { Photo } from '../../project/index.js'
import { FitCheckpoint, stageSchema, weightsIn, weightTensors } from '../checkpoint/index.js'
import type { Classifier, HeadWeights } from '../classifier.js'
import { linearHead } from '../head.js'
import type { Callback, Validation } from '../loop.js'
import { trunkAndHead } from '../network/groups.js'
import { type NetworkRun, withNetwork } from '../network/run.js'
import type { NetworkWeights } from '../network/trainer.js'
import { tunedBackbone } from '../network/tuned.js'
import { oneCycle } from '../schedule.js'
import { runFit, runStage, type Stage } from '../stage.js'
import type { Tensors } from '../step-runner.js'
import type { RecipeOptions } from './recipe.js'

/** Values of the recipe that fine-tuned best on several sets (docs/decisions/0018-fine-tuning.md). */
const batchSize = 8
const trunkRate = 2e-4
/** The head, which starts where logistic regression ended, learns this many times faster. */
const headFactor = 3
const weightDecay = 0.01
const labelSmoothing = 0.1
const dropout = 0.2
const averageDecay = 0.98
/** Epochs of many photos; few are seen more often, for that many steps at least, but not for more epochs than the last. */
const lengths = {
  /** From the frozen network on. */
  whole: { epochs: 4, steps: 160, most: 12 },
  /** To find out whether it pays. */
  probe: { epochs: 4, steps: 120, most: 9 },
  /** From where the probe ended, now on all photos. */
  rest: { epochs: 2, steps: 60, most: 5 },
} as const

/** What a fine-tuning starts from: a head on a frozen trunk, which reads its features raw. */
export interface TuningStart extends Pick<Classifier, 'spec'> {
  readonly rule: ViewRule
  readonly weights: HeadWeights
  /** What the trunk has learnt already; nothing by default. */
  readonly trunk?: Tensors | undefined
  /** Values the head reads. */
  readonly width: number
}

/** Epochs of a fine-tuning, or a part of one, on so many photos. */
export function tuningEpochs(photos: number, part: keyof typeof lengths): number {
  const { epochs, steps, most } = lengths[part]
  const batches = Math.max(1, Math.floor(photos / batchSize))
  return Math.min(most, Math.max(epochs, Math.ceil(steps / batches)))
}

/**
 * What a head's logits are best divided by before fine-tuning: as sure as label smoothing wants it on the photos learnt
 * from. Else the first steps would do little but take its confidence away.
 */
export function calmness(truth: readonly number[], logits: Rows): number {
  // With so many imaginary photos a class, the targets of Platt's temperature are those of label smoothing.
  const imaginary = (truth.length * labelSmoothing) / (logits[0].length * (1 - labelSmoothing))
  return fitTemperature(truth, logits, imaginary).temperature
}

/** Fine-tunes all layers in a stage of its own, measured after each epoch. */
export async function tune(
  start: TuningStart,
  photos: readonly Photo[],
  reader: PhotoReader,
  random: RandomStream,
  options: RecipeOptions & { readonly validate: (weights: NetworkWeights) => Promise<Validation> },
): Promise<{ weights: NetworkWeights; stage: Stage }> {
  const { checkpoint } = options
  const done = checkpoint?.get(tunedName)
  if (checkpoint && done) {
    const weights = weightsIn(checkpoint, tunedName, start.weights, () => trunkWeights(options))
    return { weights, stage: checkpoint.checked(tunedName, stageSchema) }
  }
  const started = performance.now()
  const epochs = options.epochs ?? tuningEpochs(photos.length, start.trunk ? 'rest' : 'whole')
  const saved = checkpoint && new FitCheckpoint(checkpoint, `${tunedName}, under way`)
  let weights: NetworkWeights = { trunk: new Map(), head: start.weights }
  const keep = (learnt: NetworkWeights) => {
    weights = learnt
  }
  const run = { ...runOf(start, photos, reader, random, options), validate: options.validate, keep }
  const stage = await withNetwork(run, work => {
    const schedule = scheduleOf(epochs, work.batchesPerEpoch)
    return runStage(work, schedule, { ...options, name: 'fine-tuning', started, saved })
  })
  saved?.forget()
  checkpoint?.set(tunedName, { facts: stage, tensors: weightTensors(weights) })
  await checkpoint?.save()
  return { weights, stage }
}

/** What a checkpoint calls the fine-tuned network. */
const tunedName = 'fine-tuned'

/** All weights of the trunk, for their shapes. */
export function trunkWeights({
  backbone,
  size = backbone.inputSize,
}: RecipeOptions): ReadonlyMap<string, Tensor> {
  return backbone.network({ size, batch: 1 }).initializers
}

/** What progress and log call the comparison. */
export const comparison = 'does fine-tuning pay?'

export interface UnseenOptions extends RecipeOptions {
  readonly onStep: (done: number, total: number) => void
  readonly saved?: FitCheckpoint | undefined
}

/** Fine-tunes all layers on some photos without looking at any others; calls back after each step. */
export async function tuneUnseen(
  start: TuningStart,
  photos: readonly Photo[],
  epochs: number,
  reader: PhotoReader,
  random: RandomStream,
  { onStep, saved, ...options }: UnseenOptions,
): Promise<NetworkWeights> {
  let weights: NetworkWeights = { trunk: new Map(), head: start.weights }
  const keep = (learnt: NetworkWeights) => {
    weights = learnt
  }
  const validate = () => Promise.resolve({ validLoss: Number.NaN, accuracy: Number.NaN })
  const callbacks = (): Callback[] => [
    {
      afterStep({ step, steps, rate, loss }) {
        onStep(step, steps)
        options.log?.({ event: 'step', stage: comparison, step, rate, loss })
      },
    },
  ]
  await withNetwork({ ...runOf(start, photos, reader, random, options), validate, keep }, work =>
    runFit(work, scheduleOf(epochs, work.batchesPerEpoch), { callbacks, saved, signal: options.signal }),
  )
  return weights
}

function scheduleOf(epochs: number, batches: number) {
  return oneCycle(trunkRate * headFactor, epochs, batches, {
    label: `${trunkRate}, head ${Number((trunkRate * headFactor).toPrecision(3))}`,
  })
}

function runOf(
  { spec, rule, weights, width, trunk }: TuningStart,
  photos: readonly Photo[],
  reader: PhotoReader,
  random: RandomStream,
  { backbone, dataset, device, threads, notice, signal }: RecipeOptions,
): Omit<NetworkRun, 'validate' | 'keep'> {
  const head = linearHead(width, dataset.labels.length, { dropout })
  return {
    backbone: trunk ? tunedBackbone(backbone, trunk) : backbone,
    spec,
    head,
    weights,
    rule,
    photos,
    reader,
    random,
    device,
    threads,
    notice,
    signal,
    root: dataset.root,
    augmentation: SIDE_ON,
    batchSize: Math.min(batchSize, photos.length),
    groups: trunkAndHead(backbone, head),
    shares: [1 / headFactor, 1],
    optimizer: adamw({ weightDecay }),
    labelSmoothing,
    averageDecay,
    batchNorm: 'none',
  }
}
