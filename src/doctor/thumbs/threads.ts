import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { ChiquitoError, errorOf, type Failure } from '../../core/index.js'
import { cacheFolder } from '../../files/index.js'
import { type GateSeat, leaveSeat, takeSeat } from '../../images/index.js'
import { attempt, forgetOldest } from '../facts/index.js'
import { keptThumb, makeThumb, olderFolders, shardsOf, type Thumb, type ThumbRequest } from './make.js'

export type ThumbQuestion = ThumbRequest & { readonly id: number }
export type ThumbAnswer = (Thumb & { readonly id: number }) | (Failure & { readonly id: number })

/** More than these only wait for the disk. */
const MAX_THREADS = 4

/** Photos in each thread's hands: libvips decodes on threads of its own, and meanwhile another is begun. */
const AHEAD = 2

/** Small copies that are kept in each of 256 folders, some six kilobytes each: 300,000 in all. */
const MOST_KEPT = 1200

/** `now`: somebody waits for it. `ahead`: made when nobody does. */
export type ThumbHaste = 'now' | 'ahead'

export interface ThumbOptions {
  /** Of the photo, where that is known: then a copy that was kept is found without reading it. */
  readonly sha256?: string | undefined
  /** Another text where the file was written anew. */
  readonly version?: string | undefined
  readonly haste?: ThumbHaste | undefined
}

interface Job {
  readonly key: string
  readonly request: ThumbRequest
  readonly resolve: (thumb: Thumb) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  readonly seat: GateSeat
  readonly jobs: Map<number, Job>
}

/**
 * Small copies of photos, made on threads of their own and kept by content in the cache folder. What was asked for last is made
 * first: that is what a person who scrolls sees now.
 */
export class Thumbs {
  private readonly threads: Thread[] = []
  /** The last is made first. */
  private readonly waiting: Job[] = []
  /** Waiting or begun, by what is asked for: two who ask share one. */
  private readonly promised = new Map<string, Promise<Thumb>>()
  private lastId = 0
  private isClosed = false
  private readonly limit: number

  constructor(
    private readonly folder: string = join(cacheFolder(), 'thumbs'),
    threads: number = Math.min(availableParallelism(), MAX_THREADS),
  ) {
    this.limit = workerFile() === undefined ? 0 : threads
  }

  /**
   * @param path - of the photo, absolute
   * @param side - long side at most, in pixels
   * @throws `image` for what cannot be read or decoded
   */
  async of(
    path: string,
    side: number,
    { sha256, version = '', haste = 'now' }: ThumbOptions = {},
  ): Promise<Thumb> {
    const kept = sha256 === undefined ? undefined : await keptThumb(this.folder, sha256, side)
    if (kept !== undefined && sha256 !== undefined) return { file: kept, sha256 }
    const request = { path, side, folder: this.folder }
    if (this.isClosed) throw stopped()
    if (this.limit === 0) return makeThumb(request)
    const key = `${side} ${version} ${path}`
    const thumb = this.promised.get(key) ?? this.promise(key, request)
    if (haste === 'now') this.putFirst(key)
    this.hand()
    return thumb
  }

  /** Starts the threads, so that the first photo does not wait for that. */
  ready(): void {
    while (!this.isClosed && this.threads.length < this.limit && this.start() !== undefined);
  }

  /** Gives up what is not made yet, ends the threads, and forgets the oldest where there are very many. */
  async close(): Promise<void> {
    this.isClosed = true
    const begun = this.threads.flatMap(({ jobs }) => [...jobs.values()])
    for (const { reject } of [...begun, ...this.waiting.splice(0)]) reject(stopped())
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()))
    for (const old of olderFolders(this.folder)) attempt(() => rmSync(old, { recursive: true, force: true }))
    for (const shard of shardsOf(this.folder)) attempt(() => forgetOldest(shard, MOST_KEPT))
  }

  private promise(key: string, request: ThumbRequest): Promise<Thumb> {
    const made = new Promise<Thumb>((resolve, reject) => {
      this.waiting.unshift({ key, request, resolve, reject })
    })
    const thumb = made.finally(() => this.promised.delete(key))
    this.promised.set(key, thumb)
    return thumb
  }

  private putFirst(key: string): void {
    const place = this.waiting.findLastIndex(job => job.key === key)
    if (place >= 0) this.waiting.push(...this.waiting.splice(place, 1))
  }

  private hand(): void {
    while (this.waiting.length > 0 && !this.isClosed) {
      const thread = this.freeThread()
      const job = thread && this.waiting.pop()
      if (thread === undefined || job === undefined) return
      const id = ++this.lastId
      thread.jobs.set(id, job)
      thread.worker.postMessage({ id, ...job.request } satisfies ThumbQuestion)
    }
  }

  private freeThread(): Thread | undefined {
    const least = this.threads.toSorted((a, b) => a.jobs.size - b.jobs.size).at(0)
    if (this.threads.length < this.limit && (least === undefined || least.jobs.size > 0)) return this.start()
    return least !== undefined && least.jobs.size < AHEAD ? least : undefined
  }

  private start(): Thread | undefined {
    const file = workerFile()
    if (file === undefined) return undefined
    const seat = takeSeat()
    const thread: Thread = {
      worker: new Worker(file, { execArgv: [], workerData: seat }),
      seat,
      jobs: new Map(),
    }
    this.threads.push(thread)
    thread.worker.unref()
    thread.worker.on('message', (answer: ThumbAnswer) => {
      const job = thread.jobs.get(answer.id)
      thread.jobs.delete(answer.id)
      if ('file' in answer) job?.resolve(answer)
      else job?.reject(errorOf(answer))
      this.hand()
    })
    thread.worker.on('error', () => undefined)
    thread.worker.on('exit', () => {
      leaveSeat(seat)
      this.threads.splice(this.threads.indexOf(thread), 1)
      for (const { reject } of thread.jobs.values()) reject(stopped())
      this.hand()
    })
    return thread
  }
}

function stopped(): ChiquitoError {
  return new ChiquitoError('image', 'The thread that makes small copies of photos stopped.')
}

/** Undefined where the sources run uncompiled, as in unit tests. */
function workerFile(): URL | undefined {
  return import.meta.url.endsWith('.js') ? new URL('./thumbs-worker.js', import.meta.url) : undefined
}
