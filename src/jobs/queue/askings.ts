import type { Queue, QueueEvents } from 'bullmq'
import { ChiquitoError, INTERRUPTED, pause } from '../../core/index.js'
import type { Connection } from './connection.js'
import {
  type Answer,
  answerOf,
  type Reference,
  type SentFailure,
  type SentStep,
  sentFailure,
  stepOf,
  unseenBy,
} from './messages.js'
import { PREFIX, stopName } from './names.js'
import { queuePackages } from './packages.js'
import type { Presence } from './presence.js'

/** A failure of a disk or of the network may pass: after half a second, one, two and four it is tried again. */
const TRIES = 5
const FIRST_PAUSE_MS = 500

/** A worker that has not heard in that time that nobody wants its job any more has no such job. */
const STOP_MS = 5000

/** Before listening again, where that failed. */
const PAUSE_MS = 500

/** How a job ended. */
export type Ending = { readonly answer: Answer } | { readonly failure: SentFailure }

interface Waiting {
  readonly reference: Reference
  readonly ended: Promise<Ending>
  readonly end: (ending: Ending) => void
  readonly lose: (error: unknown) => void
  /** Who waits for it here. */
  users: number
  /** Told how far it is. */
  readonly hearers: Set<(step: SentStep) => void>
  /** It was looked for in the queue and not found, the last time that somebody looked. */
  isMissing: boolean
}

export interface Listener {
  /** A worker cannot find the job in its stores. */
  readonly unseen: (worker: string, key: string) => void
  /** A worker is gone, and its job given to another. */
  readonly stalled: () => void
}

/** The jobs that this asker has in the queue. */
export class Askings {
  private readonly waiting = new Map<string, Waiting>()
  private readonly dropped = new Set<string>()
  private dropping: Promise<void> = Promise.resolve()
  private events: QueueEvents | undefined
  private isClosing = false

  private constructor(
    private readonly connection: Connection,
    private readonly queue: Queue,
    private readonly presence: Presence,
    private readonly listener: Listener,
  ) {}

  static async open(
    connection: Connection,
    name: string,
    presence: Presence,
    listener: Listener,
  ): Promise<Askings> {
    const { Queue } = await queuePackages()
    const queue = new Queue(name, { connection: connection.redis, prefix: PREFIX, skipVersionCheck: true })
    // What goes wrong with the connection is told by it.
    queue.on('error', () => undefined)
    const askings = new Askings(connection, queue, presence, listener)
    await askings.listen()
    return askings
  }

  get keys(): readonly string[] {
    return [...this.waiting.keys()]
  }

  /**
   * Hands a job to the queue and waits for its end; one that is there already, whoever asked for it, is only waited for.
   *
   * @throws `interrupted` when the signal fires; the job is then taken back, unless somebody else waits for it
   */
  async ask(
    reference: Reference,
    signal: AbortSignal,
    stepped: (step: SentStep) => void = () => undefined,
  ): Promise<Ending> {
    const { key } = reference
    const waiting = this.waiting.get(key) ?? this.begin(reference)
    waiting.users++
    waiting.hearers.add(stepped)
    try {
      return await unlessAborted(waiting.ended, signal)
    } finally {
      waiting.users--
      waiting.hearers.delete(stepped)
      if (waiting.users === 0 && this.waiting.delete(key)) this.drop(key)
    }
  }

  /** Ends all waiting by an error. */
  lose(error: unknown): void {
    for (const [key, { lose }] of this.waiting) {
      lose(error)
      this.waiting.delete(key)
      this.drop(key)
    }
  }

  /**
   * Looks after jobs whose end was not heard: a server that lost its memory has neither job nor event.
   *
   * @param hasResult - whether a job's result is there
   */
  async lookAfter(hasResult: (key: string) => Promise<boolean>): Promise<void> {
    await Promise.all(
      [...this.waiting].map(async ([key, waiting]) => {
        const state = await this.queue.getJobState(key)
        const isGone = state === 'unknown' || state === 'completed' || state === 'failed'
        // Once may be between its end and its event.
        if (!isGone || !waiting.isMissing) {
          waiting.isMissing = isGone
          return
        }
        waiting.isMissing = false
        if (await hasResult(key)) return this.end(key, { answer: { isRecalled: false } })
        await this.queue.remove(key)
        await this.add(waiting.reference)
      }),
    )
  }

