import { randomUUID } from 'node:crypto'
import { availableParallelism, hostname } from 'node:os'
import type { Job as QueuedJob, Worker } from 'bullmq'
import {
  ChiquitoError,
  type Failure,
  INTERRUPTED,
  pause,
  untilAborted,
  type WorkOptions,
} from '../../core/index.js'
import type { QueueAddress } from './address.js'
import { Connection } from './connection.js'
import { type HandEnd, Hands } from './hands.js'
import {
  type Answer,
  failureText,
  isReference,
  type Notice,
  type Reference,
  referenceOf,
  type SentFailure,
} from './messages.js'
import { PREFIX, stopName } from './names.js'
import { queuePackages } from './packages.js'
import { Presence } from './presence.js'
import type { Release } from './release.js'
import { within } from './within.js'

/** A lock is renewed by a process that does nothing else, so that a short one is enough. */
const LOCK_MS = 6000
const STALLED_MS = 3000
const BEAT_MS = 1000

/** Times that a job may take with it who does it. */
const TRIES = 3

/** Before a job is looked at again that another one has in hand, or that this worker cannot find. */
const LATER_MS = 2000
const LONGEST_REST_MS = 30_000

/** Starts of a job that is not found and not asked for by anybody who is there, after which it goes. */
const LOOKS = 4

/** Jobs in hand when the worker is told to stop may take that long to their end; others are given back. */
const GRACE_MS = 10_000

/** What a server that is away keeps from ending. */
const CLOSE_MS = 5000

export interface WorkerOptions extends WorkOptions {
  readonly address: QueueAddress
  /** Where jobs and results lie, as this machine sees it; no other store is ever opened. */
  readonly stores: readonly string[]
  /** The module that exports `jobKinds`, as it is built. */
  readonly kinds: URL
  readonly release: Release
  /** Jobs at a time, each in a process of its own. */
  readonly atOnce: number
  /** Told of each job. */
  readonly heard: (event: JobEvent) => void
}

/** What a worker says of its jobs. */
export type JobEvent =
  | { readonly event: 'start'; readonly key: string; readonly kind: string }
  | {
      readonly event: 'end'
      readonly key: string
      /** Absent where it did not come to look at the job, as the result was there. */
      readonly kind: string | undefined
      readonly seconds: number
      /** `recalled` where the result was there, `returned` for what is given back to the queue. */
      readonly outcome: 'done' | 'recalled' | 'failed' | 'died' | 'returned'
      readonly reason?: string | undefined
    }

/**
 * Takes jobs from a queue and does them until the signal fires: those in hand are then finished or given back.
 *
 * @param begun - told when it is ready for jobs
 * @throws `interrupted` at the end; `usage` or `io` where the server refuses or does not answer
 */
export async function runWorker(options: WorkerOptions, begun: () => Promise<void>): Promise<never> {
  const { signal = new AbortController().signal } = options
  const connection = await Connection.open(options.address, options)
  const worker = new QueueWorker(options, connection)
  try {
    await worker.start()
    await begun()
    await Promise.race([untilAborted(signal), worker.broken])
  } finally {
    await worker.close()
  }
  throw new ChiquitoError('interrupted', INTERRUPTED)
}

class QueueWorker {
  /** Rejects where no job can be done here at all. */
  readonly broken: Promise<never>
  private break: (error: unknown) => void = () => undefined
  private readonly presence: Presence
  private readonly hands: Hands
  /** By key; aborted where nobody wants the job any more. */
  private readonly inHand = new Map<string, AbortController>()
  private readonly closing = new AbortController()
  private readonly told = new Set<string>()
  private worker: Worker | undefined
  private beating: Promise<void> = Promise.resolve()
  private misses = 0

  constructor(
    private readonly options: WorkerOptions,
    private readonly connection: Connection,
  ) {
    const { kinds, stores, atOnce } = options
    this.presence = new Presence(connection.redis, randomUUID(), 'worker')
    const threads = Math.max(1, Math.floor(availableParallelism() / atOnce))
    this.hands = new Hands({ kinds: kinds.href, stores, threads }, atOnce)
    this.broken = new Promise((_, reject) => {
      this.break = reject
    })
    this.broken.catch(() => undefined)
  }

