import { RandomStream } from '../../src/core/index.js'
import { Asker } from './asker.js'
import { EventHeap } from './event-heap.js'
import { Server } from './server.js'

/** A pass over photos by `predict --out --queue`. Times are seconds of one core. */
export interface Pass {
  readonly photos: number
  readonly photosAJob: number
  readonly photoBytes: number
  /** Worker processes, each with a core of its own. */
  readonly workers: number
  /** Of a photo, and of a job beside its photos. */
  readonly verdict: number
  readonly workerJob: number
  /** Who ask, each for its part of the photos. */
  readonly askers: number
  /** Jobs that one of them has in the queue. */
  readonly places: number
  /** Of a photo: to read and hash it, 0 where others name photos; and of a job beside that. */
  readonly naming: number
  readonly askerJob: number
  /** Whether whoever asks reads every photo. */
  readonly isReadTwice: boolean
  /** Files that one who asks reads at a time. */
  readonly filesAtOnce: number
  readonly storage: Storage
  /** Of a job, and of a worker in each second that it is there. */
  readonly redisJob: number
  readonly redisWorker: number
  /** Servers, each with a queue of its own for its part of workers and askers. */
  readonly redisServers: number
  /** A job in so many takes so many times as long, as disks and neighbours have it. */
  readonly straggling: { readonly share: number; readonly times: number }
  /** A worker is lost every so many hours; another one is there after so many seconds. */
  readonly loss: { readonly hours: number; readonly seconds: number }
  readonly seed: number
}

/** Where photos lie. */
export interface Storage {
  readonly name: string
  readonly bytesPerSecond: number
  /** From asking for a photo to its first byte, seconds. */
  readonly latency: number
}

export interface Outcome {
  readonly seconds: number
  /** Shares of that time. */
  readonly busy: {
    readonly workers: number
    readonly asker: number
    readonly storage: number
    readonly redis: number
  }
  /** Share of the time in which workers had nothing to do as all places were taken: by jobs done, behind one that is not. */
  readonly held: number
  /** Jobs that were cut off and done again. */
  readonly again: number
}

/** Photos that one worker reads at a time (`photosAhead` of `src/predict`), where its machine has as many processors. */
const READS_A_WORKER = 6

/** Seconds until a job of a lost worker is begun by another: its lock, the look after it, and the pause in which others could say it is theirs. */
const NOTICED = [6, 9] as const
const ASKED_AROUND = 2

/** Of what Redis does for a job, the shares of putting, taking and ending it. */
const [PUT, TAKE, END] = [0.4, 0.3, 0.3]

type Event =
  | { readonly what: 'named'; readonly asker: Asker; readonly job: number }
  | { readonly what: 'done'; readonly asker: Asker; readonly job: number }
  | { readonly what: 'given back'; readonly asker: Asker; readonly job: number }
  | { readonly what: 'free' }

/** Of the time of Redis, what workers take by saying that they are there. */
export function presence({ workers, redisWorker, redisServers }: Pass): number {
  return (workers * redisWorker) / redisServers
}

/** Plays a pass through, event by event. The same seed gives the same pass. @throws Error where Redis cannot even hear the workers */
export function simulate(pass: Pass): Outcome {
  return new Simulation(pass).outcome()
}

class Simulation {
  private readonly events = new EventHeap<Event>()
  private readonly storage = new Server()
  private readonly redis = new Server()
  private readonly askers: readonly Asker[]
  private readonly waiting: { readonly asker: Asker; readonly job: number }[] = []
  private readonly random: RandomStream
  /** Who says that he is there takes a share of Redis from jobs. */
  private readonly redisShare: number
  private idle: number
  private working = 0
  private again = 0
  private held = 0
  private now = 0

