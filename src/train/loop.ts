import type { Schedule } from './schedule.js'

/** What is measured once an epoch is over. */
export interface Validation {
  readonly validLoss: number
  /** Share of validation photos whose most probable label is the true one, 0 to 1. */
  readonly accuracy: number
}

export interface EpochRecord extends Validation {
  /** Counted from 1. */
  readonly epoch: number
  /** Mean loss over the epoch's steps. */
  readonly trainLoss: number
  /** Learning rate of the epoch's last step. */
  readonly rate: number
}

/** What callbacks see while a fit runs. */
export interface FitState {
  readonly schedule: Schedule
  readonly steps: number
  /** Steps done so far. */
  step: number
  rate: number
  loss: number
  readonly epochs: EpochRecord[]
  /** A callback sets it to end the fit after the current epoch. */
  stopped: string | undefined
}

/** Hooks around the loop. `afterFit` always runs, also after an error. */
export interface Callback {
  afterStep?(state: FitState): void
  afterEpoch?(state: FitState): void
  afterFit?(state: FitState): void
}

/** The work the loop drives. */
export interface Trainable<Batch> {
  readonly batchesPerEpoch: number
  /** In order; ahead of time where that can be. */
  batches(epoch: number): Iterable<Batch> | AsyncIterable<Batch>
  /** One optimiser step; resolves to the loss before it. */
  step(batch: Batch, rate: number, step: number): Promise<number>
  validate(): Promise<Validation>
}

/** The training loop: everything beyond it is a callback. */
export async function fit<Batch>(
  work: Trainable<Batch>,
  schedule: Schedule,
  callbacks: readonly Callback[],
): Promise<EpochRecord[]> {
  const steps = schedule.epochs * work.batchesPerEpoch
  const state: FitState = { schedule, steps, step: 0, rate: 0, loss: 0, epochs: [], stopped: undefined }
  try {
    for (let epoch = 0; epoch < schedule.epochs && state.stopped === undefined; epoch++) {
      let sum = 0
      for await (const batch of work.batches(epoch)) {
        state.rate = schedule.rate(state.step)
        state.loss = await work.step(batch, state.rate, state.step)
        state.step++
        sum += state.loss
        for (const callback of callbacks) callback.afterStep?.(state)
      }
      const trainLoss = sum / work.batchesPerEpoch
      state.epochs.push({ epoch: epoch + 1, trainLoss, rate: state.rate, ...(await work.validate()) })
      for (const callback of callbacks) callback.afterEpoch?.(state)
    }
  } finally {
    for (const callback of callbacks) callback.afterFit?.(state)
  }
  return state.epochs
}
