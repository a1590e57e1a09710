import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { argumentError, ChiquitoError, errorOf, type Failure } from '../core/index.js'
import type { AugmentationDraw } from './augment.js'
import { renderViewsOf, type ViewSource, type ViewSources } from './augmented-view.js'
import { type OpenPhoto, openPhoto } from './decode.js'
import { leaveSeat, takeSeat } from './decode-gate.js'
import { type DecodedBeside, lookedAt } from './decoded-beside.js'
import { readPhotoFile } from './photo-file.js'
import { SourceCache } from './source-cache.js'
import type { ViewRule } from './view.js'

export interface ViewsOptions {
  /** What the photo is called in error messages, usually its path. */
  readonly name: string
  readonly rule: ViewRule
  /**
   * SHA-256 (hexadecimal) of the file as the data set was read: only views of that content are given. A source that was
   * kept is of it already.
   */
  readonly sha256?: string | undefined
  /** One view for each; `null` is the plain one. */
  readonly draws: readonly (AugmentationDraw | null)[]
  /** Pixels that the photo may have at most, where that is fewer than are decoded anyway. */
  readonly mostPixels?: number | undefined
  /** The photo will be asked for again: keep what its views are sampled from, as far as `keepBytes` allows. */
  readonly keep?: boolean | undefined
}

export interface PhotoReaderOptions {
  /** Threads that decode; 0 decodes on the calling thread, which suits a photo or two. Default: one a processor. */
  readonly workers?: number | undefined
  /** Most memory for photos that are kept decoded; none by default. */
  readonly keepBytes?: number | undefined
  /** What else is learnt of photos as they are decoded; where that is on the calling thread, nothing is. */
  readonly beside?: DecodedBeside | undefined
}

/** A photo file: its path, which is read on the thread that decodes it, or its bytes. */
export type PhotoFile = string | Uint8Array

/** What a worker is asked. */
export interface ViewsRequest extends ViewsOptions {
  readonly id: number
  readonly file: PhotoFile
  /** Sources that need not be made again. */
  readonly known?: ViewSources | undefined
  /** Path of the program that is to look at the photo, too, if it is decoded. */
  readonly beside?: string | undefined
}

/** What it answers. */
export type ViewsAnswer =
  | {
      readonly id: number
      readonly views: Uint8Array[]
      readonly made: readonly (readonly [number, ViewSource])[]
      /** What that program says. */
      readonly said?: string | undefined
    }
  | ({ readonly id: number } & Failure)

/** More threads than this wait for whoever uses the views. */
const MAX_WORKERS = 16
/** Photos handed to a worker ahead of time, so that it never waits for the calling thread. */
const AHEAD = 3

interface Job {
  readonly request: ViewsRequest
  readonly tell: ((said: string) => void) | undefined
  readonly resolve: (views: Uint8Array[]) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  readonly jobs: Map<number, Job>
}

/**
 * Decodes photos and renders their views on other threads: each photo is decoded once for all its views. Answers
 * do not depend on the number of threads. Threads start with the first photo and keep no process alive.
 */
export class PhotoReader {
  private readonly limit: number
  private readonly threads: Thread[] = []
  private readonly waiting: Job[] = []
  private lastId = 0
  private closed = false
  private readonly cache: SourceCache
  private readonly beside: DecodedBeside | undefined

  constructor({
    workers = Math.min(availableParallelism(), MAX_WORKERS),
    keepBytes = 0,
    beside,
  }: PhotoReaderOptions = {}) {
    if (!Number.isInteger(workers) || workers < 0 || workers > MAX_WORKERS)
      throw argumentError('workers', `a whole number from 0 to ${MAX_WORKERS}`, workers)
    this.limit = workerFile() ? workers : 0
    this.cache = new SourceCache(keepBytes)
    this.beside = beside
  }

  /**
   * The views of one photo file: bytes [size, size, 3] for each draw. Throws `image` where it cannot be read, `data`
   * where it is not what it was.
   */
  views(file: PhotoFile, options: ViewsOptions): Promise<Uint8Array[]> {
    if (this.closed) return Promise.reject(closedError())
    const { name, sha256, rule, draws, mostPixels } = options
    const keep = options.keep === true && typeof file === 'string'
    const known = keep ? this.cache.get(file, rule) : undefined
    if (this.limit === 0) return this.readHere(file, options, known)
    const { program } = this.beside ?? {}
    const isAsked = program !== undefined && sha256 !== undefined && typeof file === 'string'
    const tell = isAsked ? this.beside?.begin(file, sha256) : undefined
    return new Promise((resolve, reject) => {
      const request = {
        id: ++this.lastId,
        file,
        name,
        sha256,
        rule,
        draws,
        mostPixels,
        keep: keep && this.cache.hasRoom,
        known,
        beside: tell && program,
      }
      this.waiting.push({ request, tell, resolve, reject })
      this.hand()
    })
  }

