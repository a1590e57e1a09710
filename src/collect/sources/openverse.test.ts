import { describe, expect, it } from 'vitest'
import { benchOf, itIsASource, readAll, type Subject } from '../../../test/support/sources/conformance.js'
import { offered } from '../../../test/support/sources/fake-source.js'
import { openverseKey, serveOpenverse } from '../../../test/support/sources/openverse.js'
import { openverse } from './openverse.js'

const prepare: Subject['prepare'] = async photos => {
  const server = await serveOpenverse(photos)
  return { address: server.address, server }
}

const anonymous: Subject = {
  make: openverse,
  prepare,
  knows: ['title', 'creator', 'page', 'licence'],
  changed: [
    ['nothing in it', () => ({})],
    ['no results', () => ({ result_count: 1, page_count: 1 })],
    ['results that are no list', answer => ({ ...Object(answer), results: {} })],
    ['photos without address', answer => ({ ...Object(answer), results: [{ license: 'by' }] })],
    ['pages that are words', answer => ({ ...Object(answer), page_count: 'many' })],
  ],
}
const registered: Subject = { ...anonymous, key: openverseKey }

itIsASource(anonymous)
itIsASource(registered)

describe('Openverse', () => {
  it('ends after 240 photos without a key, saying how to get one', async () => {
    const bench = await benchOf(anonymous, offered(800))
    expect((await readAll(bench)).length).toBe(240)
    const last = await bench.page({}, '240/20')
    expect(last).toMatchObject({ next: undefined, notice: expect.stringMatching(/OPENVERSE_KEY/) })
    expect(bench.server?.requests.length).toBe(12)
  })

  it('gives more with a key, which is exchanged once', async () => {
    const bench = await benchOf(registered, offered(800))
    expect((await readAll(bench)).length).toBe(800)
    const paths = bench.server?.requests.map(({ path }) => path) ?? []
    expect(paths.filter(path => path.includes('auth_tokens')).length).toBe(1)
    expect(paths.length).toBe(17)
  })

  it('asks for less when the server refuses so much, and stays with that', async () => {
    const bench = await benchOf(registered, offered(60))
    bench.server?.faults.instead.push(
      { status: 200, body: '{"access_token":"x","expires_in":9999}' },
      { status: 400 },
    )
    // The token of the first answer is none: refused, too.
    await expect(bench.page()).rejects.toThrow(/does not know the key in OPENVERSE_KEY/)
    const strict = await benchOf(registered, offered(100))
    await strict.page()
    strict.server?.faults.instead.push({ status: 401, body: '{}' })
    const page = await strict.page({}, '50/50')
    expect(page.next).toBe('60/20')
    expect(page.found.length).toBe(20)
  })

  it('says what is wrong with a key', async () => {
    for (const key of ['one:two-of-a-wrong-key', 'a-wrong-access-token']) {
      const bench = await benchOf({ ...anonymous, key }, offered(3))
      await expect(bench.page()).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/^Openverse does not know the key in OPENVERSE_KEY/),
      })
    }
  })

  it('hands on what is looked for', async () => {
    const bench = await benchOf(anonymous, offered(3))
    await bench.page({
      words: 'x'.repeat(300),
      needs: { commercial: true, changes: true },
      size: 'large',
      shape: 'tall',
      kind: 'photo',
    })
    await bench.page({ needs: { commercial: true, changes: true, noNaming: true } })
    const [first, second] = bench.server?.requests.map(({ path }) => path) ?? []
    expect(first).toContain(
      `q=${'x'.repeat(200)}&license_type=commercial%2Cmodification&size=large&aspect_ratio=tall`,
    )
    expect(first).toContain('category=photograph')
    expect(second).toContain('license=cc0%2Cpdm')
  })
})
