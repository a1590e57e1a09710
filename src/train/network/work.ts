import type { RandomStream } from '../../core/index.js'
import type { Photo } from '../../dataset/index.js'
import { type Augmentation, drawAugmentation } from '../../images/index.js'
import { BatchLoader, type BatchLoaderOptions, type LoadedBatch } from '../loading/index.js'
import type { Restorable, Trainable, Validation } from '../loop/index.js'
import type { StepState } from '../steps/index.js'
import { type MixOptions, mixBatch } from './mix.js'
import type { NetworkBatch, NetworkTrainer } from './trainer.js'

export interface NetworkWorkOptions extends BatchLoaderOptions, MixOptions {
  readonly trainer: NetworkTrainer
  readonly photos: readonly Photo[]
  readonly batchSize: number
  readonly classes: number
  /** Drawn anew for each photo and epoch; plain views without it. */
  readonly augmentation?: Augmentation | undefined
  /** Rate of each group that learns, as a share of the schedule's. */
  readonly shares: readonly number[]
  /** Order, views and mixing come from it, by epoch and photo: whatever was drawn before. */
  readonly random: RandomStream
  readonly validate: () => Promise<Validation>
}

/**
 * Training a whole network on photos, read and varied while it learns. Each epoch goes through them in a new order;
 * photos that do not fill a batch are left out of that epoch.
 */
export class NetworkWork implements Trainable<NetworkBatch>, Restorable<StepState> {
  readonly batchesPerEpoch: number
  private readonly loader: BatchLoader

  constructor(private readonly options: NetworkWorkOptions) {
    this.batchesPerEpoch = Math.floor(options.photos.length / options.batchSize)
    this.loader = new BatchLoader(options)
  }

  async *batches(epoch: number, from = 0): AsyncGenerator<NetworkBatch> {
    const { photos, augmentation, random, batchSize } = this.options
    const items = random
      .fork('order', epoch)
      .shuffle(photos)
      .slice(from * batchSize)
      .map(photo => ({
        photo,
        draw: augmentation
          ? drawAugmentation(random.fork('augment', epoch, photo.sha256), augmentation)
          : null,
      }))
    let number = from
    for await (const loaded of this.loader.epoch(items, batchSize, { dropLast: true })) {
      const batch = { pixels: loaded.pixels, targets: this.targets(loaded) }
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

  current(): StepState {
    return this.options.trainer.current()
  }

  restore(state: StepState): void {
    this.options.trainer.restore(state)
  }

  /** Ends the loader's threads, where it has its own. */
  async close(): Promise<void> {
    await this.loader.close()
  }

  /** One-hot rows. */
  private targets({ photos }: LoadedBatch<Photo>): Float32Array {
    const { batchSize, classes } = this.options
    const targets = new Float32Array(batchSize * classes)
    for (const [i, { label }] of photos.entries()) targets[i * classes + label] = 1
    return targets
  }
}
