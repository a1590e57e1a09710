import { type LookupAddress, lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { ChiquitoError } from '../core/index.js'
import { isPrivateAddress, isTranslatedPublic } from './special-ranges.js'

/**
 * Names that never lead to a public server, whoever looks them up: RFC 6761 (localhost, invalid, test), RFC 6762 (local),
 * RFC 8375 (home.arpa), ICANN's resolution 2024.07.29.06 (internal). Not a word of them is asked of a proxy.
 */
const privateNames = /(^|\.)(localhost|local|internal|home\.arpa|invalid|test)$/i

/** A name that cannot be looked up here within this is left to the proxy, which is there because of such networks. */
const LOOKUP_MS = 3000

/** Addresses are typed or copied; a longer one is not an address. */
const MAX_ADDRESS_CHARACTERS = 8192

/** An address on this machine or on a private network, which nobody allowed. */
export class PrivateAddressError extends ChiquitoError {}

/** A redirect that leads nowhere, to where it must not, or in a circle. */
export class RedirectError extends ChiquitoError {}

/**
 * An address that may be fetched: http or https, without name and password.
 *
 * @throws `usage`
 */
export function parseAddress(text: string): URL {
  const url = text.length <= MAX_ADDRESS_CHARACTERS && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new ChiquitoError('usage', `${JSON.stringify(text.slice(0, 200))} is no http or https address.`)
  if (url.username !== '' || url.password !== '')
    throw new ChiquitoError(
      'usage',
      `The address ${showAddress(url)} contains a name or password. Leave them out.`,
    )
  return url
}

/**
 * Where a redirect leads.
 *
 * @throws `RedirectError` when it leads nowhere, away from http, or from an encrypted connection to an open one
 */
export function redirectTarget(from: URL, location: string | undefined): URL {
  if (location === undefined || !URL.canParse(location, from.href))
    throw new RedirectError('io', `${showAddress(from)} redirects without saying where to.`)
  const url = new URL(location, from)
  if (!['http:', 'https:'].includes(url.protocol) || (from.protocol === 'https:' && url.protocol === 'http:'))
    throw new RedirectError('io', `${showAddress(from)} redirects to an unsafe address (${url.protocol}).`)
  url.username = ''
  url.password = ''
  return url
}

/** The address for messages: without query, which may hold a key, and without name and password. */
export function showAddress(url: URL): string {
  return url.origin + url.pathname
}

/**
 * Refuses an address whose host is a private IP address, or a name that is private by its ending. Other names are looked
 * at when they are looked up.
 *
 * @throws `PrivateAddressError`
 */
export function requirePublicHost(url: URL): void {
  if (isPrivateHost(url)) throw privateHost(hostOf(url))
}

/** Whether an address says itself that its host is private: by a number, or by the ending of its name. */
export function isPrivateHost(url: URL): boolean {
  const host = hostOf(url)
  return isIP(host) === 0 ? privateNames.test(host) : isPrivateAddress(host)
}

/**
 * Refuses a name before a proxy gets it: the proxy looks it up itself, in its own network, where nobody here can watch.
 * So what can be known is asked before: a name without a dot is of that network, and a name that leads to a private
 * address here is taken to lead to one there. A name that is unknown here is left to the proxy.
 *
 * @param look gives a name's addresses, none where it is unknown
 * @throws `io`
 */
export async function requirePublicBehindProxy(url: URL, look = lookUp): Promise<void> {
  const host = hostOf(url)
  if (isIP(host) !== 0) return
  if (!host.includes('.')) throw privateHost(host)
  if ((await look(host)).some(isPrivateAnswer)) throw privateHost(host)
}

/** Looks a name up, as Node does, and refuses it when any of its addresses is private. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error !== null) return callback(error, [])
    if (addresses.some(({ address }) => isPrivateAnswer(address))) return callback(privateHost(hostname), [])
    if (options.all) return callback(null, addresses)
    callback(null, addresses[0].address, addresses[0].family)
  })
}

/** Of the answers for a name; see {@link isTranslatedPublic}. */
function isPrivateAnswer(address: string): boolean {
  return isPrivateAddress(address) && !isTranslatedPublic(address)
}

/** A name's addresses; none where there is no answer in time. */
function lookUp(host: string): Promise<string[]> {
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve([]), LOOKUP_MS)
    lookup(host, { all: true }, (error, addresses) => {
      clearTimeout(timer)
      resolve(error === null ? addresses.map(({ address }) => address) : [])
    })
  })
}

/** The host without the brackets of IPv6 and the dot that may end a full name. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
}

function privateHost(host: string): PrivateAddressError {
  return new PrivateAddressError(
    'io',
    `"${host}" is on this machine or on a private network; only public addresses are fetched.`,
  )
}
