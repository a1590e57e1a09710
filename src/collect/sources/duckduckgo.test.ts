import { describe, expect, it } from 'vitest'
import { benchOf, itIsASource, readAll, type Subject } from '../../../test/support/sources/conformance.js'
import { serveDuckDuckGo } from '../../../test/support/sources/duckduckgo.js'
import { offered } from '../../../test/support/sources/fake-source.js'
import { duckduckgo } from './duckduckgo.js'

const onResults = (change: (answer: object) => unknown) => (answer: unknown) =>
  typeof answer === 'string' ? answer : change(Object(answer))

const subject: Subject = {
  make: duckduckgo,
  async prepare(photos) {
    const server = await serveDuckDuckGo(photos)
    return { address: server.address, server }
  },
  knows: ['title', 'page'],
  changed: [
    ['no token', answer => (typeof answer === 'string' ? '<html></html>' : answer)],
    ['no results', onResults(() => ({}))],
    ['photos without address', onResults(answer => ({ ...answer, results: [{ title: 'x' }] }))],
    ['a next page without place', onResults(answer => ({ ...answer, next: 'i.js?q=x' }))],
  ],
}

itIsASource(subject)

describe('DuckDuckGo', () => {
  it('is asked again, with a new token, when it says in its way that it was asked too often', async () => {
    for (const status of [202, 403, 418, 429]) {
      const bench = await benchOf(subject, offered(3))
      await bench.page()
      bench.server?.faults.instead.push({ status })
      expect((await readAll(bench)).length, String(status)).toBe(3)
      expect(bench.server?.requests.filter(({ path }) => path.startsWith('/?q=')).length).toBe(2)
    }
  })

  it('is told the site to look on', async () => {
    const bench = await benchOf(subject, offered(3))
    await bench.page({ words: 'a b', site: 'example.org' })
    expect(bench.server?.requests[1].path).toContain('q=a+b+site%3Aexample.org')
  })
})
