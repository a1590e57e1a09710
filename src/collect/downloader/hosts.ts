import { throwIfAborted } from '../../core/index.js'

/** Waits for its turn. */
interface Waiting {
  readonly host: string
  readonly limit: number
  readonly go: () => void
}

/**
 * Bounds how much is fetched at a time, in all and from each host. Who waits is let in by order of coming, but nobody
 * waits behind somebody whose host is busy.
 */
export class HostGate {
  private readonly busy = new Map<string, number>()
  private readonly resting = new Map<string, number>()
  private readonly waiting: Waiting[] = []
  private wake: ReturnType<typeof setTimeout> | undefined
  private total = 0

  constructor(private readonly atOnce: number) {}

  /**
   * Does work as soon as there is room.
   *
   * @param limit - most at a time for this host
   * @throws what the work throws; `interrupted`, also while waiting
   */
  async run<T>(
    host: string,
    limit: number,
    work: () => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const isIn = await this.turn(host, limit, signal)
    try {
      throwIfAborted(signal)
      return await work()
    } finally {
      if (isIn) {
        this.total--
        this.busy.set(host, this.busyAt(host) - 1)
        this.letIn()
      }
    }
  }

  /** The host asked for patience: nobody is let in to it for so long. False where it rests already. */
  rest(host: string, ms: number): boolean {
    const now = performance.now()
    const before = this.resting.get(host) ?? 0
    this.resting.set(host, Math.max(before, now + ms))
    return before <= now
  }

  /** Whether the host's turn came: false where the work was stopped before. */
  private async turn(host: string, limit: number, signal: AbortSignal | undefined): Promise<boolean> {
    throwIfAborted(signal)
    return new Promise(resolve => {
      const waiting = { host, limit, go: () => end(true) }
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1)
        end(false)
        this.letIn()
      }
      const end = (isIn: boolean) => {
        signal?.removeEventListener('abort', leave)
        resolve(isIn)
      }
      signal?.addEventListener('abort', leave)
      this.waiting.push(waiting)
      this.letIn()
    })
  }

  private letIn(): void {
    clearTimeout(this.wake)
    let next = Number.POSITIVE_INFINITY
    for (let at = 0; at < this.waiting.length && this.total < this.atOnce; ) {
      const { host, limit, go } = this.waiting[at]
      const rests = (this.resting.get(host) ?? 0) - performance.now()
      if (rests > 0) next = Math.min(next, rests)
      if (rests > 0 || this.busyAt(host) >= limit) {
        at++
        continue
      }
      this.waiting.splice(at, 1)
      this.total++
      this.busy.set(host, this.busyAt(host) + 1)
      go()
    }
    // Where all hosts rest, nothing but this keeps the program from ending; where nobody waits, nothing may.
    if (Number.isFinite(next)) this.wake = setTimeout(() => this.letIn(), next)
  }

  private busyAt(host: string): number {
    return this.busy.get(host) ?? 0
  }
}
