import type { Progress } from '../../core/index.js'
import type { Interval } from '../../evaluate/index.js'
import type { FitCheckpoint } from '../checkpoint/index.js'
import {
  type Callback,
  type EpochRecord,
  earlyStop,
  fit,
  keepBest,
  type Restorable,
  recordTo,
  type Schedule,
  stopOnAbort,
  stopOnDivergence,
  type Trainable,
  tellProgress,
} from '../loop/index.js'
import type { MixOptions, TrainedNorms } from '../network/index.js'
import type { StepSettings, StepState } from '../steps/index.js'

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
  /**
   * Go back to where the fit began if it diverges, or if the mean training loss of the second half of its epochs is higher
   * than that of the fit before; the stage then says so. Off by default.
   */
  readonly keepStart?: boolean | undefined
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
  /** 95 %, of the accuracy, where it was asked for. */
  readonly interval?: Interval | null | undefined
  readonly seconds: number
  /** Why what was learnt was not kept, where it was not: a sentence. */
  readonly undone?: string | undefined
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
  const { name, started, progress, log } = options
  const callbacks = () => [
    stopOnDivergence(work),
    tellProgress(name, progress),
    ...(options.earlyStop === undefined ? [] : [earlyStop(options.earlyStop)]),
    ...(log ? [recordTo(line => log({ stage: name, ...line }))] : []),
    ...(options.callbacks ?? []),
  ]
  const { epochs, secondsBefore } = await runFit(work, schedule, { ...options, callbacks })
  const accuracy = options.keepBest ? (await work.validate()).accuracy : (epochs.at(-1)?.accuracy ?? 0)
  const seconds = secondsBefore + (performance.now() - started) / 1000
  return { name, schedule: schedule.name, epochs, accuracy, seconds }
}

interface RunFitOptions extends Pick<StageOptions, 'keepBest' | 'saved' | 'signal'> {
  /** Made once the work is in the state it begins with. */
  readonly callbacks: () => readonly Callback[]
}

/** The loop, from where it was cut off, if it was; its state is kept after whatever the callbacks do. */
export async function runFit<Batch>(
  work: Trainable<Batch> & Restorable<StepState>,
  schedule: Schedule,
  { keepBest: keep, callbacks, saved, signal }: RunFitOptions,
): Promise<{ epochs: EpochRecord[]; secondsBefore: number }> {
  const batches = work.batchesPerEpoch
  const start = saved?.start(work.current?.() ?? work.snapshot(), {
    steps: schedule.epochs * batches,
    batches,
  })
  if (start) work.restore(start.state)
  const begun = performance.now()
  const secondsBefore = start?.seconds ?? 0
  const best = keep ? keepBest(work, start?.best) : undefined
  const all: Callback[] = [...callbacks(), ...(best ? [best] : [])]
  if (saved) {
    const seconds = () => secondsBefore + (performance.now() - begun) / 1000
    all.push(saved.callback(work, () => best?.best(), seconds))
  }
  all.push(stopOnAbort(signal))
  return { epochs: await fit(work, schedule, all, start?.position), secondsBefore }
}

/** The part of a fit's options that a training step is built by. */
export function stepSettings(options: FitOptions): Omit<StepSettings, 'optimizer'> {
  const { weightDecay, decayNorms, clip, accumulate, averageDecay } = options
  return { weightDecay, decayNorms, clip, accumulate, averageDecay }
}
