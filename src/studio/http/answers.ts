import type { Context } from 'hono'
import type { z } from 'zod'
import { ChiquitoError, describeIssue, placeOfIssue, said } from '../../core/index.js'
import {
  type HttpEnv,
  ProblemError,
  type ProblemKind,
  Room,
  readBody,
  safeHeaders,
} from '../../serve/index.js'

export type Ask = Context<HttpEnv>

/** What pages send as JSON: lists of photos' ids, a job's options. Ten thousand ids have 200 kB. */
const MAX_JSON_BYTES = 4 * 1024 * 1024

/** Bodies of JSON that are in memory at a time, all together. */
const room = new Room({ bytes: 8 * MAX_JSON_BYTES, photos: 1 })

export function json(value: object, status: 200 | 201 | 202 = 200): Response {
  return jsonText(JSON.stringify(value), status)
}

/** What is JSON already. */
export function jsonText(text: string, status = 200): Response {
  return new Response(text, { status, headers: { ...safeHeaders, 'content-type': 'application/json' } })
}

/**
 * The body of a request, checked.
 *
 * @throws ProblemError `unsupported-type`, `too-large`, `bad-request`, `invalid-request`
 */
export async function askedJson<Schema extends z.ZodType>(c: Ask, schema: Schema): Promise<z.infer<Schema>> {
  const { incoming, outgoing } = c.env
  if (!/^application\/json\b/i.test(incoming.headers['content-type'] ?? ''))
    throw new ProblemError(
      'unsupported-type',
      'The body must be JSON, with "Content-Type: application/json".',
    )
  const body = await readBody(incoming, outgoing, { most: MAX_JSON_BYTES, room })
  try {
    return checked(schema, parsed(body.bytes.toString('utf8')))
  } finally {
    body.leave()
  }
}

/** What stands behind the `?` of a request, checked. @throws ProblemError `invalid-request` */
export function askedQuery<Schema extends z.ZodType>(c: Ask, schema: Schema): z.infer<Schema> {
  return checked(schema, c.req.query())
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ProblemError('bad-request', 'The body is no JSON.')
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new ProblemError('invalid-request', `The request does not fit: ${describeIssue(result.error)}.`, {
    said: said('options', placeOfIssue(result.error.issues[0]?.path ?? [])),
  })
}

/** Errors of actions say what a person is to do, so they are told as they are. */
const kinds: Partial<Record<ChiquitoError['code'], ProblemKind>> = {
  usage: 'invalid-request',
  data: 'invalid-request',
  model: 'invalid-request',
  image: 'unreadable-photo',
  io: 'failed',
}

/** An action's error as a problem; undefined for what nobody expected. */
export function problemOfAction(error: unknown): ProblemError | undefined {
  const kind = error instanceof ChiquitoError ? kinds[error.code] : undefined
  return error instanceof ChiquitoError && kind !== undefined
    ? new ProblemError(kind, error.message, { said: error.said })
    : undefined
}
