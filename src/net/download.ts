import { basename, dirname, join } from 'node:path'
import { argumentError, ChiquitoError } from '../core/index.js'
import { makeFolder, sha256Pattern, takeLockSoon } from '../files/index.js'
import { parseAddress, showAddress } from './address.js'
import type { Pace } from './pace.js'
import { PartialFile } from './partial-file.js'
import { type RetryOptions, TransientError, withRetries } from './retry.js'
import { type Answer, Client, type ClientOptions, consume, drop, networkError } from './transfer.js'
import { versionOf } from './version.js'

/** Enough for any data set this project is for; a wrong address must not fill the disk. */
const DEFAULT_MAX_BYTES = 4 * 1024 ** 3

/** Bytes between two progress events. */
const PROGRESS_BYTES = 256 * 1024

/** A kind of file, told by its first bytes. */
export interface FileKind {
  /** For messages: `a zip archive`. */
  readonly name: string
  readonly begins: readonly Uint8Array[]
}

/** With files, or empty. */
export const zipFile: FileKind = {
  name: 'a zip archive',
  begins: [Uint8Array.of(0x50, 0x4b, 3, 4), Uint8Array.of(0x50, 0x4b, 5, 6)],
}

export interface DownloadOptions extends ClientOptions, RetryOptions {
  /** What is fetched, for progress; the file's name by default. */
  readonly label?: string | undefined
  readonly maxBytes?: number | undefined
  /** How many bytes the file must have. */
  readonly size?: number | undefined
  /** What the file must be, hexadecimal. */
  readonly sha256?: string | undefined
  /** What kind of file it must be: a web page in its place is refused at once. */
  readonly kind?: FileKind | undefined
}

export interface Download {
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

/**
 * Fetches a file over http or https. The file appears under its name only when it is complete and what it should be.
 * A broken connection is taken up where it broke, also by a later call, when the server still has the same version.
 *
 * @throws `usage` for an address or option that is none; `io` for everything the network, the server or the disk does;
 * `data` for a file that is not what it should be; `interrupted`
 */
export async function download(
  address: string,
  path: string,
  options: DownloadOptions = {},
): Promise<Download> {
  const url = parseAddress(address)
  const { sha256 } = options
  if (sha256 !== undefined && !sha256Pattern.test(sha256))
    throw argumentError('sha256', '64 hexadecimal digits, lower case', sha256)
  await makeFolder(dirname(path))
  const lock = join(dirname(path), `.${basename(path)}.lock`)
  const release = await takeLockSoon(lock, `"${path}"`, options)
  try {
    const client = await Client.open(options)
    const partial = await PartialFile.open(path, address)
    try {
      return await new Transfer(client, partial, url, options).run()
    } catch (error) {
      if (!isWorthKeeping(error, partial)) await partial.discard()
      throw error
    } finally {
      await partial.close()
      await client.close()
    }
  } finally {
    release()
  }
}

/** Whether a later call can go on: the line broke or the person stopped it, and something is here. */
function isWorthKeeping(error: unknown, partial: PartialFile): boolean {
  const isPassing =
    error instanceof TransientError || (error instanceof ChiquitoError && error.code === 'interrupted')
  return isPassing && partial.bytes > 0 && partial.validator !== undefined
}

/** One download: tries until the file is complete. */
class Transfer {
  private total: number | undefined
  private reported = 0

  constructor(
    private readonly client: Client,
    private readonly partial: PartialFile,
    private readonly url: URL,
    private readonly options: DownloadOptions,
  ) {}

  async run(): Promise<Download> {
    const { progress, kind, label = basename(this.partial.path) } = this.options
    const task = `Downloading ${label}`
    progress?.({ kind: 'start', task })
    const isContinued = this.partial.bytes > 0
    await this.tryUntilComplete(task)
    let sha256 = await this.partial.sha256()
    // What an earlier call left may have suffered since, in a power cut for example: it is not worth a failure.
    if (isContinued && sha256 !== (this.options.sha256 ?? sha256)) {
      this.partial.restart()
      await this.tryUntilComplete(task)
      sha256 = await this.partial.sha256()
    }
    if (this.partial.bytes === 0)
      throw new ChiquitoError('io', `${showAddress(this.url)} sent an empty file.`)
    if (kind !== undefined) this.requireKind(kind)
    this.requireHash(sha256)
    await this.partial.finish()
    progress?.({ kind: 'end', task })
    return { bytes: this.partial.bytes, sha256 }
  }

  private tryUntilComplete(task: string): Promise<void> {
    return withRetries(
      () => this.tryOnce(task),
      this.options,
      () => this.partial.bytes,
    )
  }