  /**
   * Ends the threads, each after the photo that it is decoding. What was asked for and is not done is given up: whoever
   * loads ahead may have asked for hundreds, and whoever stops the work waits for this.
   */
  async close(): Promise<void> {
    this.closed = true
    const begun = this.threads.flatMap(({ jobs }) => [...jobs.values()])
    for (const { jobs } of this.threads) jobs.clear()
    for (const { reject } of [...begun, ...this.waiting.splice(0)]) reject(closedError())
    await Promise.all(
      this.threads.map(({ worker }) => {
        const gone = new Promise(resolve => worker.once('exit', resolve))
        worker.ref()
        worker.postMessage('close')
        return gone
      }),
    )
  }

  private async readHere(
    file: PhotoFile,
    options: ViewsOptions,
    known: ViewSources | undefined,
  ): Promise<Uint8Array[]> {
    const { views, made } = await renderFile(file, options, known)
    if (options.keep && typeof file === 'string') this.cache.put(file, options.rule, made)
    return views
  }

  /** Gives waiting photos to the least busy threads. */
  private hand(): void {
    while (this.waiting.length > 0) {
      const thread = this.freeThread()
      if (!thread) return
      const job = this.waiting.shift()
      if (!job) return
      if (thread.jobs.size === 0) thread.worker.ref()
      thread.jobs.set(job.request.id, job)
      thread.worker.postMessage(job.request)
    }
  }

  private freeThread(): Thread | undefined {
    const least = this.threads.reduce<Thread | undefined>(
      (best, thread) => (best && best.jobs.size <= thread.jobs.size ? best : thread),
      undefined,
    )
    if (this.threads.length < this.limit && (!least || least.jobs.size > 0)) return this.start()
    return least && least.jobs.size < AHEAD ? least : undefined
  }

  private start(): Thread | undefined {
    const file = workerFile()
    if (!file) return undefined
    // Node's own options of the calling program (an inline script, say) are not for this one.
    const seat = takeSeat()
    const thread: Thread = { worker: new Worker(file, { execArgv: [], workerData: seat }), jobs: new Map() }
    this.threads.push(thread)
    thread.worker.unref()
    thread.worker.on('message', (answer: ViewsAnswer) => this.settle(thread, answer))
    const lost = (cause: unknown) => {
      // An error is followed by the exit.
      if (!this.threads.includes(thread)) return
      leaveSeat(seat)
      const index = this.threads.indexOf(thread)
      if (index >= 0) this.threads.splice(index, 1)
      for (const { request, reject } of thread.jobs.values())
        reject(new ChiquitoError('image', `${request.name}: the thread that decoded it stopped.`, { cause }))
      thread.jobs.clear()
      this.hand()
    }
    thread.worker.on('error', lost)
    thread.worker.on('exit', lost)
    return thread
  }

  private settle(thread: Thread, answer: ViewsAnswer): void {
    const job = thread.jobs.get(answer.id)
    if (!job) return
    thread.jobs.delete(answer.id)
    // While closing, somebody waits for the thread to end: that must keep the process alive.
    if (thread.jobs.size === 0 && !this.closed) thread.worker.unref()
    if ('views' in answer) {
      const { file, rule } = job.request
      if (typeof file === 'string') this.cache.put(file, rule, answer.made)
      if (answer.said !== undefined) job.tell?.(answer.said)
      job.resolve(answer.views)
    } else job.reject(errorOf(answer))
    this.hand()
  }
}

function closedError(): ChiquitoError {
  return new ChiquitoError('usage', 'This PhotoReader is closed.')
}

/** The views of one photo file, on this thread. */
export async function readViews(file: PhotoFile, options: ViewsOptions): Promise<Uint8Array[]> {
  return (await renderFile(file, options)).views
}

interface Rendered {
  readonly views: Uint8Array[]
  readonly made: readonly (readonly [number, ViewSource])[]
  readonly said: string | undefined
}

/**
 * The views of one photo file, and the sources made for them beside those that were known.
 *
 * @param beside path of a program that is to look at the photo, too, if it is decoded
 */
export async function renderFile(
  file: PhotoFile,
  { name, sha256, rule, draws, mostPixels }: ViewsOptions,
  known: ViewSources = new Map(),
  beside?: string | undefined,
): Promise<Rendered> {
  const sources = new Map(known)
  let photo: Promise<OpenPhoto> | undefined
  let bytes: Uint8Array = new Uint8Array()
  const open = async () => {
    bytes = typeof file === 'string' ? await readPhotoFile(file, name, sha256) : file
    return openPhoto(bytes, name, mostPixels)
  }
  const views = await renderViewsOf(
    async shortSide => {
      photo ??= open()
      return (await photo).pixelsAt(shortSide)
    },
    rule,
    draws,
    sources,
  )
  const said = photo && beside !== undefined ? await lookedAt(beside, bytes, await photo) : undefined
  return { views, made: [...sources].filter(([step]) => !known.has(step)), said }
}

/** The worker's program; undefined where the sources run uncompiled, as in unit tests: then nothing can start it. */
function workerFile(): URL | undefined {
  return import.meta.url.endsWith('.js') ? new URL('./reader-worker.js', import.meta.url) : undefined
}
