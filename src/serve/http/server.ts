import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { ChiquitoError } from '../../core/index.js'
import { errorCode } from '../../files/index.js'
import type { Gate } from './gate.js'
import {
  DRAIN_MS,
  KEEP_ALIVE_SECONDS,
  MAX_CONNECTIONS,
  MAX_HEADER_BYTES,
  MAX_HEADERS,
  MAX_HEADERS_SECONDS,
  MAX_PIPELINED,
  type ServeLimits,
} from './limits.js'
import { ProblemError } from './problem.js'
import { problemOfParser, refuseConnection } from './refuse-connection.js'
import { PROBLEM_TYPE, safeHeaders, sendProblem } from './send.js'
import { type Asked, outcomeOf, Unanswered } from './unanswered.js'

export interface HttpOptions {
  readonly host: string
  readonly port: number
  readonly limits: ServeLimits
  readonly gate: Gate
  /** Told of each request's end: path (undefined for none that is one), status or `gone`, seconds (undefined where it never began). */
  readonly observe?:
    | ((path: string | undefined, status: string, seconds: number | undefined) => void)
    | undefined
  readonly app: { readonly fetch: Parameters<typeof getRequestListener>[0] }
}

/** How often connections are held against their time limits, in ms. */
const CHECK_MS = 500

/** Between the last answer and the end, in ms: who sends on a connection that was kept learns that it is over. */
const GRACE_MS = 300

/** The server while it listens. */
export class HttpServer {
  /** Answers that are awaited when the server stops. */
  private readonly underWay = new Set<ServerResponse>()
  /** Those to what has come since. */
  private readonly late = new Set<ServerResponse>()
  private readonly unanswered = new Unanswered()
  private isStopping = false
  private ended: (() => void) | undefined
  answered = 0

  private constructor(
    private readonly server: Server,
    private readonly options: HttpOptions,
  ) {}

