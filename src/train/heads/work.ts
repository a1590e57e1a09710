import type { RandomStream } from '../../core/index.js'
import type { Features } from '../features/index.js'
import type { Validation } from '../loop/index.js'
import { StepWork } from '../steps/index.js'
import type { HeadBatch, HeadTrainer } from './trainer.js'

export interface HeadWorkOptions {
  readonly trainer: HeadTrainer
  /** Training features; epoch e learns from view e, in turn. */
  readonly features: Features
  readonly classes: number
  readonly batchSize: number
  /** Draws the order of the photos, epoch by epoch. */
  readonly random: RandomStream
  readonly validate: () => Promise<Validation>
}

/**
 * Training a head on features already computed. Each epoch goes through the photos in a new order; photos that do not
 * fill a batch are left out of that epoch, as batch norm wants full batches.
 */
export function headWork(options: HeadWorkOptions): StepWork<HeadBatch> {
  const { trainer, features, batchSize, validate } = options
  return new StepWork({
    state: trainer,
    batchesPerEpoch: Math.floor(features.photos.length / batchSize),
    batches: (epoch, from) => batchesOf(options, epoch, from),
    step: (batch, rate) => trainer.step(batch, rate),
    validate,
  })
}

function* batchesOf(
  { features, classes, batchSize, random }: HeadWorkOptions,
  epoch: number,
  from: number,
): Generator<HeadBatch> {
  const { photos, width, views } = features
  const rows = views[epoch % views.length]
  const order = random.fork('order', epoch).permutation(photos.length)
  for (let start = from * batchSize; start + batchSize <= photos.length; start += batchSize) {
    const batch = new Float32Array(batchSize * width)
    const targets = new Float32Array(batchSize * classes)
    for (let i = 0; i < batchSize; i++) {
      const photo = order[start + i]
      batch.set(rows.subarray(photo * width, (photo + 1) * width), i * width)
      targets[i * classes + photos[photo].label] = 1
    }
    yield { features: batch, targets }
  }
}
