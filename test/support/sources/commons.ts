import {
  escaped,
  type FakeSource,
  fakeSource,
  licenceAddress,
  licenceParts,
  type OfferedPhoto,
  slice,
} from './fake-source.js'

/** MediaWiki's answer to those who come while its databases are behind: status 200. */
export const maxlag = {
  status: 200,
  headers: { 'content-type': 'application/json', 'retry-after': '5', 'x-database-lag': '7' },
  body: JSON.stringify({
    error: {
      code: 'maxlag',
      info: 'Waiting for 10.64.32.21: 7.5 seconds lagged.',
      host: '10.64.32.21',
      lag: 7.5,
      type: 'db',
    },
    servedby: 'mw1',
  }),
}

/** How many pages of an answer have their `imageinfo` at once; the others get it by the continuation. */
const AT_ONCE = 35

/** The API of Wikimedia Commons (`generator=search`, `prop=imageinfo`), at `/w/api.php`. */
export function serveCommons(photos: readonly OfferedPhoto[]): Promise<FakeSource> {
  return fakeSource(photos, question => {
    const { searchParams: asked, pathname } = question.url
    if (pathname !== '/w/api.php') return { status: 404 }
    if (!question.headers['user-agent']?.includes('@'))
      return { status: 403, body: 'Please set a user-agent' }
    const wrong = complaint(asked)
    if (wrong !== undefined) return { json: { error: { code: 'badvalue', info: wrong } } }
    const from = Number(asked.get('gsroffset') ?? 0)
    const limit = Number(asked.get('gsrlimit'))
    const found = slice(question, from, limit)
    if (found.length === 0) return { json: { batchcomplete: true } }
    const isSecond = asked.get('iistart') !== null
    const pages = found
      .map((photo, i) => pageOf(photo, from + i, isSecond === i >= AT_ONCE))
      // They come by number, not by rank.
      .toSorted((a, b) => a.pageid - b.pageid)
    const next = question.faults.repeatsCursor ? from : from + limit
    const go = () => {
      if (!isSecond && found.length > AT_ONCE)
        return { ...(from > 0 ? { gsroffset: from } : {}), iistart: '20200101000000', continue: '||' }
      return next < question.photos.length ? { gsroffset: next, continue: 'gsroffset||' } : undefined
    }
    return { json: { batchcomplete: true, continue: go(), query: { pages } } }
  })
}

function complaint(asked: URLSearchParams): string | undefined {
  const expected: Readonly<Record<string, string>> = {
    action: 'query',
    format: 'json',
    formatversion: '2',
    generator: 'search',
    gsrnamespace: '6',
    prop: 'imageinfo',
  }
  const wrong = Object.keys(expected).find(name => asked.get(name) !== expected[name])
  if (wrong !== undefined) return `Unrecognized value for parameter "${wrong}": ${asked.get(wrong)}`
  if (!asked.get('gsrsearch')) return 'The "gsrsearch" parameter must be set.'
  return asked.get('maxlag') === null ? 'no maxlag' : undefined
}

function pageOf({ address, page, title, creator, licence }: OfferedPhoto, rank: number, isWhole: boolean) {
  const fact = (value: string) => ({ value, source: 'commons-desc-page', hidden: '' })
  const [code, version] = licenceParts(licence)
  const info = {
    size: 1,
    width: 4000,
    height: 3000,
    thumburl: address,
    thumbwidth: 1280,
    thumbheight: 960,
    url: `${address}?original`,
    descriptionurl: page,
    descriptionshorturl: '',
    mime: 'image/jpeg',
    extmetadata: {
      ...(title === undefined ? {} : { ObjectName: fact(escaped(title)) }),
      ...(creator === undefined
        ? {}
        : {
            Artist: fact(`<a href="//commons.wikimedia.org/wiki/User:A" title="x">${escaped(creator)}</a>`),
          }),
      LicenseShortName: fact(shortName(code, version)),
      LicenseUrl: fact(licenceAddress(licence)),
      AttributionRequired: fact(code === 'cc0' || code === 'pdm' ? 'false' : 'true'),
    },
  }
  return {
    pageid: 1000 + ((rank * 37) % 1009),
    ns: 6,
    title: `File:Photo ${rank + 1}.jpg`,
    index: rank + 1,
    ...(isWhole ? { imageinfo: [info] } : {}),
  }
}

function shortName(code: string, version: string | undefined): string {
  if (code === 'cc0') return 'CC0'
  if (code === 'pdm') return 'Public domain'
  return `CC ${code.toUpperCase()} ${version ?? ''}`.trim()
}
