import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { ChiquitoError } from '../../core/index.js'
import { errorCode } from '../../files/index.js'
import type { Gate } from './gate.js'
import {
  KEEP_ALIVE_SECONDS,
  MAX_CONNECTIONS,
  MAX_HEADER_BYTES,
  MAX_HEADERS,
  MAX_HEADERS_SECONDS,
  type ServeLimits,
} from './limits.js'
import { ProblemError } from './problem.js'
import { PROBLEM_TYPE, safeHeaders, sendProblem } from './send.js'

export interface HttpOptions {
  readonly host: string
  readonly port: number
  readonly limits: ServeLimits
  readonly gate: Gate
  /** Told of each request's end: path (undefined for none that is one), status or `gone`, seconds. */
  readonly observe?: ((path: string | undefined, status: string, seconds: number) => void) | undefined
  readonly app: { readonly fetch: Parameters<typeof getRequestListener>[0] }
}

/** How often connections are held against their time limits, in ms. */
const CHECK_MS = 500

/** Between the last answer and the end, in ms: who sends on a connection that was kept learns that it is over. */
const GRACE_MS = 300

/** The server while it listens. */
export class HttpServer {
  private readonly underWay = new Set<ServerResponse>()
  private isStopping = false
  private idle: (() => void) | undefined
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
      headersTimeout: Math.min(MAX_HEADERS_SECONDS, uploadSeconds) * 1000,
      requestTimeout: uploadSeconds * 1000,
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
    server.on('request', hear)
    // Whoever asks before sending a body is told to go on when it is read.
    server.on('checkContinue', hear)
    server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      refuseConnection(error, socket, uploadSeconds),
    )
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
   * Answers what is under way, refuses what comes meanwhile, and then listens no more.
   *
   * @param most - seconds after which connections are cut off
   */
  async stop(most: number): Promise<void> {
    this.isStopping = true
    // Nobody is to send another request on a connection that is about to be closed.
    for (const response of this.underWay) if (!response.headersSent) response.setHeader('connection', 'close')
    const timer = setTimeout(() => this.server.closeAllConnections(), most * 1000)
    // While something is under way, and for a moment after, others are told that this one stops; then nobody is listened to any more.
    if (this.underWay.size > 0)
      await new Promise<void>(resolve => {
        this.idle = resolve
      })
    await pause(GRACE_MS)
    await new Promise<void>(resolve => {
      this.server.close(() => resolve())
      this.server.closeIdleConnections()
    })
    clearTimeout(timer)
  }

  private hear(
    request: IncomingMessage,
    response: ServerResponse,
    listener: (request: IncomingMessage, response: ServerResponse) => unknown,
  ): void {
    const { gate, observe } = this.options
    const started = performance.now()
    const path = pathOf(request)
    const isAwaited = !this.isStopping
    if (isAwaited) this.underWay.add(response)
    else response.setHeader('connection', 'close')
    response.once('close', () => {
      this.answered++
      const status = response.writableEnded ? String(response.statusCode) : 'gone'
      observe?.(path, status, (performance.now() - started) / 1000)
      this.underWay.delete(response)
      if (this.underWay.size === 0) this.idle?.()
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

/** What the parser does not take is told in the same form, as far as anybody listens. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex, uploadSeconds: number): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const problem = problemOfParser(error, uploadSeconds)
  const text = JSON.stringify(problem.document)
  const headers = {
    ...safeHeaders,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end(
    [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines, '', text].join('\r\n'),
    () => socket.destroy(),
  )
}

function problemOfParser({ code }: NodeJS.ErrnoException, uploadSeconds: number): ProblemError {
  if (code === 'HPE_HEADER_OVERFLOW' || code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return new ProblemError('headers-too-large', `The headers have more than ${MAX_HEADER_BYTES} bytes.`)
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new ProblemError(
      'too-slow',
      `The request did not arrive within ${uploadSeconds} s. Send fewer photos at a time, or smaller ones.`,
    )
  return new ProblemError('bad-request', 'This is no request that HTTP knows.')
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
