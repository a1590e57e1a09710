import {
  Client,
  type ClientOptions,
  hostAndPort,
  isPrivateHost,
  type Received,
  RefusedError,
  type RetryOptions,
  readBytes,
  showAddress,
  TransientError,
  withRetries,
} from '../../net/index.js'
import { type Ask, changed, type Page, type Query, type Source } from '../sources/index.js'
import { HostPace } from './host-pace.js'
import { Secrets } from './secrets.js'

/** The largest answers, results pages of hundreds of photos, have one or two megabytes. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

/** Pause before a second try; it doubles. Servers that count questions count them by the minute. */
const PAUSE_MS = 2500

/** A server may ask for so much patience; more than that is the person's decision. */
const MAX_PAUSE_MS = 10 * 60_000

export interface AskerOptions
  extends Pick<ClientOptions, 'userAgent' | 'allowedHosts' | 'idleMs'>,
    RetryOptions {
  /** Keys in use, kept out of everything that is said. */
  readonly secrets?: Secrets | undefined
}

/**
 * Asks sources for their pages: each host at its pace, each page again by the rule for all retries. Private servers that
 * the person allowed are the person's own, and need no pause.
 */
export class Asker {
  private readonly pace = new HostPace()

  private constructor(
    private readonly client: Client,
    private readonly options: AskerOptions & { readonly secrets: Secrets },
  ) {}

  static async open({ secrets = new Secrets([]), ...options }: AskerOptions): Promise<Asker> {
    const { userAgent, allowedHosts, idleMs, signal } = options
    const client = await Client.open({ userAgent, allowedHosts, idleMs, signal })
    return new Asker(client, { ...options, secrets })
  }

  async close(): Promise<void> {
    await this.client.close()
  }

  /**
   * A page of a source.
   *
   * @throws what `Source.page` throws, without secrets; `TransientError` when patience did not help
   */
  async page(source: Source, query: Query, cursor: string | undefined): Promise<Page> {
    const { secrets, progress, ...options } = this.options
    const ask = this.ask(source)
    try {
      const page = await withRetries(() => source.page(query, cursor, ask), {
        pauseMs: PAUSE_MS,
        maxPauseMs: MAX_PAUSE_MS,
        ...options,
        progress: event =>
          progress?.(event.kind === 'notice' ? { ...event, message: secrets.hide(event.message) } : event),
      })
      return secrets.hidePage(page)
    } catch (error) {
      throw secrets.hideError(error)
    }
  }

  private ask(source: Source): Ask {
    const { signal } = this.options
    const received = (...question: Parameters<Ask['text']>) => this.receive(source, ...question)
    return {
      signal,
      allowsPrivate: url => this.isOwn(url),
      text: async (...question) => textOf(await received(...question)),
      json: async (...question) => jsonOf(source, await received(...question)),
    }
  }

  /** One question, once. */
  private async receive(
    { title, paceMs }: Source,
    address: URL,
    headers: Readonly<Record<string, string>> = {},
    form?: Readonly<Record<string, string>>,
  ): Promise<Received> {
    await this.pace.turn(
      address.host,
      this.isOwn(address) && isPrivateHost(address) ? 0 : paceMs,
      this.options.signal,
    )
    try {
      return await readBytes(this.client, address, { maxBytes: MAX_ANSWER_BYTES, headers, form })
    } catch (error) {
      if (error instanceof TransientError && error.pauseMs !== undefined)
        this.pace.rest(address.host, error.pauseMs)
      if (error instanceof RefusedError)
        throw new RefusedError(
          `${title} refuses: ${showAddress(address)} answered ${error.status}.`,
          error.status,
          error.header,
        )
      throw error
    }
  }

  private isOwn(url: URL): boolean {
    return this.options.allowedHosts?.has(hostAndPort(url)) ?? false
  }
}

function textOf({ bytes }: Received): string {
  return new TextDecoder().decode(bytes)
}

function jsonOf({ title }: Source, received: Received): unknown {
  const text = textOf(received)
  try {
    return JSON.parse(text)
  } catch {
    const begins = text.replace(/[^\x20-\x7e]+/g, ' ').trim()
    const type = received.type?.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 60) ?? 'something'
    throw changed(
      title,
      `no JSON but ${type} that begins ${JSON.stringify(begins.slice(0, 60))} from ${showAddress(received.url)}`,
    )
  }
}
