import { BatchLoader, type BatchLoaderOptions } from '../loading/index.js'
import type { Validation } from '../loop/index.js'
import type { StepWork } from '../steps/index.js'
import { type PhotoWorkOptions, photoWork } from './photo-work.js'
import {
  type NetworkBatch,
  NetworkTrainer,
  type NetworkTrainerOptions,
  type NetworkWeights,
} from './trainer.js'

export interface NetworkRun
  extends Omit<NetworkTrainerOptions, 'size'>,
    BatchLoaderOptions,
    Omit<PhotoWorkOptions, 'trainer' | 'loader' | 'classes' | 'validate'> {
  /** Measures the network as it stands. */
  readonly validate: (weights: NetworkWeights) => Promise<Validation>
  /** Takes what was learnt, also where the run ended early. */
  readonly keep: (weights: NetworkWeights) => Promise<void> | void
}

/** Opens a network for training, does something with it as work for the loop, and closes it again. */
export async function withNetwork<Result>(
  options: NetworkRun,
  use: (work: StepWork<NetworkBatch>) => Promise<Result>,
): Promise<Result> {
  const { rule, head, validate, keep } = options
  const trainer = await NetworkTrainer.open({ ...options, size: rule.size })
  const loader = new BatchLoader(options)
  const work = photoWork({
    ...options,
    trainer,
    loader,
    classes: head.classes,
    validate: () => validate(trainer.weights()),
  })
  try {
    return await use(work)
  } finally {
    await keep(trainer.weights())
    await Promise.all([trainer.close(), loader.close()])
  }
}
