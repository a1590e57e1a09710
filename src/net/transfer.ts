import type { LookupFunction } from 'node:net'
import type { Dispatcher, EnvHttpProxyAgent } from 'undici'
import { ChiquitoError, messageOf } from '../core/index.js'
import { errorCode } from '../files/index.js'
import {
  publicLookup,
  RedirectError,
  redirectTarget,
  requirePublicBehindProxy,
  requirePublicHost,
  showAddress,
} from './address.js'
import { Pace, type PaceOptions } from './pace.js'
import { retryAfterMs, TransientError } from './retry.js'

/** GitHub and other hosts redirect two or three times; browsers give up at 20. */
const MAX_REDIRECTS = 10

/** A server that says nothing for so long is down. */
const DEFAULT_IDLE_MS = 30_000

/** Some servers refuse programs that do not say who they are. */
const USER_AGENT = 'chiquito (+https://www.npmjs.com/package/chiquito)'

/** A server's refusal that does not pass by asking again. */
export class RefusedError extends ChiquitoError {
  constructor(
    message: string,
    /** Of HTTP. */
    readonly status: number,
    /** A header of the answer. */
    readonly header: (name: string) => string | undefined,
  ) {
    super('io', message)
  }
}

/** Answers to say "try again later". */
const transientStatuses = new Set([408, 425, 429, 500, 502, 503, 504])

/** Network failures that do not pass by trying again: no such host, certificates, and refusals of ours. */
const lastingCodes = /^(ENOTFOUND|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|UND_ERR_INVALID)/

type Body = Dispatcher.ResponseData['body']
type Headers = Readonly<Record<string, string>>

export interface ClientOptions extends PaceOptions {
  /** Longest wait for a connection, an answer or the next bytes, in milliseconds. */
  readonly idleMs?: number | undefined
  /** Longest wait for a connection alone; as long as for everything else by default. */
  readonly connectMs?: number | undefined
  /** Says which program asks, and whom to write to about it. */
  readonly userAgent?: string | undefined
  /** Private servers, `host:port`, that are fetched from all the same, wherever they are met. */
  readonly allowedHosts?: ReadonlySet<string> | undefined
  /** Also fetch from this machine and private networks; for addresses that the person typed. */
  readonly allowPrivate?: boolean | undefined
  /** Says who asks. Sent to the address's own origin, and never on to where that redirects. */
  readonly token?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Where undici's agent finds a proxy. */
const proxyVariables = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']

/** An answer, and the address it came from. */
export interface Answer {
  readonly url: URL
  readonly status: number
  readonly body: Body
  /** A header's value; the first one where it is repeated. */
  header(name: string): string | undefined
}

/** A form to send, instead of asking for a file. */
export type Form = Readonly<Record<string, string>>

/** Speaks http: follows redirects, keeps to public addresses, respects the proxy variables. */
export class Client {
  private constructor(
    /** For servers that may be private, and for all others. */
    private readonly agents: { readonly open: EnvHttpProxyAgent; readonly guarded: EnvHttpProxyAgent },
    private readonly request: typeof import('undici').request,
    private readonly options: ClientOptions,
  ) {}

  /** The http library takes a tenth of a second to load, so it is loaded when something is fetched. */
  static async open(options: ClientOptions): Promise<Client> {
    const { EnvHttpProxyAgent, request } = await import('undici')
    const { idleMs = DEFAULT_IDLE_MS, connectMs = idleMs } = options
    const agentWith = (guard: { lookup?: LookupFunction }) =>
      new EnvHttpProxyAgent({
        headersTimeout: idleMs,
        bodyTimeout: idleMs,
        connect: { timeout: connectMs, ...guard },
      })
    const agents = { open: agentWith({}), guarded: agentWith({ lookup: publicLookup }) }
    return new Client(agents, request, options)
  }

  /**
   * Fetches the file, or a part of it: hands on an answer with status 200, 206 or 416 (nothing at that position), and
   * watches it until the work with it is done.
   *
   * @throws `io`: `TransientError` when trying again may help, `RefusedError`; `interrupted`
   */
  async get(
    address: URL,
    headers: Headers,
    work: (answer: Answer, pace: Pace) => Promise<void>,
  ): Promise<void> {
    await this.watched(async pace => {
      const answer = await this.follow('GET', address, headers, () => false, pace)
      if (![200, 206, 416].includes(answer.status)) throw refusal(answer)
      await work(answer, pace)
    })
  }

  /**
   * Sends a form and hands the answer on, if its status is 200 or 201. A redirect is not followed: what was sent was meant
   * for this server.
   *
   * @throws as {@link get}
   */
  async post(
    address: URL,
    headers: Headers,
    form: Form,
    work: (answer: Answer, pace: Pace) => Promise<void>,
  ): Promise<void> {
    await this.watched(async pace => {
      const answer = await this.ask('POST', address, { ...headers, ...this.credentials() }, pace, form)
      if (![200, 201].includes(answer.status)) throw refusal(answer)
      await work(answer, pace)
    })
  }

