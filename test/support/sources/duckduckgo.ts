import { type FakeSource, fakeSource, type OfferedPhoto, slice } from './fake-source.js'

const PAGE_SIZE = 100

/** DuckDuckGo's page, which holds a token, and `i.js`, which wants it. */
export function serveDuckDuckGo(photos: readonly OfferedPhoto[]): Promise<FakeSource> {
  return fakeSource(photos, question => {
    const { searchParams: asked, pathname } = question.url
    const vqd = `4-${[...(asked.get('q') ?? '')].reduce((sum, one) => sum + one.charCodeAt(0), 10_000)}`
    if (pathname === '/')
      return { html: `<!doctype html><title>DuckDuckGo</title><script>x({vqd="${vqd}"});</script>` }
    if (pathname !== '/i.js') return { status: 404 }
    if (asked.get('vqd') !== vqd || !question.headers.referer) return { status: 403 }
    const from = Number(asked.get('s') ?? 0)
    const found = slice(question, from, PAGE_SIZE)
    const next = question.faults.repeatsCursor ? from : from + PAGE_SIZE
    return {
      json: {
        ads: null,
        query: asked.get('q'),
        queryEncoded: '',
        response_type: 'places',
        results: found.map(({ address, page, title }) => ({
          image: address,
          thumbnail: '',
          image_token: '',
          title,
          url: page,
          height: 1,
          width: 1,
          source: 'Bing',
        })),
        ...(next < question.photos.length
          ? { next: `i.js?q=x&o=json&p=1&s=${next}&u=bing&f=,,,&l=us-en` }
          : {}),
      },
    }
  })
}
