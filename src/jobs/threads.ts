import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import {
  ChiquitoError,
  errorOf,
  forbidReports,
  INTERRUPTED,
  throwIfAborted,
  type WorkOptions,
} from '../core/index.js'
import type { JobEngine, JobList } from './engine.js'
import { inOrder } from './in-order.js'
import type { Job, JobOutcome } from './job.js'
import { removeResult } from './results.js'
import type { BlobStore } from './store/index.js'
import type { FromThread, ThreadData, ToThread } from './thread-messages.js'

/** Jobs in the hands of each thread: one in work, one to go on with. */
const AHEAD = 2

interface Waiting {
  readonly resolve: (answer: FromThread) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  readonly waiting: Map<number, Waiting>
}

/** Does jobs on worker threads, one at a time on each. */
export class EngineThreads implements JobEngine {
  readonly places: number
  private readonly threads: readonly Thread[]
  private lastId = 0

  /** @param kinds - the module that exports `jobKinds`, as it is built */
  constructor(
    kinds: URL,
    private readonly store: BlobStore,
    count: number,
  ) {
    const threads = Math.max(1, Math.floor(availableParallelism() / count))
    const data: ThreadData = { kinds: kinds.href, store: store.address, threads }
    this.threads = Array.from({ length: count }, () => started(data))
    this.places = count * AHEAD
  }

  async *run(jobs: JobList, work: WorkOptions = {}): AsyncGenerator<JobOutcome> {
    const stop = () => this.tell({ say: 'stop' })
    work.signal?.addEventListener('abort', stop, { once: true })
    try {
      yield* inOrder(jobs, this.places, job => this.outcome(job, work))
    } finally {
      work.signal?.removeEventListener('abort', stop)
    }
  }

  discard({ key }: JobOutcome): Promise<void> {
    return removeResult(this.store, key)
  }

  async close(): Promise<void> {
    const gone = this.threads.map(({ worker }) => new Promise(resolve => worker.once('exit', resolve)))
    this.tell({ say: 'close' })
    await Promise.all(gone)
  }

  private async outcome(job: Job, { signal }: WorkOptions): Promise<JobOutcome> {
    throwIfAborted(signal)
    const answer = await this.answer(job)
    if ('performed' in answer) return { job, ...answer.performed }
    const { key, failure } = answer
    if (failure.code === 'interrupted') throw errorOf({ code: 'interrupted', message: INTERRUPTED })
    return { job, key, failure, isRecalled: false }
  }

  private answer(job: Job): Promise<FromThread> {
    const thread = this.threads.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a))
    const id = ++this.lastId
    return new Promise((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject })
      thread.worker.postMessage({ say: 'do', id, job } satisfies ToThread)
    })
  }

  private tell(message: ToThread): void {
    for (const { worker } of this.threads) worker.postMessage(message)
  }
}

function started(data: ThreadData): Thread {
  forbidReports()
  const worker = new Worker(new URL('./job-thread.js', import.meta.url), { execArgv: [], workerData: data })
  const waiting = new Map<number, Waiting>()
  const fail = (cause: unknown) => {
    const stopped = new ChiquitoError('engine', 'A thread that did jobs stopped.', { cause })
    for (const { reject } of waiting.values()) reject(stopped)
    waiting.clear()
  }
  worker.on('message', (answer: FromThread) => {
    waiting.get(answer.id)?.resolve(answer)
    waiting.delete(answer.id)
  })
  worker.on('error', fail)
  worker.on('exit', () => fail(undefined))
  return { worker, waiting }
}
