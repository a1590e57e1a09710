import { throwIfAborted } from '../../core/index.js'
import type { Prediction } from '../../predict/index.js'
import type { SentFile } from './messages.js'

/** What judges photos, some at a time. */
export interface PhotoJudge {
  /** Photos in its hands. */
  readonly load: number
  judge(photo: SentFile): Promise<Prediction>
}

interface Job {
  readonly photo: SentFile
  readonly signal: AbortSignal
  resolve(prediction: Prediction): void
  reject(error: unknown): void
}

/**
 * Photos of all requests, in the order in which they came. Whoever has least to do gets the next one, as far as nobody has more in hand
 * than keeps it busy; so a photo alone never waits, and none waits behind one that takes long while somebody else is free.
 */
export class PhotoLine {
  private waiting: Job[] = []

  /** @param ahead - photos that one judge holds at most */
  constructor(
    private readonly judges: readonly PhotoJudge[],
    private readonly ahead: number,
  ) {}

  /** Judges one photo. What is given up before its turn is left out. */
  judge(photo: SentFile, signal: AbortSignal): Promise<Prediction> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ photo, signal, resolve, reject })
      this.hand()
    })
  }

  private hand(): void {
    this.dropAborted()
    while (this.waiting.length > 0) {
      const judge = this.judges.reduce((best, one) => (one.load < best.load ? one : best))
      if (judge.load >= this.ahead) return
      const job = this.waiting.shift()
      if (job) void this.give(judge, job)
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

  private async give(judge: PhotoJudge, { photo, resolve, reject }: Job): Promise<void> {
    try {
      resolve(await judge.judge(photo))
    } catch (error) {
      reject(error)
    } finally {
      this.hand()
    }
  }
}
