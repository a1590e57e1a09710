import { stat } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { ChiquitoError, errorOf, type Failure, forbidReports, type Tensor } from '../core/index.js'
import type { Model } from '../onnx/index.js'
import { busyFlag, keepOut } from './busy-flag.js'
import { programBeside } from './programs.js'
import { loadRuntime } from './runtime.js'
import type { Session } from './session.js'

/** What a thread opens. */
export interface ThreadModel {
  /** An `.onnx` file: its path, or its bytes, of which each has a copy, as the runtime takes no memory that threads share. */
  readonly file: Uint8Array | string
  readonly name: string
  /** Threads of the runtime in that thread: itself among them. */
  readonly threads: number
  /** Whether the thread is inside the runtime. */
  readonly flag: Int32Array
}

type Tensors = Readonly<Record<string, Tensor>>

/** What it is asked. */
export interface ThreadRequest {
  readonly id: number
  readonly feeds: Tensors
  /** The results wanted; all of them by default. */
  readonly wanted: readonly string[] | undefined
}

/** What is fed and what comes back, by name. */
export type ThreadTypes = Pick<Session, 'inputs' | 'outputs'>

/** What it answers; to 0, that it is open, and what it takes. */
export type ThreadAnswer =
  | { readonly id: number; readonly outputs: Tensors; readonly types?: ThreadTypes | undefined }
  | ({ readonly id: number } & Failure)

/** Most memory that the sessions of a model may take together, and how many times its file each of them takes at least. */
const MOST_BYTES = 256 * 1024 * 1024
const TIMES_FILE = 4
/** What a session of a small model takes for its runs. */
const LEAST_BYTES = 48 * 1024 * 1024

/** How many sessions of a model, each on threads of its own, the memory allows: one at least. */
export function sessionsFor(fileBytes: number, threads: number): number {
  const each = Math.max(LEAST_BYTES, TIMES_FILE * fileBytes)
  return Math.max(1, Math.min(threads, Math.floor(MOST_BYTES / each)))
}

/** Runs in the hands of each thread: one at work, and one to go on with. */
const AHEAD = 2

interface Job {
  readonly resolve: (outputs: Tensors) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  readonly flag: Int32Array
  readonly jobs: Map<number, Job>
  types: ThreadTypes
  /** Somebody waits for its end: that keeps the process alive, too. */
  isClosing: boolean
  isGone: boolean
}

/**
 * A model on several threads of the CPU, each with a session of its own. Runs side by side, each on one thread, take less of the
 * processor than one run on all of them, whose threads wait for one another at every operation, and this thread is free meanwhile.
 */
export class SessionThreads {
  readonly device = 'cpu'
  private lastId = 0
  private readonly onExit = () => {
    for (const { flag, isGone } of this.threads) if (!isGone) keepOut(flag)
  }

  private constructor(
    private readonly name: string,
    private readonly threads: readonly Thread[],
  ) {
    process.once('exit', this.onExit)
  }

  /**
   * Undefined where it would be no gain: with one thread, with a large model, or where no thread can be started.
   *
   * @param model - one built here, or the path of an `.onnx` file
   * @param count - threads of the CPU
   * @throws ChiquitoError as `Session.open` does
   */
  static async open(model: Model | string, count: number): Promise<SessionThreads | undefined> {
    const program = programBeside('session-thread')
    if (program === undefined || count < 2) return undefined
    const { name, file, size } = await fileOf(model)
    const each = Math.max(LEAST_BYTES, TIMES_FILE * size)
    const sessions = Math.min(count, Math.floor(MOST_BYTES / each))
    if (sessions < 2) return undefined
    // Here first: what it reads from the environment is this thread's to set.
    await loadRuntime()
    const given = { file, name, threads: Math.floor(count / sessions) }
    const threads = Array.from({ length: sessions }, () => start(program, { ...given, flag: busyFlag() }))
    const opened = new SessionThreads(
      name,
      threads.map(({ thread }) => thread),
    )
    try {
      await Promise.all(threads.map(({ isOpen }) => isOpen))
    } catch (error) {
      await opened.close()
      throw error
    }
    return opened
  }

