import { describe, expect, it } from 'vitest'
import { serveBing } from '../../../test/support/sources/bing.js'
import { benchOf, itIsASource, type Subject } from '../../../test/support/sources/conformance.js'
import { offered } from '../../../test/support/sources/fake-source.js'
import { bing } from './bing.js'

const subject: Subject = {
  make: bing,
  async prepare(photos) {
    const server = await serveBing(photos)
    return { address: server.address, server }
  },
  knows: ['title', 'page'],
  changed: [
    ['a page of another kind', () => '<html><body>Are you a human?</body></html>'],
    ['results without facts', answer => String(answer).replaceAll(' m="', ' n="')],
    ['results without address', answer => String(answer).replaceAll('murl', 'url2')],
  ],
}

itIsASource(subject)

describe('Bing', () => {
  it('goes on by as many as there were, and ends after the last', async () => {
    const bench = await benchOf(subject, offered(40))
    expect((await bench.page()).next).toBe('35')
    expect((await bench.page({}, '35')).next).toBe('40')
    expect((await bench.page({}, '40')).next).toBeUndefined()
  })

  it('filters as it can', async () => {
    const bench = await benchOf(subject, offered(1))
    await bench.page({ size: 'large', colour: 'blue', kind: 'photo', shape: 'wide', safe: true })
    const asked = new URL(bench.server?.requests[0].path ?? '', 'http://x').searchParams
    expect(asked.get('qft')).toBe(
      '+filterui:imagesize-large+filterui:color2-FGcls_BLUE+filterui:photo-photo+filterui:aspect-wide',
    )
    expect(asked.get('adlt')).toBe('strict')
  })
})
