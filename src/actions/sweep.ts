import path from 'node:path'
import {
  argumentError,
  ChiquitoError,
  commandName,
  errorOf,
  type ProgressEvent,
  plural,
  shellPath,
  throwIfAborted,
  type WorkOptions,
} from '../core/index.js'
import { requireOwnFolder, writeFileAtomic } from '../files/index.js'
import { getResult, type Job } from '../jobs/index.js'
import { renderSweep, sweepText } from '../report/index.js'
import { type EngineChoice, workStore } from './engine-choice.js'
import { putContents } from './jobs/contents.js'
import { putListing } from './jobs/listing.js'
import { fileOf } from './jobs/network-file.js'
import { type AskedTrial, type TrialResult, trialResultOf } from './jobs/trial.js'
import { keptSoFar } from './kept-so-far.js'
import { type OpenEngine, openEngine, reachEngine } from './open-engine.js'
import { shareDone } from './share-done.js'
import { backboneIds, type SweepGrid, type Way, waysOf } from './sweep-candidates.js'
import { dealRounds, type Round, type RoundsOptions } from './sweep-rounds.js'
import { beaten, type Standing, standings, type Trials } from './sweep-standing.js'

export interface SweepOptions extends WorkOptions, SweepGrid, EngineChoice {
  /** Folder of the photos. */
  readonly data: string
  /** Folder for what comes of it: new, or of a sweep of the same photos, of which nothing is done twice. */
  readonly out: string
  /** 5 by default. */
  readonly folds?: number | undefined
  /** Repetitions, each dealt and trained from another seed; 1 by default. */
  readonly seeds?: number | undefined
  /** The first of them; 0 by default. */
  readonly seed?: number | undefined
  /** Try everything on everything: by default what is behind by more than luck explains is tried no more. */
  readonly all?: boolean | undefined
  /** Worker threads that trainings are done on, side by side; by default one after the other. */
  readonly workers?: number | undefined
  readonly followLinks?: boolean | undefined
  readonly labelsFrom?: string | undefined
}

/** A way of training, and how it stands. */
export interface SweptWay extends Standing {
  readonly backbone: string
  readonly size: number | null
  readonly recipe: string
  readonly fineTune: string | null
  /** It was tried no more once it was behind by more than luck explains. */
  readonly stoppedEarly: boolean
}

export interface SweepResult {
  /** Absolute paths. */
  readonly data: string
  readonly out: string
  readonly report: string
  readonly photos: number
  readonly folds: number
  readonly seeds: number
  /** The best first. */
  readonly ways: readonly SweptWay[]
  /** Trainings that stand behind the figures, and those of them that were known from before. */
  readonly trials: number
  readonly recalled: number
  readonly warnings: readonly string[]
  readonly seconds: number
  /** The result for a terminal. */
  readonly summary: string
}

const MOST_FOLDS = 100
const MOST_SEEDS = 100

/**
 * Tries ways of training on the same folds of the same photos: each photo is measured by models that have not learnt from it, and ways are
 * compared photo by photo. What is behind by more than luck explains is tried no more.
 *
 * @throws `usage`, `data`, `model`, `io`, `interrupted`
 */
export async function sweep(options: SweepOptions): Promise<SweepResult> {
  const started = performance.now()
  const { folds = 5, seeds = 1, seed = 0, progress, signal } = options
  requireCount('folds', folds, 2, MOST_FOLDS)
  requireCount('seeds', seeds, 1, MOST_SEEDS)
  const ways = waysOf(options)
  const out = path.resolve(options.out)
  const { queue, workers } = options
  if (queue !== undefined && workers !== undefined)
    throw new ChiquitoError(
      'usage',
      '--workers has no effect with --queue, whose workers do the trainings. Leave one of them out.',
    )
  const place = workStore(options, path.join(out, 'work'))
  await requireOwnFolder(options.out, 'sweep', '--out')
  await reachEngine(options, signal)
  const ids = await backboneIds(ways, { progress, signal })
  const rounds = await dealRounds(out, { ...options, folds, seeds, seed })
  const opened = await openEngine({ queue, store: place, threads: workers, progress, signal })
  try {
    const tried = await new Trying(ways, ids, opened, options).all(rounds)
    const command = commandOf({ ...options, folds, seeds, seed }, ways)
    const report = path.join(out, 'report.html')
    const [{ dataset }] = rounds
    const whole = {
      ...{ data: path.resolve(options.data), out, report, photos: dataset.photos.length, folds, seeds },
      ...tried,
      warnings: warningsOf(tried.ways),
      seconds: (performance.now() - started) / 1000,
    }
    await writeFileAtomic(report, await renderSweep({ ...whole, command }))
    const result = { ...whole, summary: sweepText(whole) }
    await writeFileAtomic(path.join(out, 'metrics.json'), `${JSON.stringify(result, undefined, 2)}\n`)
    return result
  } catch (error) {
    // Whoever stops it, or whose disk is full, hears that nothing is lost.
    throw keptSoFar(error, 'What was trained so far is kept: the same command goes on from there.')
  } finally {
    await opened.close()
  }
}

/** What was found out. */
interface Tried {
  readonly ways: readonly SweptWay[]
  readonly trials: number
  readonly recalled: number
}

/** Ways of training on their way through the rounds. */
class Trying {
  private readonly results = new Map<string, TrialResult[]>()
  private readonly stopped = new Set<string>()
  private trials = 0
  private recalled = 0

  constructor(
    private readonly ways: readonly Way[],
    private readonly ids: ReadonlyMap<string, string>,
    private readonly opened: OpenEngine,
    private readonly options: SweepOptions,
  ) {
    for (const { name } of ways) this.results.set(name, [])
  }

