import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { ChiquitoError } from '../../core/index.js'
import { ProblemError } from './problem.js'

export interface GateOptions {
  /** What the server listens on. */
  readonly host: string
  /** Further names that it is reached under. */
  readonly names: readonly string[]
  /** Origins whose pages may ask beside its own. */
  readonly origins: readonly string[]
  readonly token: string | undefined
  /** Paths for which no token is asked; those of a model's server by default. */
  readonly isOpen?: ((path: string) => boolean) | undefined
  /** A cookie whose value stands for the token where something is only read, as pictures cannot send headers. */
  readonly session?: { readonly cookie: string; readonly value: string } | undefined
  /** What to do about a name and an origin that are refused; the options of a model's server by default. */
  readonly advice?: GateAdvice | undefined
}

export interface GateAdvice {
  readonly name: string
  readonly origin: string
}

const optionsOfServe: GateAdvice = {
  name: 'If it is to be reached under that name, start it with --name and the name.',
  origin: 'Start it with --allow-origin and the origin of the page to let it.',
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether what listens on this can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  const family = isIP(host)
  return family === 0
    ? host.toLowerCase() === 'localhost'
    : loopback.check(host, family === 4 ? 'ipv4' : 'ipv6')
}

/** Paths for which no token is asked: they tell nothing of the model, and the page asks for the token itself. */
const openPaths = new Set(['/', '/try.js', '/try.css', '/healthz', '/readyz', '/openapi.json'])

/** What a token may be made of: what goes into a header as it is, without spaces. */
const TOKEN = /^[\x21-\x7e]{8,512}$/

/** @throws ChiquitoError `usage` */
export function requireGoodToken(token: string): void {
  if (TOKEN.test(token)) return
  throw new ChiquitoError(
    'usage',
    'The token must have 8 to 512 characters of ASCII without spaces: "openssl rand -hex 32" prints one.',
  )
}

/** Says who may ask. */
export class Gate {
  private readonly names: ReadonlySet<string>
  private readonly origins: ReadonlySet<string>
  private readonly secret: Buffer | undefined
  private readonly takesAddresses: boolean
  private readonly isOpen: (path: string) => boolean
  private readonly session: { readonly cookie: string; readonly secret: Buffer } | undefined
  private readonly advice: GateAdvice

  constructor({ host, names, origins, token, isOpen, session, advice = optionsOfServe }: GateOptions) {
    this.names = new Set(['localhost', host, ...names].map(plainHost))
    this.origins = new Set(origins)
    this.secret = token === undefined ? undefined : digest(token)
    this.takesAddresses = !isLoopback(host)
    this.isOpen = isOpen ?? (path => openPaths.has(path))
    this.session = session && { cookie: session.cookie, secret: digest(session.value) }
    this.advice = advice
  }

  /**
   * Whether a page of another origin, which was allowed to, is asking; undefined for anybody else.
   *
   * @throws ProblemError `wrong-host`, `wrong-origin`
   */
  check(request: IncomingMessage): string | undefined {
    const host = hostOf(request)
    this.requireHost(host)
    const { origin } = request.headers
    if (origin === undefined) return undefined
    if (this.origins.has(origin)) return origin
    const page = URL.canParse(origin) ? new URL(origin) : undefined
    // Pages of other kinds (of an extension, of another program) have hosts in a sense of their own. Behind a proxy that speaks https the
    // default ports differ.
    const isOfWeb = page?.protocol === 'http:' || page?.protocol === 'https:'
    if (isOfWeb && [new URL(`http://${host}`).host, host.toLowerCase()].includes(page.host)) return undefined
    throw new ProblemError(
      'wrong-origin',
      `Pages of other origins may not ask this server. ${this.advice.origin}`,
    )
  }

  /** @throws ProblemError `unauthorized` */
  requireToken(request: IncomingMessage, path: string): void {
    if (this.secret === undefined || this.isOpen(path)) return
    const [, given] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (given !== undefined && timingSafeEqual(digest(given), this.secret)) return
    if (given === undefined && this.isOfSession(request)) return
    throw new ProblemError(
      'unauthorized',
      given === undefined
        ? 'This server asks for a token. Send it as "Authorization: Bearer TOKEN".'
        : 'The token is not the one that the server was started with.',
      { headers: { 'www-authenticate': 'Bearer realm="chiquito"' } },
    )
  }

  /** Reading alone: what changes something needs the header, which no page elsewhere can send. */
  private isOfSession({ method, headers }: IncomingMessage): boolean {
    if (this.session === undefined || (method !== 'GET' && method !== 'HEAD')) return false
    if (!['same-origin', 'none', undefined].includes(fetchSite(headers))) return false
    const value = cookieOf(headers.cookie ?? '', this.session.cookie)
    return value !== undefined && timingSafeEqual(digest(value), this.session.secret)
  }

  /** A page elsewhere can point a name of its own at this machine (DNS rebinding); its requests come under that name. */
  private requireHost(host: string): void {
    const name = plainHost(host.replace(/:\d*$/, ''))
    const isAddress = isIP(name) !== 0
    if (this.names.has(name) || (isAddress && (this.takesAddresses || isLoopback(name)))) return
    throw new ProblemError(
      'wrong-host',
      `The request names a host that this server does not answer as. ${this.advice.name}`,
    )
  }
}

/** Who asks, as browsers say it: programs on other ports of this machine are of the same site, but of another origin. */
function fetchSite(headers: IncomingMessage['headers']): string | undefined {
  const site = headers['sec-fetch-site']
  return Array.isArray(site) ? site.join() : site
}

function cookieOf(header: string, name: string): string | undefined {
  const pairs = header.split(';').map(pair => pair.trim())
  return pairs.find(pair => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}

/** @throws ProblemError `bad-request` */
function hostOf({ headers, rawHeaders }: IncomingMessage): string {
  const { host } = headers
  const count = rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === 'host').length
  if (
    host !== undefined &&
    count === 1 &&
    /^(\[[0-9a-f:.]+\]|[^\s:/@?#[\]\\]+)(:\d{1,5})?$/i.test(host) &&
    URL.canParse(`http://${host}`)
  )
    return host
  throw new ProblemError(
    'bad-request',
    'The request needs one header "Host" with a name or an address and perhaps a port.',
  )
}

/** Without the brackets of IPv6, the dot that may end a full name, and capitals. */
function plainHost(host: string): string {
  return host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
}

/** Of equal length whatever was given, so that comparing takes equal time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
