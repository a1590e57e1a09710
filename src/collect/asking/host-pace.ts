import { pause } from '../../core/index.js'

/** When each host may be asked again: one question after another, with a pause between. */
export class HostPace {
  private readonly free = new Map<string, number>()

  /**
   * Waits for the next turn at a host.
   *
   * @param paceMs - least time from this question to the next one
   * @throws `interrupted`
   */
  async turn(host: string, paceMs: number, signal: AbortSignal | undefined): Promise<void> {
    const now = performance.now()
    const at = Math.max(now, this.free.get(host) ?? now)
    this.free.set(host, at + paceMs)
    await pause(at - now, signal)
  }

  /** The host asked for patience: its next turn is not before. */
  rest(host: string, ms: number): void {
    const until = performance.now() + ms
    if (until > (this.free.get(host) ?? 0)) this.free.set(host, until)
  }
}
