import { ChiquitoError } from '../core/index.js'
import { TransientError } from './retry.js'

/**
 * What a try must bring: at least so many bytes a second, averaged over each span of so many milliseconds. The slowest
 * lines in use (2G, a modem) bring more; a server that sends a byte now and then is never silent for long, and would
 * hold the program for years. The first span has room for names, redirects, and a server that has to think.
 */
const DEFAULT_MIN_BYTES_PER_SECOND = 1024
const DEFAULT_SPAN_MS = 60_000

/** Longest a try may take, whatever it brings. The largest file that is fetched, 4 GiB, comes in a day at 50 kB/s. */
const DEFAULT_MAX_MS = 24 * 3_600_000

export interface PaceOptions {
  readonly minBytesPerSecond?: number | undefined
  readonly spanMs?: number | undefined
  readonly maxMs?: number | undefined
}

/** Watches one try. */
export class Pace {
  /** Fires when the try is to end: it is too slow, or the caller says so. */
  readonly signal: AbortSignal
  private readonly begun = performance.now()
  private readonly controller = new AbortController()
  private readonly timer: NodeJS.Timeout
  private bytes = 0
  private bytesBefore = 0

  constructor(
    private readonly options: PaceOptions,
    private readonly caller: AbortSignal | undefined,
  ) {
    const own = this.controller.signal
    this.signal = caller === undefined ? own : AbortSignal.any([own, caller])
    this.timer = setInterval(() => this.look(), options.spanMs ?? DEFAULT_SPAN_MS)
  }

  /** Bytes of the file have come. */
  add(bytes: number): void {
    this.bytes += bytes
  }

  /** Why the try was ended, where it was; `address` is for the message. */
  verdict(address: string): ChiquitoError | undefined {
    if (this.caller?.aborted) return new ChiquitoError('interrupted', 'Interrupted.')
    if (!this.signal.aborted) return undefined
    const seconds = Math.ceil((performance.now() - this.begun) / 1000)
    return new TransientError(
      `${address} is too slow: ${this.bytes} bytes in ${seconds} s. Check the connection, or try again later.`,
      undefined,
      true,
    )
  }

  /** The try is over. */
  end(): void {
    clearInterval(this.timer)
  }

  private look(): void {
    const {
      minBytesPerSecond = DEFAULT_MIN_BYTES_PER_SECOND,
      spanMs = DEFAULT_SPAN_MS,
      maxMs = DEFAULT_MAX_MS,
    } = this.options
    const least = (minBytesPerSecond * spanMs) / 1000
    const isSlow = this.bytes - this.bytesBefore < least
    if (isSlow || performance.now() - this.begun >= maxMs) this.controller.abort()
    this.bytesBefore = this.bytes
  }
}
