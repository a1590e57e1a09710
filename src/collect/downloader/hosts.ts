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
  private total = 0

  constructor(private readonly atOnce: number) {}

  /**
   * Does work as soon as there is room.
   *
   * @param limit - most at a time for this host
   * @throws what the work throws; `interrupted`
   */
  async run<T>(
    host: string,
    limit: number,
    work: () => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    await new Promise<void>(go => {
      this.waiting.push({ host, limit, go })
      this.letIn()
    })
    try {
      throwIfAborted(signal)
      return await work()
    } finally {
      this.total--
      this.busy.set(host, this.busyAt(host) - 1)
      this.letIn()
    }
  }

  /** The host asked for patience: nobody is let in to it for so long. */
  rest(host: string, ms: number): void {
    const until = performance.now() + ms
    if (until <= (this.resting.get(host) ?? 0)) return
    this.resting.set(host, until)
    setTimeout(() => this.letIn(), ms).unref()
  }

  private letIn(): void {
    for (let at = 0; at < this.waiting.length && this.total < this.atOnce; ) {
      const { host, limit, go } = this.waiting[at]
      const isResting = (this.resting.get(host) ?? 0) > performance.now()
      if (isResting || this.busyAt(host) >= limit) {
        at++
        continue
      }
      this.waiting.splice(at, 1)
      this.total++
      this.busy.set(host, this.busyAt(host) + 1)
      go()
    }
  }

  private busyAt(host: string): number {
    return this.busy.get(host) ?? 0
  }
}
