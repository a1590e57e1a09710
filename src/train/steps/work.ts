import type { Restorable, Trainable, Validation } from '../loop/index.js'
import type { StepState } from './step-runner.js'

export interface StepWorkOptions<Batch> {
  /** Weights and the optimiser's state. */
  readonly state: Restorable<StepState>
  readonly batchesPerEpoch: number
  /** In order, from the given one on. */
  readonly batches: (epoch: number, from: number) => Iterable<Batch> | AsyncIterable<Batch>
  /** One optimiser step; the loss before it. */
  readonly step: (batch: Batch, rate: number) => Promise<number>
  readonly validate: () => Promise<Validation>
}

/** A training step as work for the loop: where batches come from is all that differs from one work to another. */
export class StepWork<Batch> implements Trainable<Batch>, Restorable<StepState> {
  readonly batchesPerEpoch: number

  constructor(private readonly options: StepWorkOptions<Batch>) {
    this.batchesPerEpoch = options.batchesPerEpoch
  }

  batches(epoch: number, from = 0): Iterable<Batch> | AsyncIterable<Batch> {
    return this.options.batches(epoch, from)
  }

  step(batch: Batch, rate: number): Promise<number> {
    return this.options.step(batch, rate)
  }

  validate(): Promise<Validation> {
    return this.options.validate()
  }

  snapshot(): StepState {
    return this.options.state.snapshot()
  }

  current(): StepState {
    const { state } = this.options
    return state.current?.() ?? state.snapshot()
  }

  restore(state: StepState): void {
    this.options.state.restore(state)
  }
}
