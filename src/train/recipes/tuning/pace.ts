import { z } from 'zod'
import { ChiquitoError } from '../../../core/index.js'
import type { Photo } from '../../../dataset/index.js'
import { logLoss, softmaxRows } from '../../../evaluate/index.js'
import { type Checkpoint, FitCheckpoint } from '../../checkpoint/index.js'
import type { Callback } from '../../loop/index.js'
import type { RecipeOptions } from '../recipe.js'
import type { Tuner, TuningWork } from './tuner.js'
import { topRate } from './values.js'

/** Rates that prove too high are divided by this, and the fit starts over. */
const slower = 3
/** How often: from 2e-4 down to 7e-6, where vision transformers are at home. */
const mostTimes = 3
/** Photos learnt from that tell whether a network still knows them: enough to see a wreck. */
const looked = 64
/** A network that costs this part of the logarithm of the classes more than at its start has unlearnt. */
const unlearnt = 0.25
/**
 * One whose mean loss, over at least so many steps and an epoch, is this many times what guessing costs is given up at once.
 * Varied views may cost twice or three times guessing before the first step, where a network tells them from plain ones.
 */
const wild = 10
const wildSteps = 8

const sectionName = 'pace'
const sectionSchema = z.object({ times: z.int().min(0) })

/**
 * The rates that suit a network. Those of `values.ts` suit networks with batch norm; others may be made worse by them, or
 * blown up. So a fit that ends knowing its own photos worse than it began starts over at a third of the rates, and later
 * fits keep to them. Where the first fit goes well, nothing is changed.
 */
export class Pace {
  private times = 0

  constructor(private readonly options: RecipeOptions) {
    const { checkpoint } = options
    if (checkpoint?.get(sectionName)) this.times = checkpoint.checked(sectionName, sectionSchema).times
  }

  /** What rates are divided by. */
  get divisor(): number {
    return slower ** this.times
  }

  /** Whether there are lower rates to try. */
  get isOver(): boolean {
    return this.times > mostTimes
  }

  /** Goes on to lower rates; says what happened. */
  async slowDown(tuner: Tuner, what: string): Promise<void> {
    const { checkpoint, notice, log } = this.options
    const rate = rateText(tuner, this.divisor)
    this.times++
    checkpoint?.set(sectionName, { facts: { times: this.times }, tensors: new Map() })
    await checkpoint?.save()
    const next = this.isOver ? '' : ` It starts over at ${rateText(tuner, this.divisor)}.`
    log?.({ event: 'too fast', rate: topRate(tuner.depth) / slower ** (this.times - 1), what })
    notice?.(`Fine-tuning at rates up to ${rate} ${what}.${next}`)
  }

  /** The last rate that was tried, for a sentence. */
  lowest(tuner: Tuner): string {
    return rateText(tuner, slower ** Math.min(this.times, mostTimes))
  }
}

function rateText({ depth }: Tuner, divisor: number): string {
  return String(Number((topRate(depth) / divisor).toPrecision(2)))
}

/** A fit that may have to start over. */
export interface PacedFit<Result> {
  readonly pace: Pace
  readonly tuner: Tuner
  /** Photos learnt from. */
  readonly photos: readonly Photo[]
  readonly checkpoint: Checkpoint | undefined
  /** What the checkpoint calls the fit. */
  readonly name: string
  /** Puts the tuner at the start. */
  begin(): TuningWork
  /** Runs the fit with the rates divided. */
  run(work: TuningWork, divisor: number, saved: FitCheckpoint | undefined, watch: Callback): Promise<Result>
}

/** Runs a fit at the rates that suit; undefined where the network is worse than at the start at all of them. */
export async function paced<Result>(fit: PacedFit<Result>): Promise<Result | undefined> {
  const { pace, tuner, photos, checkpoint } = fit
  const step = Math.max(1, Math.floor(photos.length / looked))
  const sample = photos.filter((_, i) => i % step === 0).slice(0, looked)
  while (!pace.isOver) {
    const { divisor } = pace
    const name = divisor === 1 ? fit.name : `${fit.name}, rates divided by ${divisor}`
    const saved = checkpoint && new FitCheckpoint(checkpoint, name)
    const work = fit.begin()
    const before = await costOf(tuner, sample)
    const { result, problem } = await attempt(() =>
      fit.run(work, divisor, saved, stopWhenWild(before.chance)),
    )
    saved?.forget()
    const what = problem ?? worsened(before, await costOf(tuner, sample))
    if (what === undefined) return result
    await pace.slowDown(tuner, what)
  }
  return undefined
}

async function attempt<Result>(
  run: () => Promise<Result>,
): Promise<{ result?: Result; problem?: string | undefined }> {
  try {
    return { result: await run() }
  } catch (error) {
    if (error instanceof ChiquitoError && error.code === 'diverged') return { problem: 'diverged' }
    throw error
  }
}

interface Cost {
  /** Log loss of plain views. */
  readonly loss: number
  /** What guessing costs: the logarithm of the number of classes. */
  readonly chance: number
}

async function costOf(tuner: Tuner, photos: readonly Photo[]): Promise<Cost> {
  const logits = await tuner.logits(photos)
  const truth = photos.map(({ label }) => label)
  return { loss: logLoss(truth, softmaxRows(logits)) ?? Number.NaN, chance: Math.log(logits[0].length) }
}

/** What is wrong with the end of a fit, in words; nothing where it knows its photos about as well as at the start, or better. */
function worsened(before: Cost, after: Cost): string | undefined {
  if (after.loss <= before.loss + unlearnt * before.chance) return undefined
  return `made the network worse on the photos it learnt from (log loss ${before.loss.toPrecision(2)} to ${after.loss.toPrecision(2)})`
}

/** Ends a fit that there is no point in going on with. */
function stopWhenWild(chance: number): Callback {
  const stop = (loss: number) => {
    throw new ChiquitoError('diverged', `The loss became ${loss}.`)
  }
  return {
    afterStep({ loss }) {
      if (!Number.isFinite(loss)) stop(loss)
    },
    afterEpoch({ epochs, step }) {
      const count = Math.ceil((wildSteps * epochs.length) / step)
      const losses = epochs.slice(-count).map(({ trainLoss }) => trainLoss)
      const loss = losses.reduce((sum, one) => sum + one, 0) / count
      if (loss > wild * chance) stop(loss)
    },
  }
}
