import type { Progress } from '../../core/index.js'
import { sha256Of } from '../../images/index.js'
import { Client, parseAddress, readBytes, TransientError, withRetries } from '../../net/index.js'
import { Robots } from '../robots/index.js'
import { HostGate } from './hosts.js'
import {
  AT_ONCE,
  AT_ONCE_FROM_HOST,
  CONNECT_MS,
  IDLE_MS,
  MAX_PHOTO_BYTES,
  MAX_REST_MS,
  MIN_BYTES_PER_SECOND,
  PACE_SPAN_MS,
  PHOTO_MS,
  TRIES,
} from './limits.js'
import { localPhoto } from './local-photo.js'
import { type Examined, photoIn } from './photo-in.js'
import { type Refused, refusalOf, refused } from './refusal.js'

/** A photo that arrived: whole, decoded, and what it is. */
export interface Arrived extends Examined {
  readonly kind: 'arrived'
  /** Hexadecimal, of the bytes as they are kept. */
  readonly sha256: string
}

export interface DownloaderOptions {
  /** Longest silence, in milliseconds. */
  readonly idleMs?: number | undefined
  readonly userAgent?: string | undefined
  /** Private servers, `host:port`, from which photos may come. */
  readonly allowedHosts?: ReadonlySet<string> | undefined
  readonly signal?: AbortSignal | undefined
  /** Told of hosts that make everybody wait. */
  readonly progress?: Progress | undefined
}

/** A rest that is shorter needs no word. */
const NOTICED_REST_MS = 5000

/** How photos of one source are fetched. */
export interface FetchRules {
  /** Most at a time from one host. */
  readonly atOnce?: number | undefined
  /** Addresses are of files on this machine. */
  readonly isLocal?: boolean | undefined
  /** robots.txt is not asked. */
  readonly isList?: boolean | undefined
}

/** Fetches photos and sees whether they are photos. */
export class Downloader {
  private readonly gate = new HostGate(AT_ONCE)
  private readonly robots: Robots
  /** Hosts that asked for more patience than there is: until when, and what they said. */
  private readonly closed = new Map<string, { readonly until: number; readonly error: TransientError }>()

  private constructor(
    private readonly client: Client,
    private readonly options: DownloaderOptions,
  ) {
    this.robots = new Robots(client)
  }

  static async open(options: DownloaderOptions): Promise<Downloader> {
    const { idleMs = IDLE_MS, signal, userAgent, allowedHosts } = options
    const client = await Client.open({
      idleMs,
      connectMs: Math.min(CONNECT_MS, idleMs),
      minBytesPerSecond: MIN_BYTES_PER_SECOND,
      spanMs: Math.min(PACE_SPAN_MS, 2 * idleMs),
      maxMs: PHOTO_MS,
      signal,
      userAgent,
      allowedHosts,
    })
    return new Downloader(client, options)
  }

  /** What came of a photo's address. @throws `interrupted` */
  async photo(address: string, rules: FetchRules = {}): Promise<Arrived | Refused> {
    try {
      const bytes = rules.isLocal ? await localPhoto(address) : await this.remote(address, rules)
      if (!(bytes instanceof Uint8Array)) return bytes
      const photo = await photoIn(bytes, address)
      return { kind: 'arrived', sha256: sha256Of(photo.bytes), ...photo }
    } catch (error) {
      return refusalOf(error)
    }
  }

  async close(): Promise<void> {
    await this.client.close()
  }

  private async remote(
    address: string,
    { atOnce = AT_ONCE_FROM_HOST, isList }: FetchRules,
  ): Promise<Uint8Array | Refused> {
    const url = parseAddress(address)
    const { signal } = this.options
    const work = async () => {
      if (!isList && !(await this.robots.allows(url))) return refused('robots')
      return (await readBytes(this.client, url, { maxBytes: MAX_PHOTO_BYTES })).bytes
    }
    const once = () => this.gate.run(url.host, atOnce, () => this.restingAfter(url, work), signal)
    return withRetries(once, { tries: TRIES, maxPauseMs: MAX_REST_MS, signal })
  }

  /** A host that asks for patience gets it from all who wait for it. */
  private async restingAfter<T>(url: URL, work: () => Promise<T>): Promise<T> {
    const closed = this.closed.get(url.host)
    if (closed !== undefined && closed.until > performance.now()) throw closed.error
    try {
      return await work()
    } catch (error) {
      if (error instanceof TransientError && error.pauseMs !== undefined)
        this.restFor(url.host, error.pauseMs, error)
      throw error
    }
  }

  private restFor(host: string, ms: number, error: TransientError): void {
    if (ms > MAX_REST_MS) {
      this.closed.set(host, { until: performance.now() + ms, error })
      return
    }
    const isNews = this.gate.rest(host, ms)
    if (!isNews || ms < NOTICED_REST_MS) return
    const seconds = Math.ceil(ms / 1000)
    const message = `${host} asks for patience: its photos wait for ${seconds} s.`
    this.options.progress?.({ kind: 'notice', message })
  }
}