  async all(rounds: readonly Round[]): Promise<Tried> {
    const { progress, all = false } = this.options
    const task = 'trainings'
    progress?.({ kind: 'start', task, total: rounds.length * this.ways.length })
    for (const [i, round] of rounds.entries()) {
      await this.round(round, rounds.length - i, task)
      if (!all) this.stopBeaten(rounds.length - i - 1)
    }
    progress?.({ kind: 'end', task, note: plural(this.trials, 'training') })
    const { trials, recalled } = this
    return { ways: this.swept(), trials, recalled }
  }

  /** Every way that is still in the running, on one division. Outcomes count in their order, whoever was done first. */
  private async round(round: Round, left: number, task: string): Promise<void> {
    const { progress, signal, queue } = this.options
    const { engine, store } = this.opened
    // Of each training elsewhere one is told how far it is; here the bar moves with the one in hand.
    const running = this.ways.filter(({ name }) => !this.stopped.has(name))
    const { root, photos } = round.dataset
    const listing = await putListing(store, round.dataset)
    await putContents(
      store,
      photos.map(({ sha256, path: name }) => ({ sha256, path: path.join(root, name) })),
    )
    const jobs = running.map(way => this.jobOf(way, round, listing))
    let done = 0
    const tell = (inHand: number) => {
      const total = this.trials + running.length - done + (left - 1) * running.length
      progress?.({ kind: 'advance', task, done: this.trials + inHand, total, recalled: this.recalled })
    }
    let share = shareDone(tell)
    const work = { signal, progress: queue === undefined ? (event: ProgressEvent) => share(event) : progress }
    for await (const { key, failure, isRecalled } of engine.run(jobs, work)) {
      throwIfAborted(signal)
      const way = running[done++]
      if (failure) throw errorOf({ code: failure.code, message: `${way.name}: ${failure.message}` })
      const bytes = await getResult(store, key)
      if (!bytes) throw new ChiquitoError('io', `What "${way.name}" came to is gone from "${store.address}".`)
      this.results.get(way.name)?.push(trialResultOf(bytes))
      this.trials++
      if (isRecalled) this.recalled++
      tell(0)
      share = shareDone(tell)
    }
  }

  private jobOf(way: Way, { seed, dataset }: Round, listing: string): Job {
    const { backbone, recipe, size, fineTune } = way
    const asked: AskedTrial = {
      listing,
      fingerprint: dataset.fingerprint,
      backbone: this.ids.get(backbone) ?? '',
      recipe,
      seed,
      size,
      fineTune,
    }
    return { kind: 'trial', asked, place: { backbone: fileOf(backbone), root: dataset.root } }
  }

  private stopBeaten(left: number): void {
    if (left === 0) return
    for (const name of beaten(this.running())) {
      this.stopped.add(name)
      const message = `"${name}" is behind by more than luck explains: it is tried no more.`
      this.options.progress?.({ kind: 'notice', message, isRoutine: true })
    }
  }

  private running(): Trials[] {
    return this.trialsOf(this.ways.filter(({ name }) => !this.stopped.has(name)))
  }

  private trialsOf(ways: readonly Way[]): Trials[] {
    return ways.map(({ name }) => ({ name, results: this.results.get(name) ?? [] }))
  }

  private swept(): SweptWay[] {
    const ways = new Map(this.ways.map(way => [way.name, way]))
    return standings(this.trialsOf(this.ways)).flatMap(standing => {
      const way = ways.get(standing.name)
      if (!way) return []
      const { backbone, size = null, recipe, fineTune = null } = way
      const stoppedEarly = this.stopped.has(standing.name)
      return [{ ...standing, backbone, size, recipe, fineTune, stoppedEarly }]
    })
  }
}

/** @throws `usage` */
function requireCount(name: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most))
    throw argumentError(name, `a whole number from ${least} to ${most}`, value)
}

/** What must be known before the figures are believed. */
function warningsOf(ways: readonly SweptWay[]): string[] {
  const close = ways.filter(({ besideBest }) => besideBest && besideBest.pValue > 0.05)
  return close.length === 0
    ? []
    : [
        `That "${ways[0].name}" is the best may be luck: ${plural(close.length, 'other way')} cannot be told from it by these photos. ` +
          'Its own accuracy is a little flattered, too, as it was chosen by it.',
      ]
}

function commandOf(
  {
    data,
    out,
    folds,
    seeds,
    seed,
    all,
    followLinks,
    labelsFrom,
  }: RoundsOptions & Pick<SweepOptions, 'out' | 'all'>,
  ways: readonly Way[],
): string {
  const values = (of: (way: Way) => string | number | undefined) => [
    ...new Set(ways.flatMap(way => of(way) ?? [])),
  ]
  const several = (option: string, all: readonly (string | number)[]) =>
    all.length === 0 ? '' : ` ${option} ${shellPath(all.join(','))}`
  return (
    `${commandName()} sweep ${shellPath(data)} --out ${shellPath(out)} --folds ${folds} --seeds ${seeds}` +
    `${seed === 0 ? '' : ` --seed ${seed}`}${several(
      '--backbone',
      values(way => way.backbone),
    )}` +
    `${several(
      '--size',
      values(way => way.size),
    )}${several(
      '--recipe',
      values(way => way.recipe),
    )}` +
    several(
      '--fine-tune',
      values(way => way.fineTune),
    ) +
    `${all ? ' --all' : ''}${followLinks ? ' --follow-links' : ''}` +
    several('--labels-from', labelsFrom === undefined ? [] : [labelsFrom])
  )
}
