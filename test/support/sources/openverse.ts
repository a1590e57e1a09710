import {
  type FakeSource,
  fakeSource,
  licenceAddress,
  licenceParts,
  type OfferedPhoto,
  type Question,
  type Reply,
  slice,
} from './fake-source.js'

/** A registration that {@link serveOpenverse} knows. */
export const openverseKey = 'client-id-of-a-test:client-secret-of-a-test'
const TOKEN = 'access-token-of-a-test'

/** Openverse's API as it is documented: `v1/images/` and `v1/auth_tokens/token/`. */
export function serveOpenverse(photos: readonly OfferedPhoto[]): Promise<FakeSource> {
  return fakeSource(photos, question => {
    if (question.url.pathname === '/v1/auth_tokens/token/') return token(question)
    if (question.url.pathname !== '/v1/images/') return { status: 404 }
    return images(question)
  })
}

function token({ form, method }: Question): Reply {
  const isKnown = `${form.get('client_id')}:${form.get('client_secret')}` === openverseKey
  if (method !== 'POST' || !isKnown || form.get('grant_type') !== 'client_credentials')
    return { status: 401, json: { error: 'invalid_client' } }
  return { json: { access_token: TOKEN, scope: 'read write', expires_in: 43_200, token_type: 'Bearer' } }
}

function images(question: Question): Reply {
  const { url, headers } = question
  if (headers.authorization !== undefined && headers.authorization !== `Bearer ${TOKEN}`)
    return { status: 401, json: { detail: 'Authorization credentials were not provided.' } }
  const isKnown = headers.authorization !== undefined
  const size = Number(url.searchParams.get('page_size') ?? 20)
  const page = Number(url.searchParams.get('page') ?? 1)
  if (!isKnown && size > 20)
    return { status: 401, json: { detail: 'page_size: ensure this value is less than or equal to 20' } }
  if (!isKnown && size * page > 240)
    return { status: 401, json: { detail: 'Anonymous users are limited to 240 results' } }
  const allowed = question.photos.filter(photo => matches(photo, url.searchParams))
  const most = isKnown ? allowed.length : Math.min(240, allowed.length)
  return {
    json: {
      result_count: allowed.length,
      page_count: Math.ceil(most / size),
      page_size: size,
      page,
      results: slice({ ...question, photos: allowed }, (page - 1) * size, size).map(resultOf),
      warnings: [],
    },
  }
}

function matches({ licence }: OfferedPhoto, asked: URLSearchParams): boolean {
  const [code] = licenceParts(licence)
  const types = asked.get('license_type')?.split(',') ?? []
  const codes = asked.get('license')?.split(',')
  return (
    !(types.includes('commercial') && code.includes('nc')) &&
    !(types.includes('modification') && code.includes('nd')) &&
    (codes?.includes(code) ?? true)
  )
}

function resultOf({ address, page, title, creator, licence }: OfferedPhoto) {
  const [license, license_version] = licenceParts(licence)
  return {
    id: '00000000-0000-4000-8000-000000000000',
    title: title ?? null,
    indexed_on: '2026-01-01T00:00:00Z',
    foreign_landing_url: page ?? null,
    url: address,
    creator: creator ?? null,
    creator_url: null,
    license,
    license_version: license_version ?? null,
    license_url: licenceAddress(licence),
    provider: 'test',
    source: 'test',
    category: null,
    filesize: null,
    filetype: null,
    tags: null,
    attribution: null,
    fields_matched: ['title'],
    mature: false,
    height: null,
    width: null,
    thumbnail: null,
    detail_url: '',
    related_url: '',
    unstable__sensitivity: [],
  }
}