  async start(): Promise<void> {
    const { Worker } = await queuePackages()
    const { release, atOnce } = this.options
    this.beating = this.beat()
    const worker = new Worker(release.queue, (job, token = '') => this.done(job, token), {
      connection: this.connection.redis,
      prefix: PREFIX,
      skipVersionCheck: true,
      concurrency: atOnce,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      // Who is at fault is decided here, not by the queue.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: BEAT_MS,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    })
    this.worker = worker
    // What is wrong with the connection is said by it. A lock that was lost meanwhile means that another one has the job: its result
    // lies in the store.
    worker.on('error', () => undefined)
    worker.on('stalled', id => void this.sortOut(worker, id))
    await worker.waitUntilReady()
  }

  async close(): Promise<void> {
    // While the server is away nothing can be told to it, and BullMQ would wait until it is back.
    const isAway = !this.connection.isThere
    const finished = this.worker?.close(isAway) ?? Promise.resolve()
    const isFinished = await within(finished, this.inHand.size > 0 ? GRACE_MS : CLOSE_MS)
    this.closing.abort()
    for (const controller of this.inHand.values()) controller.abort()
    if (!isFinished && !(await within(finished, CLOSE_MS))) leaveLocks(this.worker)
    if (!isAway) await within(this.beating, CLOSE_MS)
    if (this.connection.isThere) await this.presence.leave().catch(() => undefined)
    await this.hands.close()
    this.connection.leave()
    if (!isAway) await within(this.worker?.disconnect() ?? Promise.resolve(), CLOSE_MS)
    await this.connection.close()
  }

  /** Does a job of the queue. @throws what tells the queue how to go on with it */
  private async done(job: QueuedJob, token: string): Promise<Answer> {
    const { UnrecoverableError } = await queuePackages()
    const reference = referenceOf(job.id, job.data)
    if (!reference) throw new UnrecoverableError(failureText(noReference))
    const { key } = reference
    const deadly = deadlyOf(job, reference)
    if (deadly) throw new UnrecoverableError(failureText(deadly))
    if (this.inHand.has(key) || (job.stalledCounter > 0 && (await this.isInOtherHands(key))))
      return this.later(job, token)
    const controller = new AbortController()
    this.inHand.set(key, controller)
    try {
      return await this.ended(job, token, reference, await this.attempt(job, reference, controller.signal))
    } finally {
      // Another of its hands may have it by now, if this one has rested.
      if (this.inHand.get(key) === controller) this.inHand.delete(key)
    }
  }

  private async attempt(job: QueuedJob, { key, store }: Reference, signal: AbortSignal): Promise<HandEnd> {
    const { heard } = this.options
    let kind: string | undefined
    let start = performance.now()
    try {
      const end = await this.hands.do({
        key,
        store,
        signal,
        began: name => {
          kind = name
          start = performance.now()
          heard({ event: 'start', key, kind })
        },
        // Whether anybody hears of it is not the job's concern.
        stepped: step => void job.updateProgress({ ...step, host: hostname() }).catch(() => undefined),
      })
      const seconds = (performance.now() - start) / 1000
      if (end.how !== 'unseen') heard({ event: 'end', key, kind, seconds, ...toldOf(end) })
      return end
    } catch (error) {
      this.break(error)
      return { how: 'stopped' }
    }
  }

  private async ended(job: QueuedJob, token: string, reference: Reference, end: HandEnd): Promise<Answer> {
    const { UnrecoverableError } = await queuePackages()
    if (end.how === 'unseen') return this.unseen(job, token, reference)
    if (end.how === 'died') {
      await job.updateData({ ...reference, deaths: (reference.deaths ?? 0) + 1 })
      return this.forOthers(reference, () => job.moveToWait(token))
    }
    if (end.how === 'failed' && end.failure.code === 'io') {
      const error = new Error(failureText(end.failure))
      return this.forOthers(reference, () => job.moveToFailed(error, token))
    }
    this.misses = 0
    if (end.how === 'done') return { isRecalled: end.performed.isRecalled }
    if (end.how === 'failed') throw new UnrecoverableError(failureText(end.failure))
    const isGivenBack = this.closing.signal.aborted || this.worker?.closing !== undefined
    if (isGivenBack) return this.back(job, token)
    throw new UnrecoverableError(failureText({ code: 'interrupted', message: INTERRUPTED }))
  }

  /** Gives a job back for the next who is free. */
  private async back(job: QueuedJob, token: string): Promise<never> {
    const { WaitingError } = await queuePackages()
    await job.moveToWait(token)
    throw new WaitingError()
  }

  private async later(job: QueuedJob, token: string): Promise<never> {
    const { DelayedError } = await queuePackages()
    await job.moveToDelayed(Date.now() + LATER_MS, token)
    throw new DelayedError()
  }

  /** A job that lies in none of this worker's stores is for others. The more of them, the longer this worker rests. */
  private async unseen(job: QueuedJob, token: string, { key, store }: Reference): Promise<never> {
    const { DelayedError, UnrecoverableError } = await queuePackages()
    const isWanted = (await this.presence.others('asker')).some(({ keys }) => keys.includes(key))
    if (!isWanted && job.attemptsStarted >= LOOKS)
      throw new UnrecoverableError(failureText({ code: 'io', message: `The job ${key} is in no store.` }))
    this.once(
      `A job of the store ${JSON.stringify(store)} is in none that this worker was given with --store. ` +
        'Both must name the same folder, as each machine sees it.',
    )
    await job.updateProgress({ unseenBy: hostname() })
    await job.moveToDelayed(Date.now() + LATER_MS, token)
    await this.rest()
    throw new DelayedError()
  }

  /**
   * Hands on a job that failed for want of a disk or of the network, or whose process died: it is tried again. Where it is this machine that lacks
   * something (memory, too), that happens with each job and soon, so that this worker would take them before those do who are at work: while such
   * are there it rests, the longer the more it misses.
   */
  private async forOthers({ key }: Reference, handOn: () => Promise<unknown>): Promise<never> {
    const { DelayedError } = await queuePackages()
    await handOn()
    this.inHand.delete(key)
    const { queue } = this.options.release
    const others = await this.presence.others('worker')
    if (others.some(other => other.queue === queue && !other.misses)) {
      this.once(
        'Jobs fail here while other workers do theirs: this one waits after each, so that they get them.',
      )
      await this.rest()
    } else this.misses++
    throw new DelayedError()
  }

  private async rest(): Promise<void> {
    const ms = Math.min(2 ** this.misses++ * BEAT_MS, LONGEST_REST_MS)
    const { signal = this.closing.signal } = this.options
    await pause(ms, AbortSignal.any([signal, this.closing.signal])).catch(() => undefined)
  }

  /**
   * Whether a worker that is there works on a job whose lock ran out, as happens when the server was away: after a moment in which
   * all of them say what they have in hand.
   */
  private async isInOtherHands(key: string): Promise<boolean> {
    await pause(2 * BEAT_MS, this.closing.signal).catch(() => undefined)
    return (await this.presence.others('worker')).some(({ keys }) => keys.includes(key))
  }

  /** What somebody else put into the queue and cannot even be read would come here again and again. */
  private async sortOut(worker: Worker, id: string): Promise<void> {
    const { redis } = this.connection
    const [name, { active, wait }] = [worker.toKey(id), worker.keys]
    try {
      if (isReference(id, await redis.hget(name, 'data'))) return
      await redis.multi().lrem(active, 0, id).lrem(wait, 0, id).del(name, `${name}:lock`).exec()
    } catch {
      // The next who meets it tries again.
    }
  }

  /** Says that this worker is there and what it has in hand, hears what nobody wants any more and who asks in vain, until closed. */
  private async beat(): Promise<void> {
    const { signal } = this.closing
    while (!signal.aborted) {
      try {
        await this.presence.tell(this.notice())
        await this.hearStops()
        for (const asker of await this.presence.others('asker')) this.lookAt(asker)
      } catch {
        // The connection says what is wrong with it; what else there is, is tried again.
      }
      await pause(BEAT_MS, signal).catch(() => undefined)
    }
  }

  private notice(): Notice {
    const { text, queue } = this.options.release
    return { release: text, queue, host: hostname(), keys: [...this.inHand.keys()], misses: this.misses }
  }

  private async hearStops(): Promise<void> {
    const keys = [...this.inHand.keys()]
    if (keys.length === 0) return
    const { queue } = this.options.release
    const stops = await this.connection.redis.mget(keys.map(key => stopName(queue, key)))
    const stopped = keys.filter((_, i) => stops[i] !== null)
    if (stopped.length === 0) return
    for (const key of stopped) this.inHand.get(key)?.abort()
    // Whoever asks for it from now on means it.
    await this.connection.redis.del(stopped.map(key => stopName(queue, key)))
  }

  private lookAt({ queue, release, host }: Notice): void {
    const ours = this.options.release
    if (queue === ours.queue) return
    this.once(
      `Whoever asks on ${host} computes with other versions than this worker, which therefore does none of its jobs: ` +
        `here ${ours.text}; there ${release}. Install the same on all machines.`,
    )
  }

  private once(message: string): void {
    // Others may write there, without end.
    if (this.told.has(message) || this.told.size > 100) return
    this.told.add(message)
    this.options.progress?.({ kind: 'notice', message })
  }
}

/** BullMQ renews locks until it has closed, which it never has where the server went away while it did: the process would not end. */
function leaveLocks(worker: Worker | undefined): void {
  const locks: unknown = worker && Reflect.get(worker, 'lockManager')
  if (typeof locks === 'object' && locks !== null && 'close' in locks && typeof locks.close === 'function')
    locks.close()
}

const noReference: Failure = { code: 'usage', message: 'What lies in the queue is no job of chiquito.' }

/** The end of a job that again and again took with it who did it. */
function deadlyOf({ stalledCounter }: QueuedJob, { deaths = 0 }: Reference): SentFailure | undefined {
  if (deaths < TRIES && stalledCounter < TRIES) return undefined
  const deadly = deaths >= TRIES ? 'died' : 'gone'
  const what = deadly === 'died' ? 'The process that worked on it' : 'The worker that had it'
  return {
    code: 'engine',
    message: `${what} ${deadly === 'died' ? 'died' : 'went away'} ${TRIES} times.`,
    deadly,
  }
}

function toldOf(end: HandEnd): Pick<Extract<JobEvent, { event: 'end' }>, 'outcome' | 'reason'> {
  if (end.how === 'done') return { outcome: end.performed.isRecalled ? 'recalled' : 'done' }
  if (end.how === 'failed') return { outcome: 'failed', reason: end.failure.message }
  if (end.how === 'died') return { outcome: 'died', reason: end.of }
  return { outcome: 'returned' }
}
