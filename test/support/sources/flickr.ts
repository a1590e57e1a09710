import { type FakeSource, fakeSource, licenceAddress, type OfferedPhoto, slice } from './fake-source.js'

export const flickrKey = '0123456789abcdef0123456789abcdef'

/** Licences by number: those of version 2.0 have had theirs for ever. */
const numbers = [
  '',
  'by-nc-sa 2.0',
  'by-nc 2.0',
  'by-nc-nd 2.0',
  'by 2.0',
  'by-sa 2.0',
  'by-nd 2.0',
  '',
  '',
  'cc0 1.0',
  'pdm 1.0',
  'by 4.0',
  'by-sa 3.0',
  'by-nd 4.0',
]

const licences = {
  licenses: {
    license: numbers.map((licence, id) => ({
      id,
      name: id === 0 ? 'All Rights Reserved' : 'Some License',
      url: licence === '' ? '' : licenceAddress(licence),
    })),
  },
  stat: 'ok',
}

/** The results of a search after which Flickr repeats itself. */
const MAX_RESULTS = 4000

/** Flickr's API: `flickr.photos.search` at `/services/rest/`. Failures come with status 200. */
export function serveFlickr(photos: readonly OfferedPhoto[]): Promise<FakeSource> {
  return fakeSource(photos, question => {
    const { searchParams: asked, pathname } = question.url
    if (pathname !== '/services/rest/' || !asked.get('method')) return { status: 404 }
    if (asked.get('format') !== 'json' || asked.get('nojsoncallback') !== '1')
      return { body: 'jsonFlickrApi({})' }
    if (asked.get('api_key') !== flickrKey)
      return { json: { stat: 'fail', code: 100, message: `Invalid API Key (${asked.get('api_key')})` } }
    if (asked.get('method') === 'flickr.photos.licenses.getInfo') return { json: licences }
    const wanted = asked.get('license')?.split(',')
    const allowed = question.photos.filter(
      ({ licence }) => wanted?.includes(String(numberOf(licence))) ?? true,
    )
    const size = Math.min(500, Number(asked.get('per_page') ?? 100))
    const pages = Math.ceil(Math.min(MAX_RESULTS, allowed.length) / size)
    const page = Math.max(1, Math.min(Number(asked.get('page') ?? 1), pages))
    const photo = slice({ ...question, photos: allowed }, (page - 1) * size, size).map(resultOf)
    return { json: { photos: { page, pages, perpage: size, total: allowed.length, photo }, stat: 'ok' } }
  })
}

function numberOf(licence: string | undefined): number {
  return Math.max(0, numbers.indexOf(licence ?? ''))
}

function resultOf({ address, page = '', title, creator, licence }: OfferedPhoto) {
  const id = /\/(\d+)$/.exec(page)?.[1] ?? '1'
  return {
    id,
    owner: '7@N0',
    secret: 'x',
    server: '65535',
    farm: 66,
    title,
    ispublic: 1,
    isfriend: 0,
    isfamily: 0,
    license: String(numberOf(licence)),
    ownername: creator,
    url_l: address,
    height_l: 683,
    width_l: 1024,
  }
}
