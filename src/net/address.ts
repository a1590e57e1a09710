import { type LookupAddress, lookup } from 'node:dns'
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net'
import { ChiquitoError } from '../core/index.js'

/**
 * Networks that are not the public internet: this machine, the home or company network, cloud metadata services,
 * multicast and reserved ranges (IANA special-purpose registries). An address taken from a web page or a redirect must
 * not reach them.
 */
const privateNetworks = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  privateNetworks.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  privateNetworks.addSubnet(network, prefix, 'ipv6')

/** Addresses are typed or copied; a longer one is not an address. */
const MAX_ADDRESS_CHARACTERS = 8192

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
 * @throws `io` when it leads nowhere, away from http, or from an encrypted connection to an open one
 */
export function redirectTarget(from: URL, location: string | undefined): URL {
  if (location === undefined || !URL.canParse(location, from.href))
    throw new ChiquitoError('io', `${showAddress(from)} redirects without saying where to.`)
  const url = new URL(location, from)
  if (!['http:', 'https:'].includes(url.protocol) || (from.protocol === 'https:' && url.protocol === 'http:'))
    throw new ChiquitoError('io', `${showAddress(from)} redirects to an unsafe address (${url.protocol}).`)
  url.username = ''
  url.password = ''
  return url
}

/** The address for messages: without query, which may hold a key, and without name and password. */
export function showAddress(url: URL): string {
  return url.origin + url.pathname
}

/** Whether an IP address, of either version, lies outside the public internet. */
export function isPrivateAddress(ip: string): boolean {
  return privateNetworks.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4')
}

/** Refuses an address whose host is a private IP address; names are looked at when they are looked up. @throws `io` */
export function requirePublicHost(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && isPrivateAddress(host)) throw privateHost(host)
}

/** Looks a name up, as Node does, and refuses it when any of its addresses is private. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error !== null) return callback(error, [])
    if (addresses.some(({ address }) => isPrivateAddress(address))) return callback(privateHost(hostname), [])
    if (options.all) return callback(null, addresses)
    callback(null, addresses[0].address, addresses[0].family)
  })
}

function privateHost(host: string): ChiquitoError {
  return new ChiquitoError(
    'io',
    `"${host}" is on this machine or on a private network; only public addresses are fetched.`,
  )
}
