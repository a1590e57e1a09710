import { throwIfAborted } from './error.js'

/** Waits, unless the caller's signal fires first. (By the timer that browsers have, too.) @throws `interrupted` */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  throwIfAborted(signal)
  if (ms <= 0) return
  await new Promise<void>(resolve => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    signal?.addEventListener('abort', done)
  })
  throwIfAborted(signal)
}
