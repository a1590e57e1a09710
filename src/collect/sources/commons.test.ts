import { describe, expect, it } from 'vitest'
import { maxlag, serveCommons } from '../../../test/support/sources/commons.js'
import { benchOf, itIsASource, readAll, type Subject } from '../../../test/support/sources/conformance.js'
import { offered } from '../../../test/support/sources/fake-source.js'
import { commons } from './commons.js'

const subject: Subject = {
  make: commons,
  async prepare(photos) {
    const server = await serveCommons(photos)
    return { address: server.address, server }
  },
  knows: ['title', 'creator', 'page', 'licence'],
  changed: [
    ['nothing in it', () => ({})],
    ['pages that are no list', () => ({ query: { pages: { '1': {} } } })],
    [
      'photos without address',
      () => ({ query: { pages: [{ title: 'File:x.jpg', imageinfo: [{ mime: 'x' }] }] } }),
    ],
    ['a continuation that is none', () => ({ continue: ['x'], query: { pages: [] } })],
    ['an error without code', () => ({ error: 'busy' })],
  ],
}

itIsASource(subject)

describe('Wikimedia Commons', () => {
  it('waits while its databases are behind, though it says so with status 200', async () => {
    const bench = await benchOf(subject, offered(5))
    bench.server?.faults.instead.push(maxlag, maxlag)
    expect((await readAll(bench)).length).toBe(5)
    expect(bench.notices).toEqual([
      expect.stringMatching(/Commons refuses \(maxlag: Waiting for 10.64.32.21.*Trying again/),
      expect.stringMatching(/maxlag/),
    ])
  })

  it('tells other refusals, as text', async () => {
    const bench = await benchOf(subject, offered(1))
    const info = 'The <b>search</b> is\u001b[31m too long'
    bench.server?.faults.instead.push({
      body: JSON.stringify({ error: { code: 'cirrussearch-query-too-long', info } }),
    })
    await expect(bench.page()).rejects.toThrow(
      'Wikimedia Commons refuses (cirrussearch-query-too-long: The search is [31m too long).',
    )
  })

  it('fetches copies of a size that the servers keep, at most two at a time', async () => {
    const bench = await benchOf(subject, offered(1))
    await bench.page()
    expect(bench.server?.requests[0].path).toMatch(/iiurlwidth=1280&.*|maxlag=5/)
    expect(bench.source.photosAtOnce).toBe(2)
  })
})