  /** Jobs that were taken back are out of the queue, or their workers told. */
  async settled(): Promise<void> {
    await this.dropping
  }

  async close(): Promise<void> {
    this.isClosing = true
    await this.events?.close().catch(() => undefined)
    await this.queue.close().catch(() => undefined)
  }

  private begin(reference: Reference): Waiting {
    const { promise, resolve, reject } = withResolvers<Ending>()
    // Whoever stopped waiting does not hear of its end.
    promise.catch(() => undefined)
    const waiting: Waiting = {
      ...{ reference, ended: promise, end: resolve, lose: reject },
      ...{ users: 0, hearers: new Set(), isMissing: false },
    }
    this.waiting.set(reference.key, waiting)
    this.dropped.delete(reference.key)
    this.add(reference).catch(reject)
    return waiting
  }

  private async add(reference: Reference): Promise<void> {
    await this.queue.add('job', reference, {
      jobId: reference.key,
      attempts: TRIES,
      backoff: { type: 'exponential', delay: FIRST_PAUSE_MS, jitter: 0.3 },
      removeOnComplete: true,
      removeOnFail: true,
      stackTraceLimit: 0,
    })
  }

  private end(key: string, ending: Ending): void {
    this.waiting.get(key)?.end(ending)
    this.waiting.delete(key)
  }

  /** Several at once, as happens when a whole run is stopped. */
  private drop(key: string): void {
    this.dropped.add(key)
    if (this.dropped.size > 1) return
    this.dropping = this.dropping.then(() => this.takeBack()).catch(() => undefined)
  }

  private async takeBack(): Promise<void> {
    // Those that are dropped in the same moment come along.
    await Promise.resolve()
    const keys = [...this.dropped]
    this.dropped.clear()
    const wanted = new Set((await this.presence.others('asker')).flatMap(notice => notice.keys))
    await Promise.all(
      keys
        .filter(key => !wanted.has(key) && !this.waiting.has(key))
        .map(async key => {
          if ((await this.queue.remove(key)) === 1) return
          await this.connection.redis.set(stopName(this.queue.name, key), '1', 'PX', STOP_MS)
        }),
    )
  }

  /** Hears how jobs end, from the newest event there is on: a job may end before the first time that anybody listens. */
  private async listen(): Promise<void> {
    const { QueueEvents } = await queuePackages()
    const { redis } = this.connection
    const [newest] = await redis.xrevrange(this.queue.keys.events, '+', '-', 'COUNT', 1)
    const events = new QueueEvents(this.queue.name, {
      connection: redis,
      prefix: PREFIX,
      skipVersionCheck: true,
      lastEventId: newest?.[0] ?? '0-0',
      autorun: false,
    })
    this.events = events
    events.on('error', () => undefined)
    events.on('completed', ({ jobId, returnvalue }) => this.end(jobId, { answer: answerOf(returnvalue) }))
    events.on('failed', ({ jobId, failedReason }) => this.end(jobId, { failure: sentFailure(failedReason) }))
    events.on('stalled', () => this.listener.stalled())
    events.on('progress', ({ jobId, data }) => {
      const waiting = this.waiting.get(jobId)
      if (!waiting) return
      const [worker, step] = [unseenBy(data), stepOf(data)]
      if (worker !== undefined) this.listener.unseen(worker, jobId)
      if (step) for (const hear of waiting.hearers) hear(step)
    })
    events.run().catch(() => this.listenAgain())
  }

  /** An event that is none, from somebody else, ends the client's listening. */
  private async listenAgain(): Promise<void> {
    if (this.isClosing) return
    await this.events?.close().catch(() => undefined)
    await pause(PAUSE_MS, undefined)
    await this.listen().catch(() => this.listenAgain())
  }
}

/** @throws `interrupted` when the signal fires */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = withResolvers<never>()
  const stop = () => stopped.reject(new ChiquitoError('interrupted', INTERRUPTED))
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([promise, stopped.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
