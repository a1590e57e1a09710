import { throwIfAborted } from './error.js'

/** Milliseconds of computing after which others get their turn: Ctrl-C is then heard at once, for all a person can tell. */
const BREATH_MS = 50

/**
 * For long computations: awaiting what it gives lets the event loop go round, if the last time is a while ago, so that
 * signals are heard. Costs next to nothing at every row of a loop. Throws `interrupted` when the signal has fired.
 *
 * @param every milliseconds between two turns of the event loop
 */
export function breather(signal: AbortSignal | undefined, every: number = BREATH_MS): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < every) return
    await new Promise(resolve => setImmediate(resolve))
    last = performance.now()
    throwIfAborted(signal)
  }
}
