import { z } from 'zod'
import { ChiquitoError } from '../../core/index.js'
import { RefusedError } from '../../net/index.js'
import { checked, leftOut, optionalText, plainText, webAddress } from './answer.js'
import type { Licence } from './licence.js'
import { creativeCommons, unknownLicence } from './licence-names.js'
import type { Ask, Found, MakeSource, Page, Query, Source } from './source.js'

// Facts from WordPress/openverse: `api/api/serializers/`, `api/conf/settings/`, `examples/oauth2_requests.py`.

const home = 'https://api.openverse.org/'
const TITLE = 'Openverse'

/** Photos on a page, largest first: with a token, and what is given to everybody. A server that refuses one gets the next. */
const PAGE_SIZES = [50, 20] as const

/** Without a token no page goes beyond this one: deliberate (openverse, issue 4474). */
const ANONYMOUS_RESULTS = 240

/** The server cuts longer questions itself. */
const MAX_QUERY_CHARACTERS = 200

/** A token is renewed so long before it ends. */
const TOKEN_MARGIN_MS = 60_000

const answerSchema = z.object({
  result_count: z.number(),
  page_count: z.number(),
  results: z.array(
    z.object({
      url: z.string(),
      foreign_landing_url: optionalText,
      title: optionalText,
      creator: optionalText,
      license: z.string(),
      license_version: optionalText,
      license_url: optionalText,
    }),
  ),
})

type Answer = z.infer<typeof answerSchema>

const tokenSchema = z.object({ access_token: z.string().regex(/^[\x21-\x7e]+$/), expires_in: z.number() })

/** Openverse: openly licensed photos of many collections. */
export const openverse: MakeSource = ({ address = home, key }) => new Openverse(new URL('v1/', address), key)

class Openverse implements Source {
  readonly name = 'openverse'
  readonly title = TITLE
  readonly key = {
    variable: 'OPENVERSE_KEY',
    required: false,
    from: 'https://api.openverse.org/v1/#tag/auth, as CLIENT_ID:CLIENT_SECRET',
  }
  /** Twenty questions a minute are what anonymous users report to be allowed. */
  readonly paceMs: number
  /** Which of the sizes the server takes; it is found by asking. */
  private size: number
  private token: { readonly text: string; readonly until: number } | undefined

  constructor(
    private readonly api: URL,
    private readonly secret: string | undefined,
  ) {
    this.paceMs = secret === undefined ? 3000 : 600
    this.size = secret === undefined ? 1 : 0
  }

  /** The cursor is the number of results before the page, and how many were on each: `60/20`. */
  async page(query: Query, cursor: string | undefined, ask: Ask): Promise<Page> {
    const [before, size] = readCursor(cursor) ?? [0, PAGE_SIZES[this.size]]
    if (this.secret === undefined && before >= ANONYMOUS_RESULTS)
      return { found: [], next: undefined, notice: enough }
    try {
      const headers = await this.credentials(ask)
      const answer = await ask.json(this.question(query, before, size), headers)
      return pageOf(checked(TITLE, answerSchema, answer), before, size)
    } catch (error) {
      const smaller = PAGE_SIZES.findIndex(one => one < size)
      if (!isRefusal(error)) throw error
      if (smaller < 0) throw this.secret !== undefined && error.status === 401 ? wrongKey() : error
      this.size = smaller
      return this.page(query, `${before}/${PAGE_SIZES[smaller]}`, ask)
    }
  }

  /** Where the cursor lies inside a page of this size, the page begins before it: photos seen twice are no harm. */
  private question({ words, needs, size, shape, kind }: Query, before: number, pageSize: number): URL {
    const url = new URL('images/', this.api)
    const licences = [...(needs.commercial ? ['commercial'] : []), ...(needs.changes ? ['modification'] : [])]
    const parts: Record<string, string | undefined> = {
      q: [...words].slice(0, MAX_QUERY_CHARACTERS).join(''),
      license: needs.noNaming ? 'cc0,pdm' : undefined,
      license_type: licences.length > 0 && !needs.noNaming ? licences.join(',') : undefined,
      size: size && { large: 'large', medium: 'medium', icon: 'small' }[size],
      aspect_ratio: shape,
      category: kind === 'photo' ? 'photograph' : kind === 'clipart' ? 'illustration' : undefined,
      // What is unfit for children is left out unless asked for, and nobody asks.
      page: String(Math.floor(before / pageSize) + 1),
      page_size: String(pageSize),
    }
    for (const [name, value] of Object.entries(parts))
      if (value !== undefined) url.searchParams.set(name, value)
    return url
  }

  private async credentials(ask: Ask): Promise<Record<string, string>> {
    const [id, secret] = this.secret?.split(':') ?? []
    if (id === undefined) return {}
    if (secret === undefined) return { authorization: `Bearer ${id}` }
    if (this.token === undefined || this.token.until < Date.now()) {
      const form = { client_id: id, client_secret: secret, grant_type: 'client_credentials' }
      const answer = await askToken(ask, new URL('auth_tokens/token/', this.api), form)
      this.token = {
        text: answer.access_token,
        until: Date.now() + answer.expires_in * 1000 - TOKEN_MARGIN_MS,
      }
    }
    return { authorization: `Bearer ${this.token.text}` }
  }
}

const enough =
  `${TITLE} gives ${ANONYMOUS_RESULTS} results of a search to those without a key; it is free. More: register once as ` +
  'https://api.openverse.org/v1/#tag/auth says, and put CLIENT_ID:CLIENT_SECRET into the variable OPENVERSE_KEY.'

async function askToken(ask: Ask, address: URL, form: Record<string, string>) {
  try {
    return checked(TITLE, tokenSchema, await ask.json(address, {}, form))
  } catch (error) {
    throw isRefusal(error) ? wrongKey() : error
  }
}

function wrongKey(): ChiquitoError {
  return new ChiquitoError(
    'usage',
    `${TITLE} does not know the key in OPENVERSE_KEY. Expected CLIENT_ID:CLIENT_SECRET of a registration whose mail ` +
      'address was confirmed, or an access token. Without one it gives fewer photos.',
  )
}

function isRefusal(error: unknown): error is RefusedError {
  return error instanceof RefusedError && [400, 401, 403].includes(error.status)
}

function readCursor(cursor: string | undefined): [number, number] | undefined {
  const match = /^(\d{1,7})\/(\d{1,3})$/.exec(cursor ?? '')
  return match === null ? undefined : [Number(match[1]), Math.max(1, Number(match[2]))]
}

function pageOf({ page_count, results }: Answer, before: number, size: number): Page {
  const found = results.flatMap(foundOf)
  const number = Math.floor(before / size) + 1
  const isLast = results.length === 0 || number >= page_count
  return {
    found,
    next: isLast ? undefined : `${number * size}/${size}`,
    notice: leftOut(TITLE, results.length - found.length),
  }
}

function foundOf(result: Answer['results'][number]): Found[] {
  const address = webAddress(result.url)
  if (address === undefined) return []
  return [
    {
      address,
      page: webAddress(result.foreign_landing_url),
      title: plainText(result.title),
      creator: plainText(result.creator),
      licence: licenceOf(result),
    },
  ]
}

function licenceOf({
  license,
  license_version,
  license_url,
}: Answer['results'][number]): Licence | undefined {
  const version = /^\d\.\d$/.exec(license_version ?? '')?.[0]
  const address = webAddress(license_url)
  const known = creativeCommons(license, version)
  if (known !== undefined) return { ...known, address: address ?? known.address }
  const name = plainText(license)
  return name === undefined ? undefined : unknownLicence(name, address)
}
