import { z } from 'zod'
import { RefusedError, TransientError } from '../../net/index.js'
import { changed, checked, leftOut, plainText, webAddress } from './answer.js'
import { unlicensed, wordsWithSite } from './search-engine.js'
import type { Ask, Found, MakeSource, Page, Query, Source } from './source.js'

// Nothing of this is documented by DuckDuckGo; the facts are from programs that work with it (deedy5/ddgs).

const home = 'https://duckduckgo.com/'
const TITLE = 'DuckDuckGo'

/** With these it says that it was asked too often, whatever they mean elsewhere. */
const TOO_OFTEN = [202, 301, 400, 403, 418]

const answerSchema = z.object({
  results: z.array(z.object({ image: z.string(), title: z.string().nullish(), url: z.string().nullish() })),
  next: z.string().nullish(),
})

/** DuckDuckGo's search for pictures. Its cursor is the number of results before the page. */
export const duckduckgo: MakeSource = ({ address = home }) => new DuckDuckGo(new URL(address))

class DuckDuckGo implements Source {
  readonly name = 'duckduckgo'
  readonly title = TITLE
  readonly terms =
    'DuckDuckGo offers its search to people and not to programs, so ask it seldom, and look up the licence of each photo yourself.'
  readonly paceMs = 3000
  /** A token that belongs to the words of a search, without which no results are given. */
  private readonly tokens = new Map<string, string>()

  constructor(private readonly base: URL) {}

  async page(query: Query, cursor: string | undefined, ask: Ask): Promise<Page> {
    const none = unlicensed(TITLE, query)
    if (none !== undefined) return none
    try {
      const token = await this.tokenFor(query, ask)
      const answer = await ask.json(this.question(query, cursor, token), { referer: this.base.href })
      return pageOf(checked(TITLE, answerSchema, answer))
    } catch (error) {
      this.tokens.delete(query.words)
      if (error instanceof RefusedError && TOO_OFTEN.includes(error.status))
        throw new TransientError(`${TITLE} was asked too often (${error.status}).`)
      throw error
    }
  }

  private async tokenFor(query: Query, ask: Ask): Promise<string> {
    const known = this.tokens.get(query.words)
    if (known !== undefined) return known
    const url = new URL(this.base)
    url.searchParams.set('q', wordsWithSite(query))
    const page = await ask.text(url)
    const token = /\bvqd=(?:"([\w-]{5,200})"|'([\w-]{5,200})'|([\w-]{5,200})&)/.exec(page)
    const text = token?.[1] ?? token?.[2] ?? token?.[3]
    if (text === undefined) throw changed(TITLE, 'no "vqd" in its page')
    this.tokens.set(query.words, text)
    return text
  }

  private question(query: Query, cursor: string | undefined, vqd: string): URL {
    const { size, shape, kind, colour, safe } = query
    const filters = {
      size: size && { large: 'Large', medium: 'Medium', icon: 'Small' }[size],
      color: colour && { 'black-and-white': 'Monochrome' }[colour],
      type:
        kind &&
        { photo: 'photo', clipart: 'clipart', 'line-drawing': 'line', face: undefined, animated: 'gif' }[
          kind
        ],
      layout: shape && { tall: 'Tall', square: 'Square', wide: 'Wide' }[shape],
    }
    const url = new URL('i.js', this.base)
    const parts: Record<string, string | undefined> = {
      o: 'json',
      q: wordsWithSite(query),
      l: 'wt-wt',
      vqd,
      p: safe === true ? '1' : '-1',
      f: Object.entries(filters)
        .map(([name, value]) => (value === undefined ? '' : `${name}:${value}`))
        .join(','),
      s: cursor,
    }
    for (const [name, value] of Object.entries(parts))
      if (value !== undefined) url.searchParams.set(name, value)
    return url
  }
}

function pageOf({ results, next }: z.infer<typeof answerSchema>): Page {
  const found = results.flatMap(({ image, title, url }): Found[] => {
    const address = webAddress(image)
    return address === undefined ? [] : [{ address, page: webAddress(url), title: plainText(title) }]
  })
  const following = next && /[?&]s=(\d{1,6})(&|$)/.exec(next)?.[1]
  if (next && following === undefined) throw changed(TITLE, 'no "s" in its "next"')
  return { found, next: following || undefined, notice: leftOut(TITLE, results.length - found.length) }
}
