import { throwIfAborted } from '../../core/index.js'
import { checkedAnswers, type Prediction, verdictOf } from '../../predict/index.js'
import type { Looked } from './looker.js'

/** What looks at a batch. */
export interface BatchLooker {
  readonly isIdle: boolean
  look(views: readonly Uint8Array[]): Promise<Looked>
}

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

interface Job {
  readonly view: Uint8Array
  readonly signal: AbortSignal
  resolve(prediction: Prediction): void
  reject(error: unknown): void
}

/**
 * Gathers what different requests ask for: whatever waits when a network becomes free goes to it at once, together. So a
 * photo alone never waits for company, and under load batches grow by themselves.
 */
export class Batcher {
  private waiting: Job[] = []

  /** @param most - photos in a batch */
  constructor(
    private readonly lookers: readonly BatchLooker[],
    private readonly most: number,
    private readonly reading: Reading,
    private readonly observe: BatchObserver,
  ) {}

  /** Judges one view, bytes [size, size, 3]. What was given up before its turn is left out. */
  look(view: Uint8Array, signal: AbortSignal): Promise<Prediction> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ view, signal, resolve, reject })
      this.hand()
    })
  }

  private hand(): void {
    this.dropAborted()
    const idle = this.lookers.filter(({ isIdle }) => isIdle)
    for (const [i, looker] of idle.entries()) {
      if (this.waiting.length === 0) return
      // Those that are idle share what there is.
      const share = Math.ceil(this.waiting.length / (idle.length - i))
      void this.run(looker, this.waiting.splice(0, Math.min(share, this.most)))
    }
  }

  private dropAborted(): void {
    for (const { signal, reject } of this.waiting)
      try {
        throwIfAborted(signal)
      } catch (error) {
        reject(error)
      }
    this.waiting = this.waiting.filter(({ signal }) => !signal.aborted)
  }

  private async run(looker: BatchLooker, jobs: readonly Job[]): Promise<void> {
    try {
      const { answers, seconds } = await looker.look(jobs.map(({ view }) => view))
      this.observe(jobs.length, seconds)
      const { labels, threshold, path } = this.reading
      const { probabilities, known } = checkedAnswers(answers, [jobs.length, labels.length], path)
      for (const [i, { resolve }] of jobs.entries())
        resolve(verdictOf(labels, probabilities[i], known?.[i], threshold))
    } catch (error) {
      for (const { reject } of jobs) reject(error)
    } finally {
      this.hand()
    }
  }
}
