import { z } from 'zod'
import { ChiquitoError } from '../../core/index.js'
import { TransientError } from '../../net/index.js'
import { changed, checked, leftOut, plainText, webAddress } from './answer.js'
import { textOfHtml } from './html-text.js'
import type { Licence } from './licence.js'
import { licenceAt, licenceNamed, unknownLicence } from './licence-names.js'
import type { Found, MakeSource, Query } from './source.js'

// Facts from MediaWiki's own help (Special:ApiHelp), its manual on maxlag, and the Wikimedia Foundation's policies on
// User-Agent and robots.

const home = 'https://commons.wikimedia.org/'
const TITLE = 'Wikimedia Commons'

/** Most photos with an address of a smaller copy in one answer (`ApiQueryImageInfo::TRANSFORM_LIMIT`). */
const PAGE_SIZE = 50

/** Width of the copy that is fetched, one that the servers keep ready: originals have tens of megabytes. */
const COPY_WIDTH = 1280

/** The servers' databases may be so many seconds behind each other; else they ask to come again later. */
const MAX_LAG_SECONDS = 5

/** A continuation has three or four parts. */
const MAX_CURSOR_CHARACTERS = 2000

const value = z.object({ value: z.union([z.string(), z.number(), z.boolean()]) }).optional()

const pageSchema = z.object({
  title: z.string(),
  /** The rank in the search; the pages come by number. */
  index: z.number().optional(),
  imageinfo: z
    .array(
      z.object({
        url: z.string(),
        thumburl: z.string().optional(),
        descriptionurl: z.string().optional(),
        extmetadata: z
          .object({
            ObjectName: value,
            Artist: value,
            Credit: value,
            LicenseShortName: value,
            License: value,
            LicenseUrl: value,
            AttributionRequired: value,
          })
          .optional(),
      }),
    )
    .optional(),
})

type CommonsPage = z.infer<typeof pageSchema>
type Facts = NonNullable<NonNullable<CommonsPage['imageinfo']>[number]['extmetadata']>

const continueSchema = z.record(z.string().max(40), z.union([z.string().max(500), z.number()]))

const answerSchema = z.object({
  error: z.object({ code: z.string(), info: z.string().optional() }).optional(),
  batchcomplete: z.union([z.boolean(), z.string()]).optional(),
  continue: continueSchema.optional(),
  query: z.object({ pages: z.array(pageSchema).optional() }).optional(),
})

/**
 * Wikimedia Commons: freely licensed photos. Its cursor is the server's own continuation, as JSON. Another wiki of the kind
 * is named by its address, or by that of its `api.php`.
 */
export const commons: MakeSource = ({ address = home }) => ({
  name: 'commons',
  title: TITLE,
  wantsContact: true,
  paceMs: 1000,
  // "No more than two at a time", says the robot policy of the media servers.
  photosAtOnce: 2,
  async page(query, cursor, ask) {
    const answer = checked(TITLE, answerSchema, await ask.json(questionOf(address, query, cursor)))
    if (answer.error !== undefined) throw refusalOf(answer.error)
    const pages = answer.query?.pages ?? []
    if (answer.query === undefined && answer.continue === undefined && answer.batchcomplete === undefined)
      throw changed(TITLE, 'neither "query" nor "batchcomplete" nor "error"')
    // A page without it comes again, with it, in the continuation.
    const complete = pages.filter(({ imageinfo }) => imageinfo !== undefined && imageinfo.length > 0)
    const found = complete.toSorted((a, b) => (a.index ?? 0) - (b.index ?? 0)).flatMap(foundOf)
    return {
      found,
      next: answer.continue && JSON.stringify(answer.continue),
      notice: leftOut(TITLE, complete.length - found.length),
    }
  },
})

function questionOf(address: string, { words }: Query, cursor: string | undefined): URL {
  const url = address.endsWith('.php') ? new URL(address) : new URL('w/api.php', address)
  const parts = {
    action: 'query',
    format: 'json',
    formatversion: '2',
    maxlag: String(MAX_LAG_SECONDS),
    generator: 'search',
    gsrnamespace: '6',
    gsrsearch: `${words} filetype:bitmap`,
    gsrlimit: String(PAGE_SIZE),
    prop: 'imageinfo',
    iiprop: 'url|size|mime|extmetadata',
    iiurlwidth: String(COPY_WIDTH),
    iiextmetadatafilter: 'ObjectName|Artist|Credit|LicenseShortName|License|LicenseUrl|AttributionRequired',
    ...readCursor(cursor),
  }
  for (const [name, text] of Object.entries(parts)) url.searchParams.set(name, String(text))
  return url
}

function readCursor(cursor: string | undefined): Record<string, string | number> {
  if (cursor === undefined) return {}
  try {
    return continueSchema.parse(JSON.parse(cursor.slice(0, MAX_CURSOR_CHARACTERS)))
  } catch {
    throw changed(TITLE, 'a continuation that is none')
  }
}

/** What passes by itself. The servers want to be left alone for five seconds or more, which is the rule for all retries, too. */
const passing = new Set(['maxlag', 'ratelimited', 'readonly', 'internal_api_error_DBQueryTimeoutError'])

/** Errors come with status 200. */
function refusalOf({ code, info = '' }: { readonly code: string; readonly info?: string | undefined }) {
  const message = `${TITLE} refuses (${plainText(code)}: ${plainText(textOfHtml(info.slice(0, 500)))}).`
  return passing.has(code) ? new TransientError(message) : new ChiquitoError('io', message)
}

function foundOf({ title, imageinfo = [] }: CommonsPage): Found[] {
  const [info] = imageinfo
  const address = webAddress(info.thumburl) ?? webAddress(info.url)
  if (address === undefined) return []
  const facts = info.extmetadata ?? {}
  return [
    {
      address,
      page: webAddress(info.descriptionurl),
      title: says(facts.ObjectName) ?? plainText(title.replace(/^File:|\.\w{2,5}$/g, '')),
      creator: says(facts.Artist) ?? says(facts.Credit),
      licence: licenceOf(facts),
    },
  ]
}

/** The values are HTML, whatever they look like. */
function says(fact: z.infer<typeof value>): string | undefined {
  return fact && plainText(textOfHtml(String(fact.value)))
}

function licenceOf(facts: Facts): Licence | undefined {
  const name = says(facts.LicenseShortName)
  const address = webAddress(says(facts.LicenseUrl), 'https://commons.wikimedia.org/')
  const known =
    (address && licenceAt(address)) || licenceNamed(name ?? '') || licenceNamed(says(facts.License) ?? '')
  if (!known) return name === undefined ? undefined : unknownLicence(name, address)
  const needsNaming = says(facts.AttributionRequired)
  return {
    ...known,
    address: address ?? known.address,
    // Commons says of free works of many kinds whether their creator wants to be named all the same.
    naming: known.naming || needsNaming?.toLowerCase() === 'true',
  }
}
