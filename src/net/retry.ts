import { ChiquitoError, pause, type WorkOptions } from '../core/index.js'

/** Tries in a row that bring nothing new, and tries in all: a bad line is worth many, a broken server few. */
const MAX_FRUITLESS_TRIES = 4
const MAX_TRIES = 20

/** First pause before another try; it doubles each time. */
const DEFAULT_PAUSE_MS = 500

/** A server may ask for patience, but not for more than a person has who sits before it. */
const MAX_PAUSE_MS = 30_000

/** Most that chance adds to a pause, as a part of it. */
const MAX_JITTER = 0.5

/** A failure that may pass: the same request is worth another try. */
export class TransientError extends ChiquitoError {
  constructor(
    message: string,
    /** How long the server asks to wait; undefined when it does not. */
    readonly pauseMs?: number | undefined,
    /** Whether it would not pass within the same call. */
    readonly isLasting = false,
    /** Of HTTP, where the server answered at all. */
    readonly status?: number | undefined,
  ) {
    super('io', message)
  }
}

export interface RetryOptions extends WorkOptions {
  /** Pause before the second try, in milliseconds; doubles with each further one. */
  readonly pauseMs?: number | undefined
  /** Longest pause, in milliseconds: a server that asks for more has refused. */
  readonly maxPauseMs?: number | undefined
  /** Fruitless tries in a row before giving up. */
  readonly tries?: number | undefined
}

/**
 * Does something over the network until it succeeds or fails for good.
 *
 * @param reached - how far the work is, in any unit: a try that brings it further does not count as fruitless
 * @throws what the last try threw; `interrupted`
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  options: RetryOptions,
  reached: () => number = () => 0,
): Promise<T> {
  const { pauseMs = DEFAULT_PAUSE_MS, maxPauseMs = MAX_PAUSE_MS, tries: most = MAX_FRUITLESS_TRIES } = options
  const { signal, progress } = options
  let furthest = reached()
  let fruitless = 0
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      fruitless = reached() > furthest ? 0 : fruitless + 1
      furthest = Math.max(furthest, reached())
      if (!(error instanceof TransientError) || error.isLasting) throw error
      if (fruitless >= most || tries >= MAX_TRIES) throw error
      if (error.pauseMs !== undefined && error.pauseMs > maxPauseMs) throw tooLong(error, error.pauseMs)
      const wait = (error.pauseMs ?? Math.min(pauseMs * 2 ** fruitless, maxPauseMs)) * jitter()
      progress?.({ kind: 'notice', message: `${error.message} Trying again.` })
      await pause(wait, signal)
    }
  }
}

/**
 * Many that failed together are not to come again together: everybody waits a little longer, by chance. (Only when
 * something is done depends on it, never what.)
 */
function jitter(): number {
  return 1 + Math.random() * MAX_JITTER
}

/** Not an error of its own kind: what is here of a file stays good for a later call. */
function tooLong({ message }: TransientError, pauseMs: number): TransientError {
  const seconds = Math.ceil(pauseMs / 1000)
  return new TransientError(`${message} It asks to wait ${seconds} s: try again then.`, pauseMs)
}

/** What `Retry-After` asks for: seconds, or a date (RFC 9110, section 10.2.3). */
export function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const seconds = value.trim() === '' ? Number.NaN : Number(value)
  const wait = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}
