import type { RandomStream } from '../../core/index.js'
import { type Augmentation, drawAugmentation } from '../../images/index.js'
import type { Photo } from '../../project/index.js'
import type { Restorable } from '../callbacks.js'
import type { Trainable, Validation } from '../loop.js'
import type { StepState } from '../step-runner.js'
import { type MixOptions, mixBatch } from './mix.js'
import { type PhotoBatchesOptions, photoBatches } from './photos.js'
import type { NetworkBatch, NetworkTrainer } from './trainer.js'

export interface NetworkWorkOptions extends PhotoBatchesOptions, MixOptions {
  readonly trainer: NetworkTrainer
  readonly photos: readonly Photo[]
  /** Drawn anew for each photo and epoch; plain views without it. */
  readonly augmentation?: Augmentation | undefined
  /** Rate of each group that learns, as a share of the schedule's. */
  readonly shares: readonly number[]
  /** Order, views and mixing come from it, by epoch and photo: whatever was drawn before. */
  readonly random: RandomStream
  readonly validate: () => Promise<Validation>
}

/** Training a whole network on photos, read and varied while it learns. */
export class NetworkWork implements Trainable<NetworkBatch>, Restorable<StepState> {
  readonly batchesPerEpoch: number

  constructor(private readonly options: NetworkWorkOptions) {
    this.batchesPerEpoch = Math.floor(options.photos.length / options.batchSize)
  }

  async *batches(epoch: number): AsyncGenerator<NetworkBatch> {
    const { photos, augmentation, random, batchSize } = this.options
    const order = random.fork('order', epoch).shuffle(photos)
    const view = ({ path }: Photo) =>
      augmentation ? drawAugmentation(random.fork('augment', epoch, path), augmentation) : null
    let number = 0
    for await (const batch of photoBatches(order, view, this.options)) {
      mixBatch(batch, batchSize, random.fork('mix', epoch, number++), this.options)
      yield batch
    }
  }

  step(batch: NetworkBatch, rate: number): Promise<number> {
    const { trainer, shares } = this.options
    return trainer.step(
      batch,
      shares.map(share => share * rate),
    )
  }

  validate(): Promise<Validation> {
    return this.options.validate()
  }

  snapshot(): StepState {
    return this.options.trainer.snapshot()
  }

  restore(state: StepState): void {
    this.options.trainer.restore(state)
  }
}