  constructor(private readonly pass: Pass) {
    const { photos, photosAJob, askers, places, workers, seed } = pass
    const jobs = Math.ceil(photos / photosAJob)
    this.askers = Array.from(
      { length: askers },
      (_, i) => new Asker(Math.floor(((i + 1) * jobs) / askers) - Math.floor((i * jobs) / askers), places),
    )
    this.random = RandomStream.fromSeed(seed).fork('pass')
    this.redisShare = 1 - presence(pass)
    if (this.redisShare <= 0) throw new Error(`Redis cannot hear ${workers} workers`)
    this.idle = workers
  }

  outcome(): Outcome {
    for (const asker of this.askers) this.name(asker)
    for (let next = this.events.take(); next && !this.isOver; next = this.events.take()) {
      if (this.idle > 0 && this.waiting.length === 0 && this.askers.some(asker => asker.isFull))
        this.held += next.at - this.now
      this.now = next.at
      this.hear(next.event)
    }
    const { now: seconds } = this
    const { workers } = this.pass
    const share = (busy: number) => busy / seconds
    return {
      seconds,
      busy: {
        workers: share(this.working / workers),
        asker: Math.max(...this.askers.map(({ thread, naming }) => share(Math.max(thread.busy, naming)))),
        storage: share(this.storage.busy),
        redis: share(this.redis.busy * this.redisShare) + presence(this.pass),
      },
      held: share(this.held),
      again: this.again,
    }
  }

  private get isOver(): boolean {
    return this.askers.every(asker => asker.isDone)
  }

  private hear(event: Event): void {
    if (event.what === 'free') this.idle++
    else if (event.what === 'named') {
      this.redisServes(this.now, PUT)
      this.waiting.push({ asker: event.asker, job: event.job })
      event.asker.named()
      this.name(event.asker)
    } else if (event.what === 'given back') this.waiting.unshift({ asker: event.asker, job: event.job })
    else {
      this.idle++
      const heard = this.redisServes(this.now, END)
      const { asker } = event
      asker.end(event.job, heard, this.pass.askerJob)
      this.name(asker)
    }
    while (this.idle > 0 && this.waiting.length > 0) this.give()
  }

  /** The next photos of an asker get their names, if there is a place for them. */
  private name(asker: Asker): void {
    const { photosAJob, photoBytes, naming, isReadTwice, filesAtOnce, storage } = this.pass
    const job = asker.begin()
    if (job === undefined) return
    const hashed = asker.thread.serve(this.now, photosAJob * naming)
    const read = isReadTwice
      ? Math.max(
          this.storage.serve(this.now, (photosAJob * photoBytes) / storage.bytesPerSecond),
          this.now + (photosAJob * storage.latency) / filesAtOnce,
        )
      : this.now
    const end = Math.max(hashed, read)
    asker.naming += end - this.now
    this.events.put(end, { what: 'named', asker, job })
  }

  /** The next job goes to a worker that has none. */
  private give(): void {
    const one = this.waiting.shift()
    if (!one) return
    const { photosAJob, photoBytes, verdict, workerJob, storage, straggling, loss } = this.pass
    this.idle--
    const taken = this.redisServes(this.now, TAKE)
    const times = this.random.uniform() < straggling.share ? straggling.times : 1
    const looked = taken + times * (photosAJob * verdict + workerJob)
    const transferred = this.storage.serve(taken, (photosAJob * photoBytes) / storage.bytesPerSecond)
    const waited = taken + (photosAJob * storage.latency) / READS_A_WORKER
    const end = Math.max(looked, transferred, waited)
    const lost = taken - Math.log(1 - this.random.uniform()) * loss.hours * 3600
    if (lost >= end) {
      this.working += end - taken
      this.events.put(end, { ...one, what: 'done' })
      return
    }
    this.again++
    this.working += lost - taken
    const back = lost + this.random.uniform(...NOTICED) + ASKED_AROUND
    this.events.put(back, { ...one, what: 'given back' })
    this.events.put(lost + loss.seconds, { what: 'free' })
  }

  private redisServes(at: number, share: number): number {
    const { redisJob, redisServers } = this.pass
    return this.redis.serve(at, (share * redisJob) / redisServers / this.redisShare)
  }
}
