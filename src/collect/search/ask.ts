import { setTimeout as delay } from 'node:timers/promises'
import { ChiquitoError, throwIfAborted, type WorkOptions } from '../../core/index.js'
import { Client, readBytes, showAddress, withRetries } from '../../net/index.js'
import type { Ask } from '../sources/index.js'

/** An answer with hundreds of photos has less than a megabyte; a results page, a few. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

export interface AskOptions extends WorkOptions {
  readonly userAgent?: string | undefined
  /** Private servers, `host:port`, that may be asked. */
  readonly allowedHosts?: ReadonlySet<string> | undefined
  /** Longest silence, in milliseconds. */
  readonly idleMs?: number | undefined
}

type Headers = Readonly<Record<string, string>>

/** Asks the servers of sources: each source at its own pace. */
export class Asker {
  /** When each source may be asked again. */
  private readonly free = new Map<string, number>()

  private constructor(
    private readonly client: Client,
    private readonly options: AskOptions,
  ) {}

  static async open(options: AskOptions): Promise<Asker> {
    const { userAgent, allowedHosts, idleMs, signal } = options
    return new Asker(await Client.open({ userAgent, allowedHosts, idleMs, signal }), options)
  }

  /** How one source asks. */
  for(source: { readonly name: string; readonly paceMs: number }): Ask {
    const text = async (address: URL, headers: Headers = {}, form?: Headers) => {
      const answer = await withRetries(async () => {
        await this.turn(source)
        return readBytes(this.client, address, { maxBytes: MAX_ANSWER_BYTES, headers, form })
      }, this.options)
      return new TextDecoder().decode(answer.bytes)
    }
    const json = async (address: URL, headers: Headers = {}, form?: Headers): Promise<unknown> => {
      const body = await text(address, { accept: 'application/json', ...headers }, form)
      try {
        return JSON.parse(body)
      } catch {
        throw new ChiquitoError(
          'io',
          `${showAddress(address)} answered with something that is no JSON. The service may have changed, or a page of ` +
            'the network you are in stands before it: open the address in a browser.',
        )
      }
    }
    return { json, text }
  }

  async close(): Promise<void> {
    await this.client.close()
  }

  /** Waits until a source may be asked again. */
  private async turn({ name, paceMs }: { readonly name: string; readonly paceMs: number }): Promise<void> {
    const now = performance.now()
    const at = Math.max(now, this.free.get(name) ?? 0)
    this.free.set(name, at + paceMs)
    const { signal } = this.options
    if (at > now) await delay(at - now, undefined, { signal }).catch(() => undefined)
    throwIfAborted(signal)
  }
}
