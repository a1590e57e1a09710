import type { z } from 'zod'
import { messageOf, placeOfIssue, wordsOfIssue } from '../../core/index.js'
import { predictRequestSchema } from '../api/index.js'
import { photosOfForm, tooMany } from './multipart.js'
import { ProblemError } from './problem.js'
import type { SentPhoto } from './sent-photo.js'

/** What a body may be. */
export type BodyKind = 'form' | 'json' | 'photo'

export const ACCEPTED = 'multipart/form-data, application/json, image/* or application/octet-stream'

/** Longer names are cut: they are told again, and stand for nothing. */
const MAX_NAME_CHARACTERS = 255

/** Of what is wrong with a body so much is told. */
const MAX_ISSUES = 10

/** And of those so many in one sentence. */
const MAX_TOLD = 2

/**
 * What a body is, by its header.
 *
 * @throws ProblemError `unsupported-type`
 */
export function bodyKind(type: string | undefined): BodyKind {
  const essence = type?.split(';')[0].trim().toLowerCase() ?? ''
  if (essence === 'multipart/form-data') return 'form'
  if (essence === 'application/json') return 'json'
  if (/^image\/[\w.+-]+$/.test(essence) || essence === 'application/octet-stream') return 'photo'
  const what =
    essence === '' ? 'The body has no type' : `The body is of type ${JSON.stringify(essence.slice(0, 80))}`
  const hint =
    essence === 'application/x-www-form-urlencoded' || essence === ''
      ? ' With curl: -F photo=@cat.jpg, or -H "content-type: image/jpeg" --data-binary @cat.jpg, or -H "content-type: application/json" -d @request.json.'
      : ''
  throw new ProblemError('unsupported-type', `${what} (Content-Type). Expected ${ACCEPTED}.${hint}`, {
    headers: { 'accept-post': 'multipart/form-data, application/json, image/*, application/octet-stream' },
  })
}

/** What is known of a body before it is read. */
export interface SentBody {
  readonly kind: BodyKind
  /** The header Content-Type. */
  readonly type: string
  /** Of a photo that is the whole body. */
  readonly name: string | undefined
  /** Photos that it may hold. */
  readonly most: number
}

/**
 * The photos of a body.
 *
 * @throws ProblemError `bad-request`, `invalid-request`, `too-many-photos`
 */
export function photosOfRequest(body: Buffer, { kind, type, name, most }: SentBody): SentPhoto[] {
  const photos = photosOf()
  if (photos.length === 0)
    throw new ProblemError('invalid-request', 'The request holds no photo. Send at least one.')
  if (photos.length > most) throw tooMany(most)
  return photos.map(photo => ({ ...photo, name: toldName(photo.name) }))

  function photosOf(): SentPhoto[] {
    if (kind === 'form') return photosOfForm(body, type, most)
    if (kind === 'json') return photosOfJson(body, most)
    return body.length === 0 ? [] : [{ name: name || 'photo', bytes: body }]
  }
}

/** Cut between characters, and with no half of one: not every program can read an answer that has such. */
function toldName(name: string): string {
  return Buffer.from([...name].slice(0, MAX_NAME_CHARACTERS).join('')).toString()
}

/** @throws ProblemError */
function photosOfJson(body: Buffer, most: number): SentPhoto[] {
  const value = parse(body)
  // Before each is looked at: millions of them fit into a body.
  if (isObject(value) && Array.isArray(value.photos) && value.photos.length > most) throw tooMany(most)
  const result = predictRequestSchema.safeParse(value, { error: wordsOfIssue })
  if (!result.success) throw invalid(result.error)
  const photos = 'photos' in result.data ? result.data.photos : [result.data]
  return photos.map(photo => {
    const { name = 'photo' } = photo
    return 'url' in photo ? { name, url: photo.url } : { name, bytes: Buffer.from(photo.base64, 'base64') }
  })
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    const why = messageOf(error).slice(0, 200)
    throw new ProblemError(
      'bad-request',
      `The body is no JSON: ${why}. Check that it was sent whole, in UTF-8.`,
    )
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function invalid(error: z.ZodError): ProblemError {
  const errors = withoutEchoes(issuesOf(error.issues))
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => ({ path: placeOfIssue(path), message }))
  const told = errors
    .slice(0, MAX_TOLD)
    .map(({ path, message }) => `${path === '' ? 'The body' : path} ${message}`)
  return new ProblemError(
    'invalid-request',
    `${told.join('. ')}. Expected {"base64": "…"}, {"url": "…"} or {"photos": […]} of these, each perhaps with a "name"; /openapi.json describes it.`,
    { errors },
  )
}

type Issue = z.core.$ZodIssue

/** Of a union what is wrong with the alternative that was most nearly met. */
function issuesOf(issues: readonly Issue[]): Issue[] {
  return issues.flatMap(issue => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue]
    const nearest = issue.errors.reduce((best, one) => (distance(one) < distance(best) ? one : best))
    return issuesOf(nearest).map(inner => ({ ...inner, path: [...issue.path, ...inner.path] }))
  })
}

/** Of a value of another type nothing else is said: a list in place of text is not too short as well. */
function withoutEchoes(issues: readonly Issue[]): Issue[] {
  const places = new Set(
    issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => placeOfIssue(path)),
  )
  return issues.filter(({ code, path }) => code === 'invalid_type' || !places.has(placeOfIssue(path)))
}

/** Keys that an alternative does not know tell most clearly that it was not meant. */
function distance(issues: readonly Issue[]): number {
  return issues.reduce((sum, { code }) => sum + (code === 'unrecognized_keys' ? MAX_ISSUES : 1), 0)
}