  /**
   * One request: goes on where the last one stopped when the server can, else from the beginning. Between the answer's
   * head and its body nothing is waited for: a line that breaks meanwhile would take what has arrived with it.
   */
  private tryOnce(task: string): Promise<void> {
    return this.client.get(this.url, this.rangeHeaders(), (answer, pace) => this.read(answer, pace, task))
  }

  private async read(answer: Answer, pace: Pace, task: string): Promise<void> {
    const encoding = answer.header('content-encoding') ?? 'identity'
    if (encoding !== 'identity')
      throw this.refuse(answer, `sent the file compressed (${encoding}) without being asked`)
    const { size } = this.options
    const expected = this.begin(answer) ?? size
    if (expected !== (size ?? expected))
      throw this.refuse(answer, `announces ${expected} bytes where ${size} are due`)
    this.requireSize(answer, expected)
    this.total = expected
    try {
      await consume(answer.body, chunk => {
        pace.add(chunk.length)
        this.take(answer, chunk, task)
      })
    } catch (error) {
      throw networkError(error, answer.url, pace)
    }
    if (expected !== undefined && this.partial.bytes !== expected)
      throw new TransientError(
        `${showAddress(answer.url)} sent ${this.partial.bytes} bytes and had announced ${expected}.`,
      )
  }

  private rangeHeaders(): Record<string, string> {
    const { bytes, validator } = this.partial
    if (bytes === 0 || validator === undefined) return {}
    return { range: `bytes=${bytes}-`, 'if-range': validator }
  }

  /** Makes the partial file ready for the answer's body, and gives the size the whole file should have. */
  private begin(answer: Answer): number | undefined {
    if (answer.status === 200) {
      this.partial.restart(versionOf(answer))
      this.reported = 0
      const length = answer.header('content-length')
      return length === undefined ? undefined : Number(length)
    }
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.header('content-range') ?? '')
    const goesOn = answer.status === 206 && range !== null && Number(range[1]) === this.partial.bytes
    if (goesOn && versionOf(answer) === this.partial.validator) return Number(range[2])
    drop(answer.body)
    this.partial.restart()
    throw new TransientError(`${showAddress(answer.url)} cannot go on where the download stopped.`)
  }

  private take(answer: Answer, chunk: Uint8Array, task: string): void {
    const { kind, progress } = this.options
    const wasEmpty = this.partial.bytes === 0
    this.requireSize(answer, this.partial.bytes + chunk.length)
    this.partial.append(chunk)
    if (wasEmpty && kind !== undefined && chunk.length >= longest(kind)) this.requireKind(kind, answer)
    const done = this.partial.bytes
    if (done - this.reported < PROGRESS_BYTES && done !== this.total) return
    this.reported = done
    progress?.({ kind: 'advance', task, done, total: this.total ?? done, unit: 'bytes' })
  }

  private requireSize(answer: Answer, bytes: number | undefined): void {
    const { size, maxBytes = size ?? DEFAULT_MAX_BYTES } = this.options
    if (bytes !== undefined && bytes > maxBytes)
      throw this.refuse(answer, `sends ${bytes} bytes or more; at most ${maxBytes} are fetched`)
  }

  private requireKind(kind: FileKind, answer?: Answer): void {
    const head = this.partial.head()
    if (kind.begins.some(begin => head.subarray(0, begin.length).equals(begin))) return
    const type = answer?.header('content-type')
    throw new ChiquitoError(
      'data',
      `${showAddress(this.url)} gave no ${kind.name.replace(/^an? /, '')} but ${type ?? 'something else'}, which ` +
        `begins ${quote(head)}. Check the address in a browser.`,
    )
  }

  private requireHash(sha256: string): void {
    if (sha256 === (this.options.sha256 ?? sha256)) return
    throw new ChiquitoError(
      'data',
      `${showAddress(this.url)} is not the file it should be: its SHA-256 is ${sha256}, expected ${this.options.sha256}. ` +
        'It was changed or damaged: try again, or get the file elsewhere.',
    )
  }

  private refuse(answer: Answer, why: string): ChiquitoError {
    drop(answer.body)
    return new ChiquitoError('io', `${showAddress(answer.url)} ${why}.`)
  }
}

function longest(kind: FileKind): number {
  return Math.max(...kind.begins.map(begin => begin.length))
}

/** The first characters, without anything that could disturb a terminal. */
function quote(head: Buffer): string {
  return JSON.stringify(
    head
      .toString('latin1')
      .replace(/[^\x20-\x7e]+/g, ' ')
      .trim()
      .slice(0, 40),
  )
}
