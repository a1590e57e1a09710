import { z } from 'zod'
import { ChiquitoError } from '../../core/index.js'
import { describeIssue } from '../../files/index.js'
import type { Licence } from './licence.js'
import type { MakeSource, Query } from './source.js'

const home = 'https://api.openverse.org/'

/** Without a token the server refuses larger pages (WordPress/openverse, `api/conf/settings/misc.py`). */
const PAGE_SIZE = 20

/** It cuts longer questions itself. */
const MAX_QUERY = 200

const text = z.string().nullish()

const answerSchema = z.object({
  page_count: z.number(),
  results: z.array(
    z.object({
      url: z.string(),
      foreign_landing_url: text,
      title: text,
      creator: text,
      license: z.string(),
      license_version: text,
      license_url: text,
    }),
  ),
})

type Result = z.infer<typeof answerSchema>['results'][number]

/** Openverse: openly licensed photos of many collections (https://api.openverse.org). Its cursor is the page's number. */
export const openverse: MakeSource = ({ address = home }) => ({
  name: 'openverse',
  title: 'Openverse',
  paceMs: 3000,
  async page(query, cursor = '1', ask) {
    const answer = answerSchema.safeParse(await ask.json(addressOf(address, query, cursor)))
    if (!answer.success)
      throw new ChiquitoError(
        'data',
        `Openverse answers otherwise than it is documented to (${describeIssue(answer.error)}). It may have changed: ` +
          'look for a newer version of this program, or name other sources with --source.',
      )
    const { page_count, results } = answer.data
    const number = Number(cursor)
    return {
      found: results.map(result => ({
        address: result.url,
        page: result.foreign_landing_url ?? undefined,
        title: result.title ?? undefined,
        creator: result.creator ?? undefined,
        licence: licenceOf(result),
      })),
      next: number < page_count ? String(number + 1) : undefined,
    }
  },
})

function addressOf(address: string, { words, needs, safe }: Query, page: string): URL {
  const url = new URL('v1/images/', address)
  url.searchParams.set('q', words.slice(0, MAX_QUERY))
  url.searchParams.set('page', page)
  url.searchParams.set('page_size', String(PAGE_SIZE))
  const types = [...(needs.commercial ? ['commercial'] : []), ...(needs.changes ? ['modification'] : [])]
  if (types.length > 0) url.searchParams.set('license_type', types.join(','))
  if (safe) url.searchParams.set('mature', 'false')
  return url
}

function licenceOf({ license, license_version, license_url }: Result): Licence {
  const code = license.toLowerCase()
  return {
    code,
    version: license_version ?? undefined,
    address: license_url ?? undefined,
    commercial: !code.includes('nc'),
    changes: !code.includes('nd'),
    naming: code !== 'cc0' && code !== 'pdm',
  }
}
