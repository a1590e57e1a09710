import { argumentError, ChiquitoError, type Progress, throwIfAborted } from '../../core/index.js'
import type { Callback, EpochRecord, FitState } from './loop.js'

/** Weights that can be put aside and brought back. */
export interface Restorable<Snapshot> {
  snapshot(): Snapshot
  /** The same without copying, for a look: true until the next step. */
  current?(): Snapshot
  restore(snapshot: Snapshot): void
}

/** Tells how far a fit is, and each finished epoch's figures. */
export function tellProgress(task: string, progress: Progress | undefined): Callback {
  return {
    afterStep: ({ step, steps, loss }) =>
      progress?.({ kind: 'advance', task, done: step, total: steps, note: `loss ${loss.toFixed(3)}` }),
    afterEpoch({ epochs }) {
      const last = epochs.at(-1)
      if (last) progress?.({ kind: 'notice', message: `${task}: ${describeEpoch(last)}`, isRoutine: true })
    },
  }
}

/** One line on an epoch, as the article's notebook prints it. */
export function describeEpoch(record: EpochRecord): string {
  const { epoch, trainLoss, validLoss, accuracy } = record
  return `epoch ${epoch}  train loss ${trainLoss.toFixed(4)}  valid loss ${validLoss.toFixed(4)}  accuracy ${accuracy.toFixed(4)}`
}

/** Passes every step and epoch on, for a log. */
export function recordTo(write: (line: Readonly<Record<string, unknown>>) => void): Callback {
  return {
    afterStep: ({ step, rate, loss }) => write({ event: 'step', step, rate, loss }),
    afterEpoch: ({ epochs }) => write({ event: 'epoch', ...epochs.at(-1) }),
  }
}

/** Ends the fit at the next step when the signal fires. */
export function stopOnAbort(signal: AbortSignal | undefined): Callback {
  return { afterStep: () => throwIfAborted(signal) }
}

/** Ends the fit when the validation loss has not improved for `patience` epochs. */
export function earlyStop(patience: number): Callback {
  if (!Number.isInteger(patience) || patience < 1)
    throw argumentError('patience', 'a whole number of epochs from 1', patience)
  return {
    afterEpoch(state) {
      const losses = state.epochs.map(record => record.validLoss)
      const best = losses.indexOf(Math.min(...losses))
      if (losses.length - 1 - best >= patience)
        state.stopped = `no lower validation loss for ${patience} epochs, the best was epoch ${best + 1}`
    },
  }
}

/** The epoch with the lowest validation loss so far, and its weights. */
export interface Best<Snapshot> {
  readonly loss: number
  readonly snapshot: Snapshot
}

/**
 * After the fit, brings back the weights of the epoch with the lowest validation loss.
 *
 * @param start the best epoch before the fit was cut off
 */
export function keepBest<Snapshot>(
  weights: Restorable<Snapshot>,
  start?: Best<Snapshot>,
): Callback & { best(): Best<Snapshot> | undefined } {
  let best = start
  return {
    best: () => best,
    afterEpoch({ epochs }) {
      const loss = epochs.at(-1)?.validLoss
      if (loss !== undefined && (best === undefined || loss < best.loss))
        best = { loss, snapshot: weights.snapshot() }
    },
    afterFit() {
      if (best) weights.restore(best.snapshot)
    },
  }
}

/** A mean of so many losses in a row counts: single batches may be hard. */
const lossesInARow = 8
/** Beyond so many times the first loss (or 1, where that is less) a loss has exploded; guessing costs a few times 1 at most. */
const explosion = 10

/**
 * Stops a fit whose loss is no longer a finite number, or explodes, and brings back the weights of the last good epoch: one
 * whose validation loss has not exploded.
 */
export function stopOnDivergence<Snapshot>(weights: Restorable<Snapshot>): Callback {
  let good = weights.snapshot()
  let first: number | undefined
  const recent: number[] = []
  const limit = () => explosion * Math.max(1, first ?? 1)
  const stop = (what: string, { step, rate }: FitState) => {
    weights.restore(good)
    throw new ChiquitoError(
      'diverged',
      `${what} in step ${step} at learning rate ${rate}: training diverges. The weights of the last good epoch are ` +
        'kept. Train with a rate ten times lower, or let the rate finder suggest one.',
    )
  }
  return {
    afterStep(state) {
      const { loss } = state
      if (!Number.isFinite(loss)) stop(`The loss became ${loss}`, state)
      first ??= loss
      recent.push(loss)
      if (recent.length < lossesInARow) return
      const mean = recent.reduce((sum, one) => sum + one, 0) / recent.length
      if (mean > limit()) stop(`The loss rose from ${first.toPrecision(2)} to ${mean.toPrecision(3)}`, state)
      recent.shift()
    },
    afterEpoch({ epochs }) {
      const loss = epochs.at(-1)?.validLoss
      if (loss !== undefined && Number.isFinite(loss) && loss <= limit()) good = weights.snapshot()
    },
  }
}