  /**
   * The headers of the first answer on the way, redirects among them, that `isEnough`; else those of the last one.
   *
   * @throws as {@link get}
   */
  async head(address: URL, isEnough: (answer: Answer) => boolean): Promise<Answer> {
    const answer = await this.watched(pace => this.follow('HEAD', address, {}, isEnough, pace))
    drop(answer.body)
    if (answer.status >= 400 || answer.status === 202) throw refusal(answer)
    return answer
  }

  async close(): Promise<void> {
    await Promise.all([this.agents.open.destroy(), this.agents.guarded.destroy()])
  }

  private async watched<T>(attempt: (pace: Pace) => Promise<T>): Promise<T> {
    const pace = new Pace(this.options, this.options.signal)
    try {
      return await attempt(pace)
    } finally {
      pace.end()
    }
  }

  private async follow(
    method: 'GET' | 'HEAD',
    address: URL,
    headers: Headers,
    isEnough: (answer: Answer) => boolean,
    pace: Pace,
  ): Promise<Answer> {
    let url = address
    let isHome = true
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      isHome &&= url.origin === address.origin
      const answer = await this.ask(
        method,
        url,
        isHome ? { ...headers, ...this.credentials() } : withoutCredentials(headers),
        pace,
      )
      if (answer.status < 300 || answer.status >= 400 || isEnough(answer)) return answer
      drop(answer.body)
      url = redirectTarget(url, answer.header('location'))
    }
    throw new RedirectError(
      'io',
      `${showAddress(address)} redirects more than ${MAX_REDIRECTS} times, perhaps in a circle.`,
    )
  }

  private isAllowed(url: URL): boolean {
    const { allowPrivate = false, allowedHosts } = this.options
    return allowPrivate || (allowedHosts?.has(hostAndPort(url)) ?? false)
  }

  private credentials(): Headers {
    const { token } = this.options
    return token === undefined ? {} : { authorization: `Bearer ${token}` }
  }

  private async ask(
    method: 'GET' | 'HEAD' | 'POST',
    url: URL,
    headers: Headers,
    pace: Pace,
    form?: Form,
  ): Promise<Answer> {
    const { userAgent = USER_AGENT } = this.options
    const isOpen = this.isAllowed(url)
    if (!isOpen) {
      requirePublicHost(url)
      if (proxyVariables.some(name => process.env[name])) await requirePublicBehindProxy(url)
    }
    try {
      const request = this.request(url, {
        method,
        dispatcher: isOpen ? this.agents.open : this.agents.guarded,
        headers: {
          'user-agent': userAgent,
          'accept-encoding': 'identity',
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
        body: form === undefined ? null : new URLSearchParams(form).toString(),
        signal: pace.signal,
      })
      const response = await untilAborted(request, pace.signal)
      const header = (name: string) => {
        const value = response.headers[name]
        return typeof value === 'string' ? value : value?.[0]
      }
      return { url, status: response.statusCode, body: response.body, header }
    } catch (error) {
      throw networkError(error, url, pace)
    }
  }
}

/** What is meant for one server's eyes does not go on with a redirect to another. */
function withoutCredentials(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(authorization|cookie)$/i.test(name)),
  )
}

/** A server as people name it: host and port, the protocol's own one too. */
export function hostAndPort(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
}

/**
 * What a request gives, or a failure as soon as the signal fires. (undici 7 does not heed its signal before there is a
 * connection, and asks a proxy that hangs up on it again without end.)
 */
function untilAborted<T>(request: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(signal.reason)
    signal.addEventListener('abort', give)
    request.then(resolve, reject).finally(() => signal.removeEventListener('abort', give))
  })
}

/** The error for a failed request or a broken-off body. */
export function networkError(error: unknown, url: URL, pace: Pace): ChiquitoError {
  if (error instanceof ChiquitoError) return error
  const verdict = pace.verdict(showAddress(url))
  if (verdict !== undefined) return verdict
  const code = errorCode(error)
  const reason = code === undefined ? messageOf(error) : `${messageOf(error)} (${code})`.trim()
  const message = `Cannot fetch ${showAddress(url)}: ${reason}. Check the address and the connection, and try again.`
  if (code !== undefined && lastingCodes.test(code)) return new ChiquitoError('io', message, { cause: error })
  return new TransientError(message)
}

function refusal({ status, url, body, header }: Answer): ChiquitoError {
  drop(body)
  const message = `${showAddress(url)} answered ${status} instead of the file.`
  if (transientStatuses.has(status))
    return new TransientError(message, retryAfterMs(header('retry-after')), false, status)
  const advice =
    status === 404 || status === 410 ? 'It is not there (any more): check the address.' : 'Check the address.'
  return new RefusedError(`${message} ${advice}`, status, header)
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
