import type { RandomStream } from '../../core/index.js'
import type { Photo } from '../../dataset/index.js'
import type { Features } from '../features/index.js'
import type { Restorable, Trainable, Validation } from '../loop/index.js'
import type { StepState } from '../steps/index.js'
import type { KeptBatch, NetworkTrainer } from './trainer.js'

export interface KeptWorkOptions {
  readonly trainer: NetworkTrainer
  /** What was kept of some views of each photo, before the cut. */
  readonly kept: Features
  /** The photos to learn from, by their row. */
  readonly rows: readonly number[]
  readonly batchSize: number
  readonly classes: number
  /** Rate of each group that learns, as a share of the schedule's. */
  readonly shares: readonly number[]
  readonly random: RandomStream
  readonly validate: () => Promise<Validation>
}

/**
 * Training the part of a network behind a cut on views that were kept: in each epoch every photo is seen once, through
 * the next of its views. Photos that do not fill a batch are left out of that epoch.
 */
export class KeptWork implements Trainable<KeptBatch>, Restorable<StepState> {
  readonly batchesPerEpoch: number

  constructor(private readonly options: KeptWorkOptions) {
    this.batchesPerEpoch = Math.floor(options.rows.length / options.batchSize)
  }

  *batches(epoch: number, from = 0): Generator<KeptBatch> {
    const { rows, kept, random, batchSize } = this.options
    const order = random.fork('order', epoch).shuffle(rows)
    for (let number = from; number < this.batchesPerEpoch; number++) {
      const batch = order.slice(number * batchSize, (number + 1) * batchSize)
      const views = batch.map(row => this.viewOf(kept.photos[row], epoch))
      yield this.batch(batch, views)
    }
  }

  step(batch: KeptBatch, rate: number): Promise<number> {
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

  /** Each photo starts with another of its views. */
  private viewOf({ sha256 }: Photo, epoch: number): number {
    const { kept, random } = this.options
    return (random.fork('view', sha256).uint32() + epoch) % kept.views.length
  }

  private batch(rows: readonly number[], views: readonly number[]): KeptBatch {
    const { kept, classes } = this.options
    const { width } = kept
    const batch = {
      kept: new Float32Array(rows.length * width),
      targets: new Float32Array(rows.length * classes),
    }
    for (const [i, row] of rows.entries()) {
      batch.kept.set(kept.views[views[i]].subarray(row * width, (row + 1) * width), i * width)
      batch.targets[i * classes + kept.photos[row].label] = 1
    }
    return batch
  }
}
