import { Worker } from 'node:worker_threads'
import { ChiquitoError, errorOf, forbidReports } from '../../core/index.js'
import { leaveSeat, takeSeat } from '../../images/index.js'
import { checkedAnswers, type Prediction, verdictOf } from '../../predict/index.js'
import type { FromLooker, LookerSettings, SentFile, ToLooker } from './messages.js'
import type { PhotoJudge } from './photo-line.js'

/** What lives for short are a few small objects; pictures are not among JavaScript's. */
const YOUNG_MB = 2

/** Told of each batch: how many photos, and the seconds that the network took. */
export type BatchObserver = (photos: number, seconds: number) => void

/** What makes verdicts of a network's answers. */
export interface Reading {
  readonly labels: readonly string[]
  /** What `known` has to reach; undefined where every photo is one of the labels. */
  readonly threshold: number | undefined
  /** Of the model, for messages. */
  readonly path: string
}

export interface LookerListeners {
  readonly observe: BatchObserver
  readonly notice: (message: string) => void
  /** Told when the thread has gone that nobody closed. */
  readonly lost: (error: ChiquitoError) => void
}

interface Job {
  resolve(prediction: Prediction): void
  reject(error: unknown): void
}

/** A thread that decodes photos and has a network look at them. */
export class Looker implements PhotoJudge {
  private readonly jobs = new Map<number, Job>()
  private lastId = 0
  private isGone = false

  private constructor(
    private readonly worker: Worker,
    private readonly reading: Reading,
    private readonly observe: BatchObserver,
  ) {}

  /** @throws what `Session.open` throws */
  static open(
    settings: Omit<LookerSettings, 'seat'>,
    reading: Reading,
    { observe, notice, lost }: LookerListeners,
  ): Promise<Looker> {
    const seat = takeSeat()
    const workerData: LookerSettings = { ...settings, seat }
    forbidReports()
    // Node's own options of the calling program (an inline script, say) are not for this one.
    const worker = new Worker(new URL('./looker-worker.js', import.meta.url), {
      execArgv: [],
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    worker.once('exit', () => leaveSeat(seat))
    return new Promise((resolve, reject) => {
      const looker = new Looker(worker, reading, observe)
      let isOpen = false
      worker.on('message', (message: FromLooker) => {
        if (message.kind === 'notice') notice(message.message)
        else if (message.kind === 'refused') reject(errorOf(message.failure))
        else if (message.kind === 'ready') {
          isOpen = true
          resolve(looker)
        } else looker.hear(message)
      })
      const gone = (cause: unknown) => {
        const error = new ChiquitoError('engine', 'The thread that the network runs on ended.', { cause })
        reject(error)
        if (looker.leave(error) && isOpen) lost(error)
      }
      worker.on('error', gone)
      worker.on('exit', gone)
    })
  }

  /** Nobody gives anything to one that has gone. */
  get load(): number {
    return this.isGone ? Number.POSITIVE_INFINITY : this.jobs.size
  }

  /** Throws `image` for a photo that cannot be read. */
  judge({ bytes, mostPixels }: SentFile): Promise<Prediction> {
    const id = ++this.lastId
    return new Promise((resolve, reject) => {
      this.jobs.set(id, { resolve, reject })
      const { buffer } = bytes
      // Memory that holds nothing else is handed over; of other memory all would be copied.
      const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
      if (isWhole) this.say({ id, bytes, mostPixels }, [buffer])
      else this.say({ id, bytes: Uint8Array.from(bytes), mostPixels })
    })
  }

  /** Frees the network, when all that it was given is judged. */
  async close(): Promise<void> {
    if (this.isGone) return
    this.isGone = true
    const gone = new Promise(resolve => this.worker.once('exit', resolve))
    this.say('close')
    await gone
  }

  private hear(message: Extract<FromLooker, { kind: 'answers' | 'failed' }>): void {
    const jobs = message.ids.map(id => this.jobs.get(id))
    for (const id of message.ids) this.jobs.delete(id)
    if (message.kind === 'failed') {
      const error = errorOf(message.failure)
      for (const job of jobs) job?.reject(error)
      return
    }
    this.observe(jobs.length, message.seconds)
    try {
      const { labels, threshold, path } = this.reading
      const { probabilities, known } = checkedAnswers(message.answers, [jobs.length, labels.length], path)
      for (const [i, job] of jobs.entries())
        job?.resolve(verdictOf(labels, probabilities[i], known?.[i], threshold))
    } catch (error) {
      for (const job of jobs) job?.reject(error)
    }
  }

  /** Whether it went unasked. */
  private leave(error: ChiquitoError): boolean {
    const isUnasked = !this.isGone
    this.isGone = true
    for (const { reject } of this.jobs.values()) reject(error)
    this.jobs.clear()
    return isUnasked
  }

  private say(message: ToLooker, transfer: ArrayBuffer[] = []): void {
    this.worker.postMessage(message, transfer)
  }
}
