import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { ProblemError } from './problem.js'

export interface GateOptions {
  /** What the server listens on. */
  readonly host: string
  /** Further names that it is reached under. */
  readonly names: readonly string[]
  /** Origins whose pages may ask beside its own. */
  readonly origins: readonly string[]
  readonly token: string | undefined
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

/** Says who may ask. */
export class Gate {
  private readonly names: ReadonlySet<string>
  private readonly origins: ReadonlySet<string>
  private readonly secret: Buffer | undefined
  private readonly takesAddresses: boolean

  constructor({ host, names, origins, token }: GateOptions) {
    this.names = new Set(['localhost', host, ...names].map(plainHost))
    this.origins = new Set(origins)
    this.secret = token === undefined ? undefined : digest(token)
    this.takesAddresses = !isLoopback(host)
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
    if (URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host) return undefined
    // Behind a proxy that speaks https the default ports differ.
    if (URL.canParse(origin) && new URL(origin).host === host.toLowerCase()) return undefined
    throw new ProblemError(
      'wrong-origin',
      'Pages of other origins may not ask this server. Start it with --allow-origin and the origin of the page to let it.',
    )
  }

  /** @throws ProblemError `unauthorized` */
  requireToken(request: IncomingMessage, path: string): void {
    if (this.secret === undefined || openPaths.has(path)) return
    const [, given] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (given !== undefined && timingSafeEqual(digest(given), this.secret)) return
    throw new ProblemError(
      'unauthorized',
      given === undefined
        ? 'This server asks for a token. Send it as "Authorization: Bearer TOKEN".'
        : 'The token is not the one that the server was started with.',
      { headers: { 'www-authenticate': 'Bearer realm="chiquito"' } },
    )
  }

  /** A page elsewhere can point a name of its own at this machine (DNS rebinding); its requests come under that name. */
  private requireHost(host: string): void {
    const name = plainHost(host.replace(/:\d*$/, ''))
    const isAddress = isIP(name) !== 0
    if (this.names.has(name) || (isAddress && (this.takesAddresses || isLoopback(name)))) return
    throw new ProblemError(
      'wrong-host',
      'The request names a host that this server does not answer as. If it is to be reached under that name, start it with --name and the name.',
    )
  }
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
