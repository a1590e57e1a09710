import { ChiquitoError, pause, throwIfAborted, type WorkOptions } from '../../../core/index.js'
import { type Trouble, troubleOf } from './troubles.js'

/** A server that is started again, or a network that was away, is back by then; a command that is begun again finds what was done. */
const PATIENCE_MS = 300_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000

/** Asks a server again and again while it is away, says so once, and once more when it is back. */
export class Patience {
  private isAway = false

  constructor(
    private readonly shown: string,
    private readonly work: WorkOptions,
    private readonly patience = PATIENCE_MS,
  ) {}

  /** @throws `usage` where it refuses, `io` where it stays away; `interrupted` */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    const last = Date.now() + this.patience
    for (let ms = FIRST_PAUSE_MS; ; ms = Math.min(2 * ms, LONGEST_PAUSE_MS)) {
      try {
        const answer = await question()
        this.back()
        return answer
      } catch (error) {
        throwIfAborted(this.work.signal)
        if (error instanceof ChiquitoError) throw error
        const trouble = troubleOf(error)
        if (!trouble.passes || Date.now() > last) throw this.refused(trouble)
        this.away(trouble)
        // Many wait at once: not all ask in the same moment.
        await pause(ms * (0.5 + Math.random() / 2), this.work.signal)
      }
    }
  }

  /** Asks once. @throws `usage` where it refuses, `io` where nobody answers */
  async askOnce<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question()
    } catch (error) {
      throwIfAborted(this.work.signal)
      throw error instanceof ChiquitoError ? error : this.refused(troubleOf(error))
    }
  }

  private refused({ reason, passes }: Trouble): ChiquitoError {
    const what = passes ? 'Cannot reach' : 'Cannot use'
    return new ChiquitoError(passes ? 'io' : 'usage', `${what} the store ${this.shown}: ${reason}.`)
  }

  private away({ reason }: Trouble): void {
    if (this.isAway) return
    this.isAway = true
    this.say(`The store ${this.shown} is away: ${reason}. It is asked again for some minutes.`)
  }

  private back(): void {
    if (!this.isAway) return
    this.isAway = false
    this.say(`The store ${this.shown} is back.`)
  }

  private say(message: string): void {
    this.work.progress?.({ kind: 'notice', message })
  }
}
