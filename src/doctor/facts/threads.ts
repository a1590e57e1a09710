import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { ChiquitoError } from '../../core/index.js'
import { type GateSeat, leaveSeat, takeSeat } from '../../images/index.js'
import type { PhotoFacts } from './facts.js'
import { measureFacts, problemOf } from './measure.js'
import { readFile } from './read.js'
import { factsOfText, keptText } from './reader.js'

/** What a thread is asked: to read a file, and then whether it is needed to measure what it read. */
export type FactsRequest =
  | { readonly id: number; readonly path: string }
  | { readonly id: number; readonly isNeeded: boolean }

/** What it answers to the first, and to the second where measuring is needed. */
export type FactsAnswer =
  | { readonly id: number; readonly sha256: string; readonly bytes: number }
  | { readonly id: number; readonly text: string }
  | { readonly id: number; readonly problem: NonNullable<PhotoFacts['problem']> }
  | { readonly id: number; readonly failed: string }

/** A file as it was looked at. */
export type SeenFile =
  | {
      readonly sha256: string
      readonly bytes: number
      readonly facts: PhotoFacts
      /** The same as `keptText` gives them; undefined where they were known. */
      readonly text?: string | undefined
    }
  | { readonly problem: NonNullable<PhotoFacts['problem']> }

/** More threads than this wait for the disk. */
const MAX_THREADS = 16

/** Photos in each thread's hands: while one is decoded (on threads of the image library) another is measured. */
export const AHEAD = 3

/**
 * What a thread makes before it clears up, in MB. Pixels lie outside of this heap and are let go with what is cleared: with the
 * usual 48 a thread holds pixels of a hundred photos that nobody needs any more.
 */
const YOUNG_MB = 2

interface Job {
  /** Facts that are known of a content. */
  readonly known: (sha256: string) => PhotoFacts | undefined
  readonly resolve: (seen: SeenFile) => void
  readonly reject: (error: unknown) => void
  read?: { readonly sha256: string; readonly bytes: number }
}

interface Thread {
  readonly worker: Worker
  readonly seat: GateSeat
  readonly jobs: Map<number, Job>
}

/** Reads and measures photos on other threads; on this one where the sources run uncompiled, as in unit tests. */
export class FactsThreads {
  private readonly threads: Thread[] = []
  private lastId = 0
  /** Photos that can be in work at one time. */
  readonly places: number

  constructor(threads: number = Math.min(availableParallelism(), MAX_THREADS)) {
    const file = workerFile()
    this.places = (file ? threads : 1) * AHEAD
    if (file) for (let i = 0; i < threads; i++) this.start(file)
  }

  /**
   * @param path - absolute
   * @param known - facts of contents that were measured before; asked once the file is read
   */
  look(path: string, known: Job['known']): Promise<SeenFile> {
    if (this.threads.length === 0) return lookHere(path, known)
    const thread = this.threads.reduce((a, b) => (b.jobs.size < a.jobs.size ? b : a))
    const id = ++this.lastId
    return new Promise((resolve, reject) => {
      thread.jobs.set(id, { known, resolve, reject })
      send(thread, { id, path })
    })
  }

  /** Ends the threads, each after what it is decoding. */
  async close(): Promise<void> {
    await Promise.all(
      this.threads.map(({ worker, seat }) => {
        const gone = new Promise(resolve => worker.once('exit', resolve))
        worker.postMessage('close')
        return gone.then(() => leaveSeat(seat))
      }),
    )
  }

  private start(file: URL): void {
    const seat = takeSeat()
    const thread: Thread = {
      worker: new Worker(file, {
        execArgv: [],
        workerData: seat,
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
      }),
      seat,
      jobs: new Map(),
    }
    this.threads.push(thread)
    thread.worker.on('message', (answer: FactsAnswer) => settle(thread, answer))
    thread.worker.on('error', cause => {
      const stopped = new ChiquitoError('image', 'A thread that measured photos stopped.', { cause })
      for (const { reject } of thread.jobs.values()) reject(stopped)
      thread.jobs.clear()
    })
  }
}

function send({ worker }: Thread, request: FactsRequest): void {
  worker.postMessage(request)
}

function settle(thread: Thread, answer: FactsAnswer): void {
  const job = thread.jobs.get(answer.id)
  if (job === undefined) return
  if ('sha256' in answer) {
    job.read = { sha256: answer.sha256, bytes: answer.bytes }
    const facts = job.known(answer.sha256)
    send(thread, { id: answer.id, isNeeded: facts === undefined })
    if (facts === undefined) return
    job.resolve({ sha256: answer.sha256, bytes: answer.bytes, facts })
  } else if ('text' in answer && job.read)
    job.resolve({ ...job.read, facts: factsOfText(answer.text), text: answer.text })
  else if ('problem' in answer) job.resolve({ problem: answer.problem })
  else job.reject(new Error('failed' in answer ? answer.failed : 'A thread answered what it was not asked.'))
  thread.jobs.delete(answer.id)
}

async function lookHere(path: string, known: Job['known']): Promise<SeenFile> {
  let read: Awaited<ReturnType<typeof readFile>>
  try {
    read = await readFile(path)
  } catch (error) {
    const problem = problemOf(error)
    if (problem === null) throw error
    return { problem }
  }
  const { sha256, bytes } = read
  const before = known(sha256)
  if (before !== undefined) return { sha256, bytes: bytes.length, facts: before }
  const text = keptText(await measureFacts(bytes))
  return { sha256, bytes: bytes.length, facts: factsOfText(text), text }
}

/** The threads' program; undefined where the sources run uncompiled. */
function workerFile(): URL | undefined {
  return import.meta.url.endsWith('.js') ? new URL('./facts-worker.js', import.meta.url) : undefined
}
