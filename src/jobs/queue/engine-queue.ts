import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { hostname } from 'node:os'
import { type Failure, pause, throwIfAborted, type WorkOptions } from '../../core/index.js'
import type { JobEngine, JobList } from '../engine.js'
import { inOrder } from '../in-order.js'
import { type Division, type Job, type JobKind, type JobOutcome, jobKey } from '../job.js'
import { JobKinds, type JobKindTable } from '../kinds.js'
import { getResult, hasResult, putResult, removeJob, removeResult } from '../results.js'
import type { BlobStore } from '../store/index.js'
import type { QueueAddress } from './address.js'
import { Askings, type Ending, unlessAborted } from './askings.js'
import { Connection } from './connection.js'
import { JobsAsked } from './jobs-asked.js'
import { Needs } from './needs.js'
import { Presence } from './presence.js'
import type { Release } from './release.js'
import { ShownSteps } from './steps.js'
import { within } from './within.js'
import { WorkersThere } from './workers-there.js'

/** Jobs in the queue at a time: enough for the workers of a few dozen machines to find one whenever they are free. */
const PLACES = 128

/** What a server that goes away just then keeps from ending. */
const CLOSE_MS = 5000
/** One that is away already answers nothing, and whoever stops a command waits for its end. */
const AWAY_MS = 500
const BEAT_MS = 2000

/** Digits of a job's name that are shown. */
const SHOWN_DIGITS = 6

/** Beats from one look after jobs whose end may not have been heard to the next. */
const BEATS_A_LOOK = 2

/**
 * A network disk may show another machine's file late, a minute in all. In between the job is asked for again: another asker of the same may have
 * taken its result away, and where it is there whoever is asked says so at once.
 */
const LATE_MS = 5000
const LATE_LOOKS = 12
const FIRST_LOOK_MS = 20
const LONGEST_LOOK_MS = 1000

/** Said of what is set aside; the same words whoever finds it out, as they are part of a result. */
const DEADLY = 'the process that worked on it died, again and again'

/** Times that a job may lose workers which go as a whole, each time as often as the queue allows, before it is to blame. */
const ROUNDS = 3

export interface EngineQueueOptions extends WorkOptions {
  readonly address: QueueAddress
  /** Workers must see the same. */
  readonly store: BlobStore
  readonly kinds: JobKindTable
  readonly release: Release
  /** Jobs in the queue at a time. */
  readonly places?: number | undefined
}

interface Running extends WorkOptions {
  readonly signal: AbortSignal
}

/** Has jobs done by the workers of other machines, which take them from a queue in Redis or Valkey. */
export class EngineQueue implements JobEngine {
  readonly places: number
  private readonly kinds: JobKinds
  private readonly closing = new AbortController()
  private readonly needs: Needs
  private beating: Promise<void> = Promise.resolve()
  private telling: Promise<void> = Promise.resolve()
  private nextTelling: Promise<void> | undefined

  private constructor(
    private readonly options: EngineQueueOptions,
    private readonly connection: Connection,
    private readonly presence: Presence,
    private readonly askings: Askings,
    private readonly there: WorkersThere,
    private readonly jobs: JobsAsked,
  ) {
    this.places = options.places ?? PLACES
    this.kinds = new JobKinds(options.kinds)
    this.needs = new Needs(
      async () => (await presence.others('asker')).map(({ keys }) => keys),
      key => removeResult(options.store, key),
    )
  }

