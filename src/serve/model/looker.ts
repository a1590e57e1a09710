import { Worker } from 'node:worker_threads'
import { ChiquitoError, errorOf } from '../../core/index.js'
import type { RawAnswers } from '../../predict/index.js'
import type { FromLooker, LookerSettings, ToLooker } from './messages.js'

/** A batch is a few small objects. */
const YOUNG_MB = 2

/** What became of a batch. */
export interface Looked {
  readonly answers: RawAnswers
  /** That the network took. */
  readonly seconds: number
}

interface Waiting {
  resolve(looked: Looked): void
  reject(error: unknown): void
}

/** A network on a thread of its own; looks at one batch at a time. */
export class Looker {
  private waiting: Waiting | undefined
  /** Goes to the thread with a batch and comes back with its answer. */
  private memory: Uint8Array<ArrayBuffer> | undefined
  private isGone = false

  private constructor(
    private readonly worker: Worker,
    { size }: LookerSettings,
    most: number,
  ) {
    this.memory = new Uint8Array(most * size * size * 3)
  }

  /**
   * Opens a network on a thread of its own.
   *
   * @param most - photos in a batch
   * @throws what `Session.open` throws
   */
  static open(
    settings: LookerSettings,
    most: number,
    { notice, lost }: { notice(message: string): void; lost(error: ChiquitoError): void },
  ): Promise<Looker> {
    // Node's own options of the calling program (an inline script, say) are not for this one.
    const worker = new Worker(new URL('./looker-worker.js', import.meta.url), {
      execArgv: [],
      workerData: settings,
      // What lives for long are the weights, which are not JavaScript's.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    return new Promise((resolve, reject) => {
      let looker: Looker | undefined
      worker.on('message', (message: FromLooker) => {
        if (message.kind === 'notice') notice(message.message)
        else if (message.kind === 'refused') reject(errorOf(message.failure))
        else if (message.kind === 'ready') {
          looker = new Looker(worker, settings, most)
          resolve(looker)
        } else looker?.hear(message)
      })
      const gone = (cause: unknown) => {
        const error = new ChiquitoError('engine', 'The thread that the network runs on ended.', { cause })
        reject(error)
        if (looker?.leave(error)) lost(error)
      }
      worker.on('error', gone)
      worker.on('exit', gone)
    })
  }

  get isIdle(): boolean {
    return this.memory !== undefined && !this.isGone
  }

  /** Judges views, bytes [size, size, 3] each. Only when idle. */
  look(views: readonly Uint8Array[]): Promise<Looked> {
    const { memory } = this
    if (!memory)
      return Promise.reject(new ChiquitoError('engine', 'The network is looking at photos already.'))
    let at = 0
    for (const view of views) {
      memory.set(view, at)
      at += view.length
    }
    this.memory = undefined
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
      this.say({ views: memory, count: views.length }, [memory.buffer])
    })
  }

  /** Frees the network, when it has looked at what it is looking at. */
  async close(): Promise<void> {
    if (this.isGone) return
    this.isGone = true
    const gone = new Promise(resolve => this.worker.once('exit', resolve))
    this.say('close')
    await gone
  }

  private hear(message: Extract<FromLooker, { kind: 'answer' | 'failed' }>): void {
    const { waiting } = this
    this.memory = message.views
    this.waiting = undefined
    if (message.kind === 'answer') waiting?.resolve(message)
    else waiting?.reject(errorOf(message.failure))
  }

  /** Whether it went unasked. */
  private leave(error: ChiquitoError): boolean {
    const isUnasked = !this.isGone
    this.isGone = true
    this.waiting?.reject(error)
    this.waiting = undefined
    return isUnasked
  }

  private say(message: ToLooker, transfer: ArrayBuffer[] = []): void {
    this.worker.postMessage(message, transfer)
  }
}
