import { ChiquitoError } from '../../core/index.js'
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
  /** Of the losses of the epoch that is under way. */
  sum: number
  readonly epochs: EpochRecord[]
  /** A callback sets it to end the fit after the current epoch. */
  stopped: string | undefined
}

/** Where a fit stands between two steps. */
export type Position = Readonly<Pick<FitState, 'step' | 'sum' | 'epochs'>> & {
  readonly stopped?: string | undefined
}

/** Hooks around the loop. `afterFit` always runs, also after an error. */
export interface Callback {
  afterStep?(state: FitState): Promise<void> | void
  afterEpoch?(state: FitState): Promise<void> | void
  /** The person, or a caller's signal, ends the fit between two steps. */
  afterInterrupt?(state: FitState): Promise<void> | void
  afterFit?(state: FitState): void
}

/** The work the loop drives. */
export interface Trainable<Batch> {
  readonly batchesPerEpoch: number
  /** In order, from the given one on (0 by default); ahead of time where that can be. */
  batches(epoch: number, from?: number): Iterable<Batch> | AsyncIterable<Batch>
  /** One optimiser step; resolves to the loss before it. */
  step(batch: Batch, rate: number, step: number): Promise<number>
  validate(): Promise<Validation>
}

/**
 * The training loop: everything beyond it is a callback.
 *
 * @param start where to go on from, the work being in the state it had there
 */
export async function fit<Batch>(
  work: Trainable<Batch>,
  schedule: Schedule,
  callbacks: readonly Callback[],
  start?: Position,
): Promise<EpochRecord[]> {
  const state = stateAt(schedule, work.batchesPerEpoch, start)
  try {
    for (let epoch = state.epochs.length; epoch < schedule.epochs && state.stopped === undefined; epoch++) {
      for await (const batch of work.batches(epoch, state.step - epoch * work.batchesPerEpoch)) {
        state.rate = schedule.rate(state.step)
        state.loss = await work.step(batch, state.rate, state.step)
        state.step++
        state.sum += state.loss
        for (const callback of callbacks) await callback.afterStep?.(state)
      }
      const trainLoss = state.sum / work.batchesPerEpoch
      state.epochs.push({ epoch: epoch + 1, trainLoss, rate: state.rate, ...(await work.validate()) })
      state.sum = 0
      for (const callback of callbacks) await callback.afterEpoch?.(state)
    }
  } catch (error) {
    if (error instanceof ChiquitoError && error.code === 'interrupted')
      for (const callback of callbacks) await callback.afterInterrupt?.(state)
    throw error
  } finally {
    for (const callback of callbacks) callback.afterFit?.(state)
  }
  return state.epochs
}

function stateAt(schedule: Schedule, batchesPerEpoch: number, start: Position | undefined): FitState {
  const { step = 0, sum = 0, epochs = [], stopped } = start ?? {}
  const steps = schedule.epochs * batchesPerEpoch
  const rate = step > 0 ? schedule.rate(step - 1) : 0
  return { schedule, steps, step, rate, loss: 0, sum, epochs: [...epochs], stopped }
}