  /** @throws `usage` where the server refuses or a package is missing, `io` where nobody answers; `interrupted` */
  static async open(options: EngineQueueOptions): Promise<EngineQueue> {
    const { address, release, store, progress } = options
    const connection = await Connection.open(address, options)
    try {
      const presence = new Presence(connection.redis, randomUUID(), 'asker')
      const there = new WorkersThere(address, release, store.address, progress)
      const jobs = new JobsAsked(store, there)
      const askings = await Askings.open(connection, release.queue, presence, jobs)
      const engine = new EngineQueue(options, connection, presence, askings, there, jobs)
      engine.beating = engine.beat()
      return engine
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  async *run(jobs: JobList, work: WorkOptions = {}): AsyncGenerator<JobOutcome> {
    throwIfAborted(work.signal)
    const controller = new AbortController()
    const { signal } = controller
    // Each job in the queue listens.
    setMaxListeners(0, signal)
    const stop = () => controller.abort()
    work.signal?.addEventListener('abort', stop, { once: true })
    const held = new Set<() => void>()
    const outcomes = inOrder(jobs, this.places, async job => {
      const release = this.needs.hold(jobKey(job, await this.kinds.named(job.kind)))
      held.add(release)
      await unlessAborted(this.told(), signal)
      return { outcome: await this.outcome(job, { signal, progress: work.progress }), release }
    })
    try {
      for (;;) {
        const next = await outcomes.next()
        if (next.done) return
        const { outcome, release } = next.value
        yield outcome
        held.delete(release)
        release()
        // Who is away is asked again at the next beat.
        await this.needs.tidy().catch(() => undefined)
      }
    } finally {
      // Whoever stops listening takes back what waits.
      stop()
      work.signal?.removeEventListener('abort', stop)
      await outcomes.return(undefined)
      for (const release of held) release()
    }
  }

  async discard({ key }: JobOutcome): Promise<void> {
    this.needs.discard(key)
  }

  async close(): Promise<void> {
    const patience = (ms: number) => (this.connection.isThere ? ms : AWAY_MS)
    // A server that is away cannot be told.
    await within(this.askings.settled(), patience(BEAT_MS))
    this.closing.abort()
    // Nor does it answer what it was asked before.
    await within(this.beating, patience(BEAT_MS))
    // Said before others are heard: of those who end at the same time the last one takes away what all had.
    await within(this.told(), patience(BEAT_MS))
    await within(this.needs.end(this.connection.isThere), patience(BEAT_MS))
    if (this.connection.isThere) await this.presence.leave().catch(() => undefined)
    await within(this.askings.close(), patience(CLOSE_MS))
    await this.connection.close()
    await this.kinds.close()
  }

  private async outcome(job: Job, work: Running, rounds = 1): Promise<JobOutcome> {
    throwIfAborted(work.signal)
    const { store } = this.options
    const kind = await this.kinds.named(job.kind)
    const key = jobKey(job, kind)
    if (await hasResult(store, key)) return { job, key, isRecalled: true }
    // What can be divided is one of many short ones, whose number says how far all is.
    const shown = kind.division ? undefined : work.progress
    const ending = await this.seenEnding(job, key, { signal: work.signal, progress: shown })
    if ('answer' in ending) return { job, key, isRecalled: ending.answer.isRecalled }
    const { deadly, ...failure } = ending.failure
    if (deadly === undefined) return { job, key, failure, isRecalled: false }
    const parts = partsOf(job, kind)
    if (kind.division && parts.length > 0) return this.joined(job, kind, kind.division, parts, work)
    // Machines go for reasons of their own, too.
    if (deadly === 'gone' && rounds < ROUNDS) return this.outcome(job, work, rounds + 1)
    return this.setAside(job, kind, failure, work)
  }

  /** Asks for a job until its result can be seen from here, or it fails: also where that can never be seen. */
  private async seenEnding(job: Job, key: string, work: Running): Promise<Ending> {
    const { store } = this.options
    for (let looks = 0; looks < LATE_LOOKS; looks++) {
      const ending = await this.ending(job, key, work)
      if ('failure' in ending || (await this.isSeen(key, work.signal))) return ending
    }
    return { failure: lost(store, key) }
  }

  /** Asks for a job until it ends otherwise than by another asker's taking it back. */
  private async ending(job: Job, key: string, { signal, progress }: Running): Promise<Ending> {
    const { store } = this.options
    const steps = new ShownSteps(progress, `${job.kind} ${key.slice(0, SHOWN_DIGITS)}`)
    try {
      for (;;) {
        await this.jobs.put(key, job)
        const reference = { key, store: store.address }
        const ending = await this.askings.ask(reference, signal, step => steps.show(step, step.host))
        if ('failure' in ending && ending.failure.code === 'interrupted') continue
        await removeJob(store, key).catch(() => undefined)
        return ending
      }
    } finally {
      this.jobs.forget(key)
      steps.end()
    }
  }

  /** Waits for a result to be seen from here. */
  private async isSeen(key: string, signal: AbortSignal): Promise<boolean> {
    const { store } = this.options
    const last = Date.now() + LATE_MS
    for (let ms = FIRST_LOOK_MS; !(await hasResult(store, key)); ms = Math.min(2 * ms, LONGEST_LOOK_MS)) {
      if (Date.now() > last) return false
      await pause(ms, signal)
    }
    return true
  }

  /** A job that takes its workers with it is done in smaller ones, until what does so stands alone. */
  private async joined(
    job: Job,
    kind: JobKind,
    division: Division,
    parts: readonly Job[],
    work: Running,
  ): Promise<JobOutcome> {
    const { store } = this.options
    const ended = { job, key: jobKey(job, kind), isRecalled: false }
    const results: Uint8Array[] = []
    // One after the other, so that a job has one place in the queue at most, as before.
    for (const part of parts) {
      const { key, failure } = await this.outcome(part, work)
      if (failure) return { ...ended, failure }
      const bytes = await getResult(store, key)
      if (!bytes) return { ...ended, failure: lost(store, key) }
      results.push(bytes)
    }
    await putResult(store, ended.key, division.join(job, results))
    return ended
  }

  private async setAside(
    job: Job,
    kind: JobKind,
    failure: Failure,
    { progress }: Running,
  ): Promise<JobOutcome> {
    const ended = { job, key: jobKey(job, kind), isRecalled: false }
    if (!kind.division) return { ...ended, failure }
    progress?.({
      kind: 'notice',
      message: `A piece of a job of the kind "${job.kind}" is set aside: ${DEADLY}.`,
    })
    await putResult(this.options.store, ended.key, kind.division.setAside(job, DEADLY))
    return ended
  }

  /** Says that this asker is there and looks who else is, until closed. */
  private async beat(): Promise<void> {
    const { signal } = this.closing
    for (let beats = 1; !signal.aborted; beats++) {
      try {
        const { keys } = this.askings
        await this.told()
        await this.needs.beat()
        if (keys.length > 0) {
          const refusal = this.there.look(await this.presence.others('worker'))
          if (refusal) this.askings.lose(refusal)
          if (beats % BEATS_A_LOOK === 0)
            await this.askings.lookAfter(key => hasResult(this.options.store, key))
        }
      } catch {
        // The connection says what is wrong with it; what else there is, is tried again.
      }
      await pause(BEAT_MS, signal).catch(() => undefined)
    }
  }

  /** Says what is needed here: once for all that came to be needed while it was said before. */
  private told(): Promise<void> {
    this.nextTelling ??= this.telling.then(() => {
      this.nextTelling = undefined
      this.telling = this.tell().catch(() => undefined)
      return this.telling
    })
    return this.nextTelling
  }

  private async tell(): Promise<void> {
    const { text, queue } = this.options.release
    const keys = [...new Set([...this.askings.keys, ...this.needs.keys])]
    await this.presence.tell({ release: text, queue, host: hostname(), keys })
  }
}

/** A job in smaller ones; none where it cannot be smaller. */
function partsOf(job: Job, kind: JobKind): readonly Job[] {
  const key = jobKey(job, kind)
  const parts = kind.division?.parts(job) ?? []
  return parts.some(part => jobKey(part, kind) === key) ? [] : parts
}

function lost(store: BlobStore, key: string): Failure {
  return {
    code: 'io',
    message: `A worker did the job ${key}, but its result is not in "${store.address}". Asker and workers must see the same store.`,
  }
}
