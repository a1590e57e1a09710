import { isIPv4, isIPv6 } from 'node:net'

/**
 * Whether an IP address may belong to a public server, told from IANA's registries of special-purpose addresses
 * (https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry, as known at the end of 2025).
 * Every range there counts as private, those that are reachable from everywhere among them (anycast of DNS and relays):
 * no file is served from them, and some lead elsewhere than they say.
 */
const privateIpv4: readonly string[] = [
  '0.0.0.0/8', // this network (RFC 791)
  '10.0.0.0/8', // private use (RFC 1918)
  '100.64.0.0/10', // shared by a provider's customers (RFC 6598)
  '127.0.0.0/8', // this machine (RFC 1122)
  '169.254.0.0/16', // link local; a cloud's metadata service (RFC 3927)
  '172.16.0.0/12', // private use (RFC 1918)
  '192.0.0.0/24', // protocol assignments: dummy, anycast, discovery of NAT64 (RFC 6890)
  '192.0.2.0/24', // documentation (RFC 5737)
  '192.31.196.0/24', // AS112 (RFC 7535)
  '192.52.193.0/24', // multicast tunnels (RFC 7450)
  '192.88.99.0/24', // relays of 6to4, given up (RFC 7526), and of 6a44 (RFC 6751)
  '192.168.0.0/16', // private use (RFC 1918)
  '192.175.48.0/24', // AS112 (RFC 7534)
  '198.18.0.0/15', // benchmarks (RFC 2544)
  '198.51.100.0/24', // documentation (RFC 5737)
  '203.0.113.0/24', // documentation (RFC 5737)
  '224.0.0.0/4', // multicast (RFC 5771)
  '240.0.0.0/4', // reserved, and broadcast (RFC 1112, RFC 919)
]

/** All that is given to networks so far (RFC 4291, section 2.4). What lies outside is special, old or unassigned. */
const publicIpv6 = '2000::/3'

/** The special ranges inside {@link publicIpv6}. */
const privateIpv6: readonly string[] = [
  '2001::/23', // protocol assignments: Teredo, benchmarks, multicast tunnels, AS112, ORCHID, drones (RFC 2928)
  '2001:db8::/32', // documentation (RFC 3849)
  '2002::/16', // 6to4 (RFC 3056)
  '2620:4f:8000::/48', // AS112 (RFC 7534)
  '3fff::/20', // documentation (RFC 9637)
]

/** An IPv4 address in IPv6 notation: another way of writing it (RFC 4291, section 2.5.5.2). */
const mapped = '::ffff:0:0/96'

/** What a network without IPv4 makes of the IPv4 addresses of the world (NAT64, RFC 6052). */
const translated = '64:ff9b::/96'

/**
 * Whether an IP address, of either version, lies outside the public internet. An IPv4 address in IPv6 notation is
 * judged as what it is; every other range that embeds IPv4 addresses (NAT64, 6to4, Teredo, …) is private as a whole.
 *
 * @param ip an address as Node writes it, perhaps with a zone (`fe80::1%eth0`); anything else counts as private
 */
export function isPrivateAddress(ip: string): boolean {
  const bytes = bytesOf(ip)
  if (bytes === undefined) return true
  if (bytes.length === 4) return isPrivateIpv4(bytes)
  if (lies(bytes, mapped)) return isPrivateIpv4(bytes.subarray(12))
  if (!lies(bytes, publicIpv6) || privateIpv6.some(range => lies(bytes, range))) return true
  return isIsatap(bytes) && isPrivateIpv4(bytes.subarray(12))
}

/**
 * Whether an address is a public IPv4 address as a network with NAT64 passes it on. Written in a link it is suspicious;
 * as the answer for a name it is all that such a network (many mobile ones) has for most servers.
 */
export function isTranslatedPublic(ip: string): boolean {
  const bytes = bytesOf(ip)
  return bytes?.length === 16 && lies(bytes, translated) && !isPrivateIpv4(bytes.subarray(12))
}

function isPrivateIpv4(bytes: Uint8Array): boolean {
  return privateIpv4.some(range => lies(bytes, range))
}

/** Tunnels within a site, told by the second half of the address (RFC 5214, section 6.1). */
function isIsatap(bytes: Uint8Array): boolean {
  return (bytes[8] & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe
}

/** Whether an address has a range's first bits. */
function lies(bytes: Uint8Array, range: string): boolean {
  const [network, length] = range.split('/')
  const first = bytesOf(network)
  if (first?.length !== bytes.length) return false
  const bits = Number(length)
  return bytes.every((byte, index) => {
    const mask = 0xff & ~(0xff >> Math.min(8, Math.max(0, bits - 8 * index)))
    return ((byte ^ first[index]) & mask) === 0
  })
}

/** The 4 or 16 bytes of an address; undefined where the text is none. */
function bytesOf(ip: string): Uint8Array | undefined {
  const [address] = ip.split('%')
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number))
  if (!isIPv6(address)) return undefined
  // The URL standard's own writing of it: no dotted part, one gap of zeros at most.
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [before, after] = written.split('::').map(part => (part === '' ? [] : part.split(':')))
  const groups =
    after === undefined
      ? before
      : [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  return Uint8Array.from(
    groups.flatMap(group => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  )
}
