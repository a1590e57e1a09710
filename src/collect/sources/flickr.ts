import { z } from 'zod'
import { ChiquitoError } from '../../core/index.js'
import { TransientError } from '../../net/index.js'
import { checked, leftOut, plainText, webAddress } from './answer.js'
import { allows, type Licence, needsLicence } from './licence.js'
import { flickrLicence, licenceAt, unknownLicence } from './licence-names.js'
import type { Ask, Found, MakeSource, Page, Query, Source } from './source.js'

// Facts from Flickr's own description of `flickr.photos.search` and of its errors.

const home = 'https://api.flickr.com/'
const TITLE = 'Flickr'

/** Photos on a page: of the 500 allowed as many as a collection of the usual size does with. */
const PAGE_SIZE = 250

/** Pages beyond repeat the last: a search has no more results than these. */
const MAX_RESULTS = 4000

/** Which of a photo's files is fetched: the largest that is not the original, which may have a hundred megabytes. */
const SIZES = ['url_l', 'url_c', 'url_z', 'url_o'] as const

const number = z.coerce.number()
const text = z.string()
const address = z.string().optional()

const failure = z.object({ stat: z.literal('fail'), code: number, message: text.optional() })

const answerSchema = z.union([
  failure,
  z.object({
    stat: z.literal('ok'),
    photos: z.object({
      page: number,
      pages: number,
      photo: z.array(
        z.object({
          id: text,
          owner: text,
          title: text.optional(),
          ownername: text.optional(),
          license: number,
          url_l: address,
          url_c: address,
          url_z: address,
          url_o: address,
        }),
      ),
    }),
  }),
])

const licencesSchema = z.union([
  failure,
  z.object({
    stat: z.literal('ok'),
    licenses: z.object({ license: z.array(z.object({ id: number, name: text, url: text.optional() })) }),
  }),
])

type Photo = Extract<z.infer<typeof answerSchema>, { stat: 'ok' }>['photos']['photo'][number]

/** Flickr, which gives every program a key. */
export const flickr: MakeSource = ({ address: base = home, key = '' }) =>
  new Flickr(new URL('services/rest/', base), key)

class Flickr implements Source {
  readonly name = 'flickr'
  readonly title = TITLE
  readonly key = {
    variable: 'FLICKR_API_KEY',
    required: true,
    from: 'https://www.flickr.com/services/apps/create/apply',
  }
  /** 3,600 questions an hour. */
  readonly paceMs = 1000
  private licences: ReadonlyMap<number, Licence> | undefined

  constructor(
    private readonly api: URL,
    private readonly secret: string,
  ) {}

  /** The cursor is the page's number. */
  async page(query: Query, cursor = '1', ask: Ask): Promise<Page> {
    this.licences ??= await this.askLicences(ask)
    const licences = this.licences
    const url = this.question(searchOf(query, licences, cursor))
    const { photos } = succeeded(checked(TITLE, answerSchema, await ask.json(url)))
    const { page, pages, photo } = photos
    const found = photo.flatMap(one => foundOf(one, licences))
    const isLast = photo.length === 0 || page >= pages || page * PAGE_SIZE >= MAX_RESULTS
    return {
      found,
      next: isLast ? undefined : String(page + 1),
      notice: leftOut(TITLE, photo.length - found.length),
    }
  }

  /** What its numbers mean: there have been new ones, such as for version 4.0 of Creative Commons' in 2025. */
  private async askLicences(ask: Ask): Promise<ReadonlyMap<number, Licence>> {
    const url = this.question({ method: 'flickr.photos.licenses.getInfo' })
    const { licenses } = succeeded(checked(TITLE, licencesSchema, await ask.json(url)))
    return new Map(
      licenses.license.map(({ id, name, url: at = '' }) => [
        id,
        licenceAt(at) ??
          flickrLicence(id) ??
          unknownLicence(plainText(name) ?? `flickr-${id}`, webAddress(at)),
      ]),
    )
  }

  private question(parts: Readonly<Record<string, string | undefined>>): URL {
    const url = new URL(this.api)
    const always = { api_key: this.secret, format: 'json', nojsoncallback: '1' }
    for (const [name, value] of Object.entries({ ...parts, ...always }))
      if (value !== undefined) url.searchParams.set(name, value)
    return url
  }
}

function searchOf({ words, needs, safe }: Query, licences: ReadonlyMap<number, Licence>, page: string) {
  const allowed = [...licences].filter(([, licence]) => allows(licence, needs)).map(([id]) => id)
  return {
    method: 'flickr.photos.search',
    text: words,
    media: 'photos',
    // The default, by date, would mean other photos on each page as new ones come.
    sort: 'relevance',
    safe_search: safe === false ? '3' : '1',
    license: needsLicence(needs) ? allowed.join(',') : undefined,
    extras: ['license', 'owner_name', ...SIZES].join(','),
    per_page: String(PAGE_SIZE),
    page,
  }
}

/** Failures come with status 200. */
function succeeded<T extends { readonly stat: 'ok' }>(answer: T | z.infer<typeof failure>): T {
  if (answer.stat === 'fail') throw refusalOf(answer.code, answer.message)
  return answer
}

/** 100: "Invalid API Key"; 105: "Service currently unavailable". */
function refusalOf(code: number, message = ''): ChiquitoError {
  if (code === 100)
    return new ChiquitoError(
      'usage',
      `${TITLE} does not know the key in FLICKR_API_KEY. Check it on its page.`,
    )
  if (code === 105) return new TransientError(`${TITLE} is not available at the moment (105).`)
  return new ChiquitoError('io', `${TITLE} refuses (${code}: ${plainText(message) ?? 'no reason'}).`)
}

function foundOf(photo: Photo, licences: ReadonlyMap<number, Licence>): Found[] {
  const file = SIZES.map(size => webAddress(photo[size])).find(one => one !== undefined)
  if (file === undefined) return []
  const { owner, id, title, ownername, license } = photo
  return [
    {
      address: file,
      page: `https://www.flickr.com/photos/${encodeURIComponent(owner)}/${encodeURIComponent(id)}`,
      title: plainText(title),
      creator: plainText(ownername),
      licence: licences.get(license) ?? unknownLicence(`flickr-${license}`),
    },
  ]
}
