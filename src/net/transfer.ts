import type { Dispatcher, EnvHttpProxyAgent } from 'undici'
import { ChiquitoError, messageOf, throwIfAborted } from '../core/index.js'
import { errorCode } from '../project/index.js'
import { publicLookup, redirectTarget, requirePublicHost, showAddress } from './address.js'

/** GitHub and other hosts redirect two or three times; browsers give up at 20. */
const MAX_REDIRECTS = 10

/** Some servers refuse programs that do not say who they are. */
const USER_AGENT = 'chiquito (+https://www.npmjs.com/package/chiquito)'

/** A failure that may pass: the same request is worth another try. */
export class TransientError extends ChiquitoError {
  constructor(
    message: string,
    /** How long the server asks to wait; undefined when it does not. */
    readonly pauseMs?: number | undefined,
  ) {
    super('io', message)
  }
}

/** Answers to say "try again later". */
const transientStatuses = new Set([408, 425, 429, 500, 502, 503, 504])

/** Network failures that do not pass by trying again: no such host, certificates, and refusals of ours. */
const lastingCodes = /^(ENOTFOUND|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|UND_ERR_INVALID)/

type Body = Dispatcher.ResponseData['body']

export interface ClientOptions {
  /** Longest wait for a connection, an answer or the next bytes. */
  readonly idleMs: number
  readonly allowPrivate: boolean
  readonly signal?: AbortSignal | undefined
}

/** An answer with status 200, 206 or 416 (nothing at that position), and the address it came from. */
export interface Answer {
  readonly url: URL
  readonly status: number
  readonly body: Body
  /** A header's value; the first one where it is repeated. */
  header(name: string): string | undefined
}

/** Speaks http for one download: follows redirects, keeps to public addresses, respects the proxy variables. */
export class Client {
  private constructor(
    private readonly agent: EnvHttpProxyAgent,
    private readonly request: typeof import('undici').request,
    private readonly options: ClientOptions,
  ) {}

  /** The http library takes a tenth of a second to load, so it is loaded when something is fetched. */
  static async open(options: ClientOptions): Promise<Client> {
    const { EnvHttpProxyAgent, request } = await import('undici')
    const { idleMs, allowPrivate } = options
    const agent = new EnvHttpProxyAgent({
      headersTimeout: idleMs,
      bodyTimeout: idleMs,
      connect: { timeout: idleMs, ...(allowPrivate ? {} : { lookup: publicLookup }) },
    })
    return new Client(agent, request, options)
  }

  /** @throws `io`; `TransientError` when trying again may help; `interrupted` */
  async get(address: URL, headers: Readonly<Record<string, string>>): Promise<Answer> {
    let url = address
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const answer = await this.ask(url, headers)
      if (answer.status < 300 || answer.status >= 400) return accepted(answer)
      drop(answer.body)
      url = redirectTarget(url, answer.header('location'))
    }
    throw new ChiquitoError(
      'io',
      `${showAddress(address)} redirects more than ${MAX_REDIRECTS} times, perhaps in a circle.`,
    )
  }

  async close(): Promise<void> {
    await this.agent.destroy()
  }

  private async ask(url: URL, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const { allowPrivate, signal } = this.options
    if (!allowPrivate) requirePublicHost(url)
    try {
      const response = await this.request(url, {
        dispatcher: this.agent,
        headers: { 'user-agent': USER_AGENT, 'accept-encoding': 'identity', ...headers },
        signal: signal ?? null,
      })
      const header = (name: string) => {
        const value = response.headers[name]
        return typeof value === 'string' ? value : value?.[0]
      }
      return { url, status: response.statusCode, body: response.body, header }
    } catch (error) {
      throw networkError(error, url, signal)
    }
  }
}

/** The error for a failed request or a broken-off body. */
export function networkError(error: unknown, url: URL, signal: AbortSignal | undefined): ChiquitoError {
  if (error instanceof ChiquitoError) return error
  if (signal?.aborted) return new ChiquitoError('interrupted', 'Interrupted.')
  const code = errorCode(error)
  const reason = code === undefined ? messageOf(error) : `${messageOf(error)} (${code})`.trim()
  const message = `Cannot fetch ${showAddress(url)}: ${reason}. Check the address and the connection, and try again.`
  if (code !== undefined && lastingCodes.test(code)) return new ChiquitoError('io', message, { cause: error })
  return new TransientError(message)
}

function accepted(answer: Answer): Answer {
  const { status, url } = answer
  if (status === 200 || status === 206 || status === 416) return answer
  drop(answer.body)
  const message = `${showAddress(url)} answered ${status} instead of the file.`
  if (transientStatuses.has(status))
    throw new TransientError(message, retryAfterMs(answer.header('retry-after')))
  const advice =
    status === 404 || status === 410 ? 'It is not there (any more): check the address.' : 'Check the address.'
  throw new ChiquitoError('io', `${message} ${advice}`)
}

/** Ends an answer whose rest is of no interest; its connection closes. */
export function drop(body: Body): void {
  body.on('error', () => undefined).destroy()
}

/**
 * Hands each piece of a body over the moment it arrives. (Iterating over the body would be shorter, but when the line
 * breaks it throws away the pieces that have arrived and wait.)
 */
export function consume(body: Body, take: (chunk: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (body.errored !== null) reject(body.errored)
    body.once('end', resolve)
    body.once('error', reject)
    body.on('data', (chunk: Uint8Array) => {
      try {
        take(chunk)
      } catch (error) {
        reject(error)
        drop(body)
      }
    })
  })
}

function retryAfterMs(value: string | undefined): number | undefined {
  const seconds = Number(value ?? Number.NaN)
  return seconds >= 0 ? seconds * 1000 : undefined
}

/** Waits, unless the caller's signal fires first. @throws `interrupted` */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  throwIfAborted(signal)
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
