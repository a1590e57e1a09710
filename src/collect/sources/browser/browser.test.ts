import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { suiteFolder } from '../../../../test/support/chiquito.js'
import { serve } from '../../../../test/support/server.js'
import { benchOf, itIsASource, type Subject } from '../../../../test/support/sources/conformance.js'
import { type OfferedPhoto, offered } from '../../../../test/support/sources/fake-source.js'
import { serveResultsPage } from '../../../../test/support/sources/results-page.js'
import { findChromium } from './chromium.js'
import { browser } from './index.js'

const noBrowser = existsSync(process.env.CHROMIUM ?? '/usr/bin/chromium')

/** Whose pictures the page shows: any address has one. */
let host = ''
const asked: string[] = []
const pictures = createServer((request, response) => {
  asked.push(request.url ?? '')
  response.writeHead(200, { 'content-type': 'image/png', 'cache-control': 'no-store' }).end(picture)
})
let picture = Buffer.alloc(0)

/** Other programs of this machine have Chromium make profiles, too. */
const temporary = suiteFolder()

beforeAll(async () => {
  process.env.TMPDIR = temporary
  process.env.CHIQUITO_BROWSER_SANDBOX = 'off'
  picture = await sharp({ create: { width: 80, height: 80, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
  await new Promise<void>(listening => pictures.listen(0, '127.0.0.1', listening))
  const bound = pictures.address()
  host = `127.0.0.1:${bound !== null && typeof bound === 'object' ? bound.port : 0}`
})
afterAll(() => void pictures.close())

const shown = (count: number): OfferedPhoto[] => offered(count, `http://${host}`)

const subject: Subject = {
  make: browser,
  async prepare(photos) {
    const server = await serveResultsPage(photos)
    return { address: `${server.address}/search?q={words}`, server }
  },
  offered: shown,
  knows: ['title', 'page'],
  isBrowser: true,
  otherHosts: () => [host],
}

const profiles = () => readdirSync(temporary).filter(name => name.startsWith('chiquito-browser-')).length

describe.runIf(noBrowser)('with Chromium', () => {
  itIsASource(subject)

  it('is asked for the keyword, goes on where it was, and leaves nothing behind', async () => {
    const before = profiles()
    const bench = await benchOf(subject, shown(40))
    const first = await bench.page({ words: 'año & nuevo', wanted: 10 })
    expect(first).toMatchObject({ next: '15', notice: undefined })
    expect(bench.server?.requests[0].path).toBe('/search?q=a%C3%B1o%20%26%20nuevo')
    const second = await bench.page({ wanted: 10 }, '15')
    const addresses = [...first.found, ...second.found].map(({ address }) => address)
    expect(addresses.length).toBeGreaterThanOrEqual(25)
    expect(addresses).toEqual(shown(addresses.length).map(({ address }) => address))
    expect(profiles()).toBe(before)
  })

  it('goes nowhere private, whatever the page wants', async () => {
    const inside = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end(picture),
    )
    const port = inside.address.split(':').at(-1)
    const photos = shown(1)
    for (const name of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '127.1'])
      photos.push({ ...photos[0], address: `http://${name}:${port}/secret.png` })
    const bench = await benchOf(subject, photos)
    expect((await bench.page()).found.map(({ address }) => address)).toEqual([photos[0].address])
    expect(inside.requests).toEqual([])
  })

  it('says when the page is none', async () => {
    const bench = await benchOf(subject, [])
    bench.server?.faults.instead.push({ status: 404, body: 'gone' })
    await expect(bench.page()).rejects.toThrow(/\/search answered 404 instead of a page/)
    expect(await bench.page()).toMatchObject({ found: [], notice: expect.stringMatching(/sees no picture/) })
  })
})

it('says what it needs', async () => {
  const bench = await benchOf({ ...subject, make: () => browser({}) }, [])
  await expect(bench.page()).rejects.toThrow(/Say which results page the browser opens/)
  expect(() => findChromium({ CHROMIUM: '/no/such/program' })).toThrow(/which the variable CHROMIUM names/)
})
