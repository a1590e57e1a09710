import { describe, expect, it } from 'vitest'
import {
  isPrivateAddress,
  parseAddress,
  publicLookup,
  redirectTarget,
  requirePublicHost,
  showAddress,
} from './address.js'

describe('addresses', () => {
  it('are http or https, without passwords', () => {
    expect(parseAddress('https://example.org/a b?x=1').href).toBe('https://example.org/a%20b?x=1')
    for (const text of ['', 'example.org', 'ftp://example.org/a', 'file:///etc/passwd', 'data:text/plain,x'])
      expect(() => parseAddress(text)).toThrow(/is no http or https address/)
    expect(() => parseAddress(`https://example.org/${'x'.repeat(10_000)}`)).toThrow(/is no http/)
    const secret = () => parseAddress('https://ana:hunter2@example.org/a')
    expect(secret).toThrow(/contains a name or password/)
    expect(secret).not.toThrow(/hunter2/)
  })

  it('are shown without what may be secret', () => {
    expect(showAddress(new URL('https://example.org/file.zip?token=abc#x'))).toBe(
      'https://example.org/file.zip',
    )
  })

  it('may redirect, but not to open or strange protocols', () => {
    const from = new URL('https://example.org/a/b?x')
    expect(redirectTarget(from, '../c').href).toBe('https://example.org/c')
    expect(redirectTarget(from, 'https://u:p@other.org/').href).toBe('https://other.org/')
    expect(redirectTarget(new URL('http://example.org'), 'http://other.org/').href).toBe('http://other.org/')
    for (const to of ['http://example.org/', 'file:///etc/passwd', 'javascript:alert(1)'])
      expect(() => redirectTarget(from, to)).toThrow(/redirects to an unsafe address/)
    for (const to of [undefined, 'https://'])
      expect(() => redirectTarget(from, to)).toThrow(/without saying where to/)
  })

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:c0a8:101',
  ])('knows that %s is private', ip => expect(isPrivateAddress(ip)).toBe(true))

  it.each(['140.82.121.4', '172.32.0.1', '100.128.0.1', '2606:50c0:8000::154', '::ffff:140.82.121.4'])(
    'knows that %s is public',
    ip => expect(isPrivateAddress(ip)).toBe(false),
  )

  it('are refused when written as private numbers, in any notation', () => {
    for (const text of [
      'http://127.1/',
      'http://2130706433/',
      'http://0x7f.0.0.1/',
      'http://[::1]/',
      'http://[::ffff:10.0.0.1]/',
    ])
      expect(() => requirePublicHost(new URL(text))).toThrow(/only public addresses/)
    requirePublicHost(new URL('http://140.82.121.4/'))
    requirePublicHost(new URL('http://example.org/'))
  })

  it('are refused when the name leads to a private one', async () => {
    const look = (all: boolean) =>
      new Promise(resolve => publicLookup('localhost', { all }, (...answer) => resolve(answer[0])))
    for (const all of [true, false])
      expect(await look(all)).toMatchObject({
        message: expect.stringContaining('"localhost" is on this machine'),
      })
  })
})
