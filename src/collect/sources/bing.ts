import { z } from 'zod'
import { changed, checked, leftOut, plainText, webAddress } from './answer.js'
import { elementsOf } from './html-text.js'
import { unlicensed, wordsWithSite } from './search-engine.js'
import type { Found, MakeSource, Query } from './source.js'

// Nothing of this is documented by Microsoft; the facts are from programs that work with it (icrawler, ddgs).

const home = 'https://www.bing.com/'
const TITLE = 'Bing'

/** Results on a page. */
const PAGE_SIZE = 35

/** What stands in the attribute `m` of each result's link. */
const resultSchema = z.object({
  murl: z.string(),
  purl: z.string().nullish(),
  t: z.string().nullish(),
})

/** Bing's search for pictures, from its page. Its cursor is the number of results before the page. */
export const bing: MakeSource = ({ address = home }) => ({
  name: 'bing',
  title: TITLE,
  terms:
    "Microsoft's terms let no program read Bing's results without its permission, so ask it seldom, and look up the licence of each photo yourself.",
  paceMs: 3000,
  async page(query, cursor = '0', ask) {
    const none = unlicensed(TITLE, query)
    if (none !== undefined) return none
    const before = Number(cursor)
    const html = await ask.text(questionOf(address, query, before))
    const links = elementsOf(html, 'a').filter(({ class: names = '' }) => names.split(/\s+/).includes('iusc'))
    if (links.length === 0 && !isResultsPage(html)) throw changed(TITLE, 'no page of results')
    const found = links.flatMap(foundOf)
    return {
      found,
      // By as many as there were: programs that go on by one get everything many times.
      next: links.length === 0 ? undefined : String(before + links.length),
      notice: leftOut(TITLE, links.length - found.length),
    }
  },
})

/** A page that has no result (any more) still has the frame of one, or is empty. */
function isResultsPage(html: string): boolean {
  return (
    html.trim() === '' ||
    /class="(?:[^"]{0,200} )?(?:dgControl|imgpt|content noresult|no_results)\b/.test(html)
  )
}

function questionOf(address: string, query: Query, before: number): URL {
  const { size, shape, kind, colour, safe } = query
  const kinds = { photo: 'photo', clipart: 'clipart', 'line-drawing': 'linedrawing', animated: 'animatedgif' }
  const filters = [
    size && `imagesize-${{ large: 'large', medium: 'medium', icon: 'small' }[size]}`,
    colour && colourFilter(colour),
    kind && (kind === 'face' ? 'face-face' : `photo-${kinds[kind]}`),
    shape && `aspect-${shape}`,
  ].filter(filter => filter !== undefined)
  const url = new URL('images/async', address)
  url.searchParams.set('q', wordsWithSite(query))
  url.searchParams.set('first', String(before))
  url.searchParams.set('count', String(PAGE_SIZE))
  url.searchParams.set('adlt', safe === true ? 'strict' : 'off')
  if (filters.length > 0) url.searchParams.set('qft', filters.map(filter => `+filterui:${filter}`).join(''))
  return url
}

function colourFilter(colour: string): string | undefined {
  if (colour === 'full-color') return 'color2-color'
  if (colour === 'black-and-white') return 'color2-bw'
  return /^[a-z]{3,10}$/.test(colour) ? `color2-FGcls_${colour.toUpperCase()}` : undefined
}

function foundOf({ m }: Readonly<Record<string, string>>): Found[] {
  const { murl, purl, t } = checked(TITLE, resultSchema, parsed(m))
  const address = webAddress(murl)
  // The words that were found are set off by characters of Unicode's private use.
  return address === undefined ? [] : [{ address, page: webAddress(purl), title: plainText(t) }]
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    throw changed(TITLE, 'a result whose "m" is no JSON')
  }
}