  /** As {@link Session.inputs}. */
  get inputs(): ThreadTypes['inputs'] {
    return this.threads[0].types.inputs
  }

  /** As {@link Session.outputs}. */
  get outputs(): ThreadTypes['outputs'] {
    return this.threads[0].types.outputs
  }

  /** Runs that may be asked for before the first of them is waited for. */
  get atOnce(): number {
    return this.threads.length * AHEAD
  }

  /**
   * Runs the model. The memory of feeds is handed over: it is gone when this returns.
   *
   * @param wanted - the results wanted, all when absent
   * @throws ChiquitoError `engine` as `Session.run` does
   */
  run(feeds: Tensors, wanted?: readonly string[]): Promise<Tensors> {
    const thread = this.threads.reduce((a, b) => (b.jobs.size < a.jobs.size ? b : a))
    const id = ++this.lastId
    if (thread.isGone || thread.isClosing)
      return Promise.reject(new ChiquitoError('engine', `${this.name} was closed and cannot run any more.`))
    return new Promise((resolve, reject) => {
      begin(thread, id, { resolve, reject })
      const buffers = Object.values(feeds).map(({ data }) => data.buffer)
      const request: ThreadRequest = { id, feeds, wanted }
      thread.worker.postMessage(
        request,
        buffers.filter(buffer => buffer instanceof ArrayBuffer),
      )
    })
  }

  /** Ends the threads, each after what it is at. */
  async close(): Promise<void> {
    for (const thread of this.threads) {
      thread.isClosing = true
      for (const { reject } of thread.jobs.values())
        reject(new ChiquitoError('engine', `${this.name} was closed and cannot run any more.`))
      thread.jobs.clear()
    }
    const there = this.threads.filter(({ isGone }) => !isGone)
    await Promise.all(
      there.map(({ worker }) => {
        const gone = new Promise(resolve => worker.once('exit', resolve))
        worker.ref()
        worker.postMessage('close')
        return gone
      }),
    )
    process.off('exit', this.onExit)
  }
}

async function fileOf(
  model: Model | string,
): Promise<{ readonly name: string; readonly file: Uint8Array | string; readonly size: number }> {
  if (typeof model === 'string') return { name: model, file: model, size: (await stat(model)).size }
  const { writeModel } = await import('../onnx/index.js')
  const file = writeModel(model)
  return { name: model.graph.name, file, size: file.length }
}

/** A thread keeps the process alive as long as it has something to answer. */
function begin({ worker, jobs }: Thread, id: number, job: Job): void {
  if (jobs.size === 0) worker.ref()
  jobs.set(id, job)
}

function start(program: string, workerData: ThreadModel): { thread: Thread; isOpen: Promise<unknown> } {
  forbidReports()
  const worker = new Worker(program, { execArgv: [], workerData })
  const types: ThreadTypes = { inputs: new Map(), outputs: new Map() }
  const { flag } = workerData
  const thread: Thread = { worker, flag, jobs: new Map(), types, isClosing: false, isGone: false }
  const isOpen = new Promise((resolve, reject) => begin(thread, 0, { resolve, reject }))
  worker.on('message', (answer: ThreadAnswer) => {
    const job = thread.jobs.get(answer.id)
    thread.jobs.delete(answer.id)
    if (thread.jobs.size === 0 && !thread.isClosing) worker.unref()
    if ('types' in answer && answer.types !== undefined) thread.types = answer.types
    if ('outputs' in answer) job?.resolve(answer.outputs)
    else job?.reject(errorOf(answer))
  })
  const lost = (cause: unknown) => {
    thread.isGone = true
    for (const { reject } of thread.jobs.values())
      reject(new ChiquitoError('engine', `The thread that ran ${workerData.name} stopped.`, { cause }))
    thread.jobs.clear()
  }
  worker.on('error', lost)
  worker.on('exit', lost)
  return { thread, isOpen }
}
