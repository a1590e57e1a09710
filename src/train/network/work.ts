import type { RandomStream } from '../../core/index.js'
import type { Validation } from '../loop/index.js'
import { StepWork, type StepWorkOptions } from '../steps/index.js'
import type { KeptBatch, NetworkBatch, NetworkTrainer } from './trainer.js'

export interface NetworkWorkOptions {
  readonly trainer: NetworkTrainer
  readonly batchSize: number
  readonly classes: number
  /** Rate of each group that learns, as a share of the schedule's. */
  readonly shares: readonly number[]
  /** Order, views and mixing come from it, by epoch and photo: whatever was drawn before. */
  readonly random: RandomStream
  readonly validate: () => Promise<Validation>
}

/**
 * Training a network on so many photos, in batches that are given. Photos that do not fill a batch are left out of an
 * epoch.
 */
export function networkWork<Batch extends NetworkBatch | KeptBatch>(
  { trainer, batchSize, shares, validate }: NetworkWorkOptions,
  photos: number,
  batches: StepWorkOptions<Batch>['batches'],
): StepWork<Batch> {
  return new StepWork({
    state: trainer,
    batchesPerEpoch: Math.floor(photos / batchSize),
    batches,
    step(batch, rate) {
      return trainer.step(
        batch,
        shares.map(share => share * rate),
      )
    },
    validate,
  })
}
