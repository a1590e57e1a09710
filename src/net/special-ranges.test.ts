import { describe, expect, it } from 'vitest'
import { isPrivateAddress, isTranslatedPublic } from './special-ranges.js'

/**
 * Every row of IANA's two registries of special-purpose addresses (as known at the end of 2025, from the RFCs it names and
 * copies of the registry; not compared with its page since), with the first and the last address.
 * https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml
 * https://www.iana.org/assignments/iana-ipv6-special-registry/iana-ipv6-special-registry.xhtml
 */
const registries: readonly [range: string, name: string, first: string, last: string][] = [
  ['0.0.0.0/8', 'this network', '0.0.0.0', '0.255.255.255'],
  ['0.0.0.0/32', 'this host on this network', '0.0.0.0', '0.0.0.0'],
  ['10.0.0.0/8', 'private use', '10.0.0.0', '10.255.255.255'],
  ['100.64.0.0/10', 'shared address space', '100.64.0.0', '100.127.255.255'],
  ['127.0.0.0/8', 'loopback', '127.0.0.0', '127.255.255.255'],
  ['169.254.0.0/16', 'link local', '169.254.0.0', '169.254.255.255'],
  ['172.16.0.0/12', 'private use', '172.16.0.0', '172.31.255.255'],
  ['192.0.0.0/24', 'IETF protocol assignments', '192.0.0.0', '192.0.0.255'],
  ['192.0.0.0/29', 'IPv4 service continuity', '192.0.0.0', '192.0.0.7'],
  ['192.0.0.8/32', 'IPv4 dummy address', '192.0.0.8', '192.0.0.8'],
  ['192.0.0.9/32', 'port control anycast', '192.0.0.9', '192.0.0.9'],
  ['192.0.0.10/32', 'TURN anycast', '192.0.0.10', '192.0.0.10'],
  ['192.0.0.170/31', 'NAT64/DNS64 discovery', '192.0.0.170', '192.0.0.171'],
  ['192.0.2.0/24', 'documentation (TEST-NET-1)', '192.0.2.0', '192.0.2.255'],
  ['192.31.196.0/24', 'AS112-v4', '192.31.196.0', '192.31.196.255'],
  ['192.52.193.0/24', 'AMT', '192.52.193.0', '192.52.193.255'],
  ['192.88.99.0/24', '6to4 relay anycast, deprecated', '192.88.99.0', '192.88.99.255'],
  ['192.88.99.2/32', '6a44 relay anycast', '192.88.99.2', '192.88.99.2'],
  ['192.168.0.0/16', 'private use', '192.168.0.0', '192.168.255.255'],
  ['192.175.48.0/24', 'AS112 direct delegation', '192.175.48.0', '192.175.48.255'],
  ['198.18.0.0/15', 'benchmarking', '198.18.0.0', '198.19.255.255'],
  ['198.51.100.0/24', 'documentation (TEST-NET-2)', '198.51.100.0', '198.51.100.255'],
  ['203.0.113.0/24', 'documentation (TEST-NET-3)', '203.0.113.0', '203.0.113.255'],
  ['240.0.0.0/4', 'reserved', '240.0.0.0', '255.255.255.255'],
  ['255.255.255.255/32', 'limited broadcast', '255.255.255.255', '255.255.255.255'],
  ['::1/128', 'loopback', '::1', '::1'],
  ['::/128', 'unspecified', '::', '::'],
  ['64:ff9b::/96', 'IPv4-IPv6 translation', '64:ff9b::', '64:ff9b::ffff:ffff'],
  ['64:ff9b:1::/48', 'IPv4-IPv6 translation', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['100::/64', 'discard only', '100::', '100::ffff:ffff:ffff:ffff'],
  ['100:0:0:1::/64', 'dummy prefix', '100:0:0:1::', '100::1:ffff:ffff:ffff:ffff'],
  ['2001::/23', 'IETF protocol assignments', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001::/32', 'Teredo', '2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:1::1/128', 'port control anycast', '2001:1::1', '2001:1::1'],
  ['2001:1::2/128', 'TURN anycast', '2001:1::2', '2001:1::2'],
  ['2001:1::3/128', 'DNS-SD registration anycast', '2001:1::3', '2001:1::3'],
  ['2001:2::/48', 'benchmarking', '2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff'],
  ['2001:3::/32', 'AMT', '2001:3::', '2001:3:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:4:112::/48', 'AS112-v6', '2001:4:112::', '2001:4:112:ffff:ffff:ffff:ffff:ffff'],
  ['2001:10::/28', 'ORCHID, deprecated', '2001:10::', '2001:1f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:20::/28', 'ORCHIDv2', '2001:20::', '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:30::/28', 'drone remote identification', '2001:30::', '2001:3f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:db8::/32', 'documentation', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2002::/16', '6to4', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2620:4f:8000::/48', 'AS112 direct delegation', '2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff'],
  ['3fff::/20', 'documentation', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['5f00::/16', 'segment routing', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fc00::/7', 'unique local', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fe80::/10', 'link local', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
]

describe('the registries of special-purpose addresses', () => {
  it.each(registries)('count %s as private (%s)', (_range, _name, first, last) => {
    expect([first, last].map(isPrivateAddress)).toEqual([true, true])
  })

  // ::ffff:0:0/96 is in the registry, too. It is IPv4 in another notation.
  it.each(registries.filter(([range]) => !range.includes(':')))(
    'count %s as private in IPv6 notation, too',
    (_range, _name, ...addresses) => {
      expect(addresses.map(ip => isPrivateAddress(`::ffff:${ip}`))).toEqual([true, true])
    },
  )
})

describe('private', () => {
  it.each([
    ['multicast', '224.0.0.1'],
    ['multicast', 'ff02::1'],
    ['IPv4-compatible, public within', '::8.8.8.8'],
    ['IPv4-compatible, private within', '::7f00:1'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped, in hexadecimal', '::ffff:c0a8:101'],
    ['IPv4-mapped, in full', '0:0:0:0:0:FFFF:A9FE:A9FE'],
    ['NAT64, private within', '64:ff9b::169.254.169.254'],
    ['NAT64, public within', '64:ff9b::8.8.8.8'],
    ["a site's own NAT64", '64:ff9b:1::10.0.0.1'],
    ['6to4, private within', '2002:7f00:1::1'],
    ['6to4, public within', '2002:808:808::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['ISATAP, private within', '2606:50c0::5efe:10.0.0.1'],
    ['ISATAP, private within, unique', '2606:50c0::200:5efe:a9fe:a9fe'],
    ['site local, given up', 'fec0::1'],
    ['unassigned', '4000::1'],
    ['a zone', 'fe80::1%eth0'],
    ['no address', 'example.org'],
  ])('is %s: %s', (_what, ip) => expect(isPrivateAddress(ip)).toBe(true))

  it.each([
    ['140.82.121.4', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
    ['128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.0.1.0', '192.0.3.0'],
    ['192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '203.0.112.255', '223.255.255.255'],
    ['::ffff:140.82.121.4', '2606:50c0:8000::154', '2001:200::', '2001:db7:ffff::', '2001:db9::', '2003::'],
    ['2000::', '3ffe:ffff::', '3fff:1000::', '2620:4f:7fff::', '2620:4f:8001::', '2606:50c0::5efe:8.8.8.8'],
  ])('is no neighbour of those: %s, …', (...ips) => {
    expect(ips.filter(isPrivateAddress)).toEqual([])
  })
})

it('knows what a network without IPv4 answers for a public name', () => {
  expect(isTranslatedPublic('64:ff9b::140.82.121.4')).toBe(true)
  for (const ip of ['64:ff9b::10.0.0.1', '64:ff9b:1::8.8.8.8', '8.8.8.8', '::ffff:8.8.8.8', 'x'])
    expect(isTranslatedPublic(ip), ip).toBe(false)
})