  /** @throws ChiquitoError `io`: the port is taken or not permitted, or the address is none of this machine */
  static async listen(options: HttpOptions): Promise<HttpServer> {
    const { uploadSeconds } = options.limits
    const server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: Math.ceil(Math.min(MAX_HEADERS_SECONDS, uploadSeconds) * 1000),
      requestTimeout: Math.ceil(uploadSeconds * 1000),
      keepAliveTimeout: KEEP_ALIVE_SECONDS * 1000,
      connectionsCheckingInterval: CHECK_MS,
      // We say ourselves what is missing.
      requireHostHeader: false,
      insecureHTTPParser: false,
    })
    server.maxConnections = MAX_CONNECTIONS
    server.maxHeadersCount = MAX_HEADERS
    // Who has sent all and says so still wants the answer.
    Object.assign(server, { httpAllowHalfOpen: true })
    const http = new HttpServer(server, options)
    const listener = getRequestListener(options.app.fetch, {
      overrideGlobalObjects: false,
      autoCleanupIncoming: false,
      errorHandler: () => answerOf(new ProblemError('bad-request', 'The path is none that HTTP knows.')),
    })
    const hear = (request: IncomingMessage, response: ServerResponse) =>
      http.hear(request, response, listener)
    server.on('connection', socket => http.unanswered.watch(socket))
    server.on('request', hear)
    // Whoever asks before sending a body is told to go on when it is read. Other expectations may be left alone (RFC 9110, 10.1.1).
    server.on('checkContinue', hear)
    server.on('checkExpectation', hear)
    server.on('connect', (_, socket) => http.refuse(socket, noTunnel))
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => http.refuseBroken(error, socket))
    await new Promise<void>((resolve, reject) => {
      server.once('error', error => reject(listenError(error, options)))
      server.listen(options.port, options.host, resolve)
    })
    return http
  }

  /** Where it listens, as an address to open on this machine. */
  get address(): string {
    const { address, family, port } = addressOf(this.server)
    const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
    return `http://${family === 'IPv6' ? `[${host}]` : host}:${port}`
  }

  /**
   * Answers what is under way, refuses what comes meanwhile, and then listens no more. Connections on which nothing was asked, or not yet
   * wholly, are not waited for.
   *
   * @param most - seconds after which connections are cut off
   */
  async stop(most: number): Promise<void> {
    this.isStopping = true
    // Nobody is to send another request on a connection that is about to be closed.
    for (const response of this.underWay) if (!response.headersSent) response.setHeader('connection', 'close')
    const cutOff = () => this.server.closeAllConnections()
    const timer = setTimeout(cutOff, most * 1000)
    // While something is under way, and for a moment after, others are told that this one stops; then nobody is listened to any more.
    await this.allEnded(this.underWay)
    await pause(GRACE_MS)
    const closed = new Promise<void>(resolve => this.server.close(() => resolve()))
    await Promise.race([this.allEnded(this.late), pause(DRAIN_MS, undefined, { ref: false })])
    cutOff()
    await closed
    clearTimeout(timer)
  }

  private async allEnded(responses: ReadonlySet<ServerResponse>): Promise<void> {
    while (responses.size > 0)
      await new Promise<void>(resolve => {
        this.ended = resolve
      })
  }

  /** A connection that breaks the rules. An answer that it still waits for goes first: it must not take this one for it. */
  private refuseBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
    const asked = this.unanswered.last(socket)
    if (asked?.request.complete && socket.writable)
      return void asked.response.once('close', () => this.refuseBroken(error, socket))
    if (!socket.writable || error.code === 'ECONNRESET' || asked?.response.headersSent)
      return void socket.destroy()
    this.refuse(socket, problemOfParser(error, this.options.limits.uploadSeconds))
  }

  private refuse(socket: Duplex, problem: ProblemError): void {
    const asked = this.unanswered.last(socket)
    if (asked) asked.refused = problem
    else this.options.observe?.(undefined, String(problem.status), undefined)
    refuseConnection(socket, problem)
  }

  private hear(
    request: IncomingMessage,
    response: ServerResponse,
    listener: (request: IncomingMessage, response: ServerResponse) => unknown,
  ): void {
    const { gate, observe } = this.options
    const { socket } = request
    // Of those that come in one piece the parser hands on all.
    if (socket.destroyed) return
    if (this.unanswered.count(socket) >= MAX_PIPELINED) return void socket.destroy()
    const started = performance.now()
    const path = pathOf(request)
    const asked: Asked = { request, response }
    const open = this.isStopping ? this.late : this.underWay
    this.unanswered.add(asked)
    open.add(response)
    if (this.isStopping) response.setHeader('connection', 'close')
    response.once('close', () => {
      this.answered++
      observe?.(path, outcomeOf(asked), (performance.now() - started) / 1000)
      open.delete(response)
      this.ended?.()
    })
    let headers: Readonly<Record<string, string>> = {}
    try {
      const origin = gate.check(request)
      if (origin !== undefined) headers = crossOrigin(origin)
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      if (path === undefined)
        throw new ProblemError(
          'bad-request',
          'The request line needs a path, such as /v1/predict, and no whole address.',
        )
      if (origin !== undefined && isPreflight(request)) return void response.writeHead(204).end()
      gate.requireToken(request, path)
      void listener(request, response)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      sendProblem(request, response, error, headers)
    }
  }
}

const noTunnel = new ProblemError('method-not-allowed', 'Nothing is reached through this server (CONNECT).', {
  headers: { allow: 'GET, HEAD, POST' },
})

/** Without what is asked behind it; undefined where it is none. */
function pathOf({ url = '' }: IncomingMessage): string | undefined {
  return url.startsWith('/') ? url.split('?')[0] : undefined
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

function crossOrigin(origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-expose-headers': 'retry-after',
    'access-control-max-age': '600',
    vary: 'origin',
  }
}

function answerOf(problem: ProblemError): Response {
  return new Response(JSON.stringify(problem.document), {
    status: problem.status,
    headers: { ...safeHeaders, 'content-type': PROBLEM_TYPE },
  })
}

function addressOf(server: Server): AddressInfo {
  const address = server.address()
  if (address === null || typeof address === 'string')
    throw new ChiquitoError('io', 'The server does not listen.')
  return address
}

function listenError(error: NodeJS.ErrnoException, { host, port }: HttpOptions): ChiquitoError {
  const where = `${host}:${port}`
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} of ${host} is taken by another program. Give another one, such as --port ${port + 1}, or --port 0 for any that is free.`,
    EACCES: `This user may not listen on port ${port}. Give one above 1023, such as --port 8000.`,
    EPERM: `This user may not listen on ${where}. Give a port above 1023, such as --port 8000.`,
    EADDRNOTAVAIL: `${host} is no address of this machine. Give one of its own for --host, or 0.0.0.0 for all of them.`,
    ENOTFOUND: `No address is known for ${JSON.stringify(host)}. Give an address of this machine for --host, or 0.0.0.0 for all of them.`,
  }
  const reason = reasons[errorCode(error) ?? ''] ?? `Cannot listen on ${where}: ${error.message}.`
  return new ChiquitoError('io', reason, { cause: error })
}
