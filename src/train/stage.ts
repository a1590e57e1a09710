import type { Progress } from '../core/index.js'
import {
  earlyStop,
  keepBest,
  type Restorable,
  recordTo,
  stopOnAbort,
  stopOnDivergence,
  tellProgress,
} from './callbacks.js'
import type { FitCheckpoint } from './checkpoint/index.js'
import { type Callback, type EpochRecord, fit, type Trainable } from './loop.js'
import type { MixOptions } from './network/mix.js'
import type { TrainedNorms } from './network/step-graph.js'
import type { Schedule } from './schedule.js'
import type { StepSettings, StepState } from './step-runner.js'

/** What a fit may do beside following its schedule. Mixing needs photos, so it needs layers that are not frozen. */
export interface FitOptions
  extends Omit<StepSettings, 'optimizer' | 'labelSmoothing' | 'classWeights'>,
    MixOptions {
  /** What reports call the stage. */
  readonly name?: string | undefined
  /** End after this many epochs without a lower validation loss. */
  readonly earlyStop?: number | undefined
  /** Afterwards go back to the epoch with the lowest validation loss. */
  readonly keepBest?: boolean | undefined
  /** Which batch norms of the trunk normalise by the batch; those of the groups that learn by default. */
  readonly batchNorm?: TrainedNorms | undefined
  /** More to do at every step and epoch. */
  readonly callbacks?: readonly Callback[] | undefined
}

/** One fit, as it went. */
export interface Stage {
  readonly name: string
  readonly schedule: string
  readonly epochs: readonly EpochRecord[]
  /** On the validation photos after the stage. */
  readonly accuracy: number
  readonly seconds: number
}

export interface StageOptions extends FitOptions {
  readonly name: string
  /** When the stage began, as `performance.now()` tells time. */
  readonly started: number
  readonly progress?: Progress | undefined
  readonly signal?: AbortSignal | undefined
  readonly log?: ((line: Readonly<Record<string, unknown>>) => void) | undefined
  /** Keeps the state of the fit, and has it where the fit was cut off. */
  readonly saved?: FitCheckpoint | undefined
}

/** Runs a schedule over some work, with the callbacks that the options ask for; goes on where it was cut off. */
export async function runStage<Batch>(
  work: Trainable<Batch> & Restorable<StepState>,
  schedule: Schedule,
  options: StageOptions,
): Promise<Stage> {
  const { name, started, progress, signal, log, saved } = options
  const batches = work.batchesPerEpoch
  const start = saved?.start(work.snapshot(), { steps: schedule.epochs * batches, batches })
  if (start) work.restore(start.state)
  const seconds = () => (start?.seconds ?? 0) + (performance.now() - started) / 1000
  const callbacks: Callback[] = [stopOnDivergence(work), tellProgress(name, progress)]
  if (options.earlyStop !== undefined) callbacks.push(earlyStop(options.earlyStop))
  const best = options.keepBest ? keepBest(work, start?.best) : undefined
  if (best) callbacks.push(best)
  if (log) callbacks.push(recordTo(line => log({ stage: name, ...line })))
  callbacks.push(...(options.callbacks ?? []))
  if (saved) callbacks.push(saved.callback(work, () => best?.best(), seconds))
  callbacks.push(stopOnAbort(signal))
  const epochs = await fit(work, schedule, callbacks, start?.position)
  const accuracy = options.keepBest ? (await work.validate()).accuracy : (epochs.at(-1)?.accuracy ?? 0)
  return { name, schedule: schedule.name, epochs, accuracy, seconds: seconds() }
}

/** The part of a fit's options that a training step is built by. */
export function stepSettings(options: FitOptions): Omit<StepSettings, 'optimizer'> {
  const { weightDecay, decayNorms, clip, accumulate, averageDecay } = options
  return { weightDecay, decayNorms, clip, accumulate, averageDecay }
}
