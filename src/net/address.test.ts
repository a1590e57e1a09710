import { describe, expect, it } from 'vitest'
import {
  parseAddress,
  publicLookup,
  redirectTarget,
  requirePublicBehindProxy,
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

  it('are refused when written as private numbers, in any notation', () => {
    for (const text of [
      'http://127.1/',
      'http://2130706433/',
      'http://0x7f.0.0.1/',
      'http://[::1]/',
      'http://[::ffff:10.0.0.1]/',
      'http://[64:ff9b::169.254.169.254]/',
      'http://127.0.0.1./',
      'http://localhost./',
      'http://metadata.google.internal/',
      'http://printer.local/',
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
  it('are refused before a proxy gets them, as far as can be known here', async () => {
    const answers: Record<string, string[]> = {
      'wiki.example.com': ['140.82.121.4', '10.0.0.7'],
      'github.com': ['140.82.121.4', '64:ff9b::140.82.121.4'],
    }
    const require = (url: string) => requirePublicBehindProxy(new URL(url), async host => answers[host] ?? [])
    for (const url of ['http://intranet/', 'http://intranet./', 'http://wiki.example.com/'])
      await expect(require(url)).rejects.toThrow(/only public addresses/)
    await require('http://github.com/')
    await require('http://unknown.example/')
    await requirePublicBehindProxy(new URL('http://nobody-knows-this-name.example/'))
    await requirePublicBehindProxy(new URL('http://140.82.121.4/'))
  })
})
