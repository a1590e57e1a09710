import { describe, expect, it } from 'vitest'
import { benchOf, itIsASource, readAll, type Subject } from '../../../test/support/sources/conformance.js'
import { type OfferedPhoto, offered } from '../../../test/support/sources/fake-source.js'
import { flickrKey, serveFlickr } from '../../../test/support/sources/flickr.js'
import { flickr } from './flickr.js'

/** Pages have the address that Flickr gives them. */
const onFlickr = (count: number): OfferedPhoto[] =>
  offered(count).map((photo, i) => ({ ...photo, page: `https://www.flickr.com/photos/7%40N0/${i + 1}` }))

const subject: Subject = {
  make: flickr,
  key: flickrKey,
  async prepare(photos) {
    const server = await serveFlickr(photos)
    return { address: server.address, server }
  },
  offered: onFlickr,
  knows: ['title', 'creator', 'page', 'licence'],
  changed: [
    ['nothing in it', () => ({})],
    ['no licences', () => ({ stat: 'ok', licenses: {} })],
    [
      'no photos',
      answer => ('photos' in Object(answer) ? { stat: 'ok', photos: { page: 1, pages: 1 } } : answer),
    ],
    ['a failure without number', () => ({ stat: 'fail' })],
  ],
}

itIsASource(subject)

describe('Flickr', () => {
  it('ends where it would repeat itself', async () => {
    const bench = await benchOf(subject, onFlickr(4300))
    expect((await readAll(bench)).length).toBe(4000)
    expect(bench.server?.requests.length).toBe(17)
  })

  it('says what is wrong with a key, without saying the key', async () => {
    const bench = await benchOf({ ...subject, key: 'a-wrong-key-of-flickr' }, onFlickr(3))
    await expect(bench.page()).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^Flickr does not know the key in FLICKR_API_KEY/),
    })
  })

  it('asks only for licences that will do, new ones too', async () => {
    const bench = await benchOf(subject, onFlickr(30))
    await bench.page({ needs: { commercial: true, changes: true } })
    expect(bench.server?.requests[1].path).toContain(`license=${encodeURIComponent('4,5,8,9,10,11,12')}&`)
  })
})
