import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { ChiquitoError } from '../core/index.js'
import { parseAddress, showAddress } from './address.js'
import type { Pace } from './pace.js'
import { type RetryOptions, TransientError, withRetries } from './retry.js'
import { type Answer, Client, type ClientOptions, drop, networkError } from './transfer.js'
import { versionOf } from './version.js'

/** The largest file that is read as it comes: as much as is downloaded. */
const DEFAULT_MAX_BYTES = 4 * 1024 ** 3

/** Bytes between two progress events. */
const PROGRESS_BYTES = 1024 * 1024

export interface StreamOptions extends ClientOptions, RetryOptions {
  /** What is fetched, for progress; the address's last part by default. */
  readonly label?: string | undefined
  readonly maxBytes?: number | undefined
  /** What the file must be, hexadecimal: told only at its end, so nothing made of it counts before. */
  readonly sha256?: string | undefined
}

/**
 * A compression that some servers announce for files that are compressed themselves, `.tgz` among them (Apache's
 * `AddEncoding`). Who reads an archive tells by its bytes how it is compressed, so it is none to undo here.
 */
const harmlessEncoding = /^(identity|(x-)?gzip)$/i

/**
 * A file's bytes as they come over http or https, without a copy on disk. A broken connection is taken up where it broke;
 * where the server only begins anew, what came before must come again, byte by byte. Who stops reading ends the transfer.
 *
 * @throws while reading: `usage` for an address that is none; `io` for all that the network or the server does; `data`
 * for a file that is not what it should be; `interrupted`
 */
export async function* streamAddress(address: string, options: StreamOptions = {}): AsyncGenerator<Buffer> {
  const url = parseAddress(address)
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])])
  const client = await Client.open({ ...options, signal })
  const pipe = new PassThrough({ highWaterMark: PROGRESS_BYTES })
  const flow = new Flow(client, url, pipe, { ...options, signal })
  const done = flow.run().then(
    () => pipe.end(),
    (error: unknown) => pipe.destroy(error instanceof Error ? error : new Error(String(error))),
  )
  try {
    yield* pipe
  } finally {
    pipe.destroy()
    // Before the client: what fails because nobody reads on is no failure that another try would mend.
    stop.abort()
    await client.close()
    await done
  }
}

/** An answer that begins anew: what came before is looked at, and left out. */
interface Again {
  readonly hash: Hash
  /** Bytes that came before, and are still to come again. */
  left: number
}

/** The transfer of one file into a pipe. */
class Flow {
  private bytes = 0
  private version: string | undefined
  private readonly hash = createHash('sha256')

  constructor(
    private readonly client: Client,
    private readonly url: URL,
    private readonly pipe: PassThrough,
    private readonly options: StreamOptions,
  ) {}

  async run(): Promise<void> {
    const { progress, sha256, label = this.url.pathname.split('/').at(-1) || this.url.host } = this.options
    const task = `Reading ${label}`
    progress?.({ kind: 'start', task })
    await withRetries(
      () => this.client.get(this.url, this.rangeHeaders(), (answer, pace) => this.read(answer, pace, task)),
      this.options,
      () => this.bytes,
    )
    if (this.bytes === 0) throw new ChiquitoError('io', `${showAddress(this.url)} sent an empty file.`)
    const found = this.hash.digest('hex')
    if (found !== (sha256 ?? found))
      throw new ChiquitoError(
        'data',
        `${showAddress(this.url)} is not the file it should be: its SHA-256 is ${found}, expected ${sha256}. ` +
          'It was changed or damaged: try again, or get the file elsewhere.',
      )
    progress?.({ kind: 'end', task })
  }

  private rangeHeaders(): Record<string, string> {
    if (this.bytes === 0 || this.version === undefined) return {}
    return { range: `bytes=${this.bytes}-`, 'if-range': this.version }
  }

  private async read(answer: Answer, pace: Pace, task: string): Promise<void> {
    const { again, total } = this.begin(answer)
    this.requireSize(answer, total)
    let reported = this.bytes
    try {
      for await (const chunk of answer.body) {
        pace.add(chunk.length)
        const fresh = again === undefined ? chunk : this.passAgain(again, chunk, answer)
        this.requireSize(answer, this.bytes + fresh.length)
        if (fresh.length > 0) await this.pass(fresh)
        if (this.bytes - reported < PROGRESS_BYTES && this.bytes !== total) continue
        reported = this.bytes
        const event = { kind: 'advance', task, done: this.bytes, total: total ?? this.bytes } as const
        this.options.progress?.({ ...event, unit: 'bytes' })
      }
    } catch (error) {
      throw networkError(error, answer.url, pace)
    }
    if (again !== undefined && again.left > 0) throw this.otherFile(answer)
    if (total !== undefined && this.bytes !== total)
      throw new TransientError(
        `${showAddress(answer.url)} sent ${this.bytes} bytes and had announced ${total}.`,
      )
  }

  /** Whether the answer is what comes next, or all of it again, and the size that the whole file should have. */
  private begin(answer: Answer): { readonly again?: Again; readonly total: number | undefined } {
    if (!harmlessEncoding.test(answer.header('content-encoding') ?? 'identity'))
      throw this.refuse(answer, 'sent the file compressed without being asked')
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.header('content-range') ?? '')
    if (answer.status === 206 && range !== null && Number(range[1]) === this.bytes)
      return { total: Number(range[2]) }
    if (answer.status !== 200) throw this.refuse(answer, 'cannot go on where the line broke. Try again')
    const length = answer.header('content-length')
    const total = length === undefined ? undefined : Number(length)
    if (this.bytes > 0) return { again: { hash: createHash('sha256'), left: this.bytes }, total }
    this.version = versionOf(answer)
    return { total }
  }

  /** Leaves out what came before the line broke, if it is the same: it has been used, and cannot be taken back. */
  private passAgain(again: Again, chunk: Buffer, answer: Answer): Buffer {
    if (again.left === 0) return chunk
    const known = chunk.subarray(0, again.left)
    again.hash.update(known)
    again.left -= known.length
    if (again.left === 0) {
      if (again.hash.digest('hex') !== this.hash.copy().digest('hex')) throw this.otherFile(answer)
      this.version = versionOf(answer)
    }
    return chunk.subarray(known.length)
  }

  private otherFile(answer: Answer): ChiquitoError {
    return this.refuse(answer, 'has another file now than before the line broke. Try again')
  }

  private async pass(chunk: Buffer): Promise<void> {
    this.hash.update(chunk)
    this.bytes += chunk.length
    if (this.pipe.destroyed) throw new ChiquitoError('interrupted', 'Interrupted.')
    if (this.pipe.write(chunk)) return
    await Promise.race([once(this.pipe, 'drain'), once(this.pipe, 'close')])
  }

  private requireSize(answer: Answer, bytes: number | undefined): void {
    const { maxBytes = DEFAULT_MAX_BYTES } = this.options
    if (bytes !== undefined && bytes > maxBytes)
      throw this.refuse(answer, `sends ${bytes} bytes or more; at most ${maxBytes} are fetched`)
  }

  private refuse(answer: Answer, why: string): ChiquitoError {
    drop(answer.body)
    return new ChiquitoError('io', `${showAddress(answer.url)} ${why}.`)
  }
}
