import type { RandomStream } from '../../core/index.js'
import type { Features } from '../features/index.js'
import type { Restorable, Trainable, Validation } from '../loop/index.js'
import type { StepState } from '../steps/index.js'
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
export class HeadWork implements Trainable<HeadBatch>, Restorable<StepState> {
  readonly batchesPerEpoch: number

  constructor(private readonly options: HeadWorkOptions) {
    this.batchesPerEpoch = Math.floor(options.features.photos.length / options.batchSize)
  }

  *batches(epoch: number, from = 0): Generator<HeadBatch> {
    const { features, classes, batchSize, random } = this.options
    const { photos, width, views } = features
    const rows = views[epoch % views.length]
    const order = random.fork('order', epoch).permutation(photos.length)
    for (let b = from; b < this.batchesPerEpoch; b++) {
      const batch = new Float32Array(batchSize * width)
      const targets = new Float32Array(batchSize * classes)
      for (let i = 0; i < batchSize; i++) {
        const photo = order[b * batchSize + i]
        batch.set(rows.subarray(photo * width, (photo + 1) * width), i * width)
        targets[i * classes + photos[photo].label] = 1
      }
      yield { features: batch, targets }
    }
  }

  step(batch: HeadBatch, rate: number): Promise<number> {
    return this.options.trainer.step(batch, rate)
  }

  validate(): Promise<Validation> {
    return this.options.validate()
  }

  snapshot(): StepState {
    return this.options.trainer.snapshot()
  }

  current(): StepState {
    return this.options.trainer.current()
  }

  restore(snapshot: StepState): void {
    this.options.trainer.restore(snapshot)
  }
}
