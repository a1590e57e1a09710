import type { Validation } from '../loop/index.js'
import { NetworkTrainer, type NetworkTrainerOptions, type NetworkWeights } from './trainer.js'
import { NetworkWork, type NetworkWorkOptions } from './work.js'

export interface NetworkRun
  extends Omit<NetworkTrainerOptions, 'size'>,
    Omit<NetworkWorkOptions, 'trainer' | 'classes' | 'validate'> {
  /** Measures the network as it stands. */
  readonly validate: (weights: NetworkWeights) => Promise<Validation>
  /** Takes what was learnt, also where the run ended early. */
  readonly keep: (weights: NetworkWeights) => Promise<void> | void
}

/** Opens a network for training, does something with it as work for the loop, and closes it again. */
export async function withNetwork<Result>(
  options: NetworkRun,
  use: (work: NetworkWork) => Promise<Result>,
): Promise<Result> {
  const { rule, head, validate, keep } = options
  const trainer = await NetworkTrainer.open({ ...options, size: rule.size })
  const work = new NetworkWork({
    ...options,
    trainer,
    classes: head.classes,
    validate: () => validate(trainer.weights()),
  })
  try {
    return await use(work)
  } finally {
    await keep(trainer.weights())
    await Promise.all([trainer.close(), work.close()])
  }
}
