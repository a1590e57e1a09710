import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { ChiquitoError, type Progress } from '../../core/index.js'
import { type ExaminedPhoto, examinePhoto, sha256Of } from '../../images/index.js'
import { Client, parseAddress, readBytes, TransientError, withRetries } from '../../net/index.js'
import { HostGate } from './hosts.js'
import {
  AT_ONCE,
  AT_ONCE_FROM_HOST,
  CONNECT_MS,
  IDLE_MS,
  MAX_PHOTO_BYTES,
  MIN_BYTES_PER_SECOND,
  MIN_SIDE,
  PACE_SPAN_MS,
  PHOTO_MS,
  TRIES,
} from './limits.js'
import { type Refused, refusalOf, refused } from './refusal.js'

/** A photo that arrived: whole, decoded, and what it is. */
export interface Arrived extends ExaminedPhoto {
  readonly kind: 'arrived'
  readonly bytes: Uint8Array
  /** Hexadecimal. */
  readonly sha256: string
}

export interface DownloaderOptions {
  /** Longest silence, in milliseconds. */
  readonly idleMs?: number | undefined
  readonly userAgent?: string | undefined
  /** Private servers, `host:port`, from which photos may come. */
  readonly allowedHosts?: ReadonlySet<string> | undefined
  readonly signal?: AbortSignal | undefined
  readonly progress?: Progress | undefined
}

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

  private constructor(
    private readonly client: Client,
    private readonly options: DownloaderOptions,
  ) {}

  static async open(options: DownloaderOptions): Promise<Downloader> {
    const { idleMs = IDLE_MS, signal, userAgent, allowedHosts } = options
    const client = await Client.open({
      idleMs,
      connectMs: Math.min(CONNECT_MS, idleMs),
      minBytesPerSecond: MIN_BYTES_PER_SECOND,
      spanMs: PACE_SPAN_MS,
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
      const bytes = rules.isLocal ? await localBytes(address) : await this.remoteBytes(address, rules)
      return await examined(bytes, address)
    } catch (error) {
      return refusalOf(error)
    }
  }

  async close(): Promise<void> {
    await this.client.close()
  }

  private async remoteBytes(address: string, { atOnce = AT_ONCE_FROM_HOST }: FetchRules) {
    const url = parseAddress(address)
    const { signal } = this.options
    const once = async () => {
      try {
        return (await readBytes(this.client, url, { maxBytes: MAX_PHOTO_BYTES })).bytes
      } catch (error) {
        if (error instanceof TransientError && error.pauseMs !== undefined)
          this.gate.rest(url.host, error.pauseMs)
        throw error
      }
    }
    return this.gate.run(url.host, atOnce, () => withRetries(once, { tries: TRIES, signal }), signal)
  }
}

async function localBytes(address: string): Promise<Uint8Array> {
  const path = fileURLToPath(address)
  const { size } = await stat(path)
  if (size > MAX_PHOTO_BYTES) throw new ChiquitoError('image', `"${path}" has ${size} bytes.`)
  return readFile(path)
}

/** Decoded: only then it counts. */
async function examined(bytes: Uint8Array, name: string): Promise<Arrived | Refused> {
  try {
    const photo = await examinePhoto(bytes, name)
    if (Math.min(photo.width, photo.height) < MIN_SIDE)
      return refused('small', `${photo.width} x ${photo.height} pixels`)
    return { kind: 'arrived', bytes, sha256: sha256Of(bytes), ...photo }
  } catch (error) {
    if (error instanceof ChiquitoError && error.code === 'image') return refused('no-photo', error.message)
    throw error
  }
}
