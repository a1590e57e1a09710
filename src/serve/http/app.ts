import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import { kindOf, type RefusedPhoto, type ServedModelFacts } from '../api/index.js'
import type { ModelKeeper, ServedModel } from '../model/index.js'
import { openApi } from '../open-api/index.js'
import { pageFiles } from '../page/index.js'
import { readBody } from './body.js'
import { answerErrors, type ErrorSettings, type HttpEnv, told } from './errors.js'
import { type JudgeSettings, judgePhotos } from './judge.js'
import { bodyKind, photosOfRequest } from './photos-of-request.js'
import { GoneError, ProblemError } from './problem.js'
import { safeHeaders, sendJson } from './send.js'

export interface AppSettings extends JudgeSettings, Omit<ErrorSettings, 'problemOf'> {
  readonly keeper: ModelKeeper
  readonly allowsUrls: boolean
  readonly asksToken: boolean
}

type Ask = Context<HttpEnv>

/** All that the server answers, by path and method. */
const methods = {
  '/': ['GET'],
  '/try.js': ['GET'],
  '/try.css': ['GET'],
  '/v1/predict': ['POST'],
  '/v1/model': ['GET'],
  '/healthz': ['GET'],
  '/readyz': ['GET'],
  '/metrics': ['GET'],
  '/openapi.json': ['GET'],
} as const satisfies Record<string, readonly string[]>

/** The path of a request where it is one of ours; `other` otherwise, so that counters do not grow with what people try. */
export function routeOf(path: string): string {
  return Object.hasOwn(methods, path) ? path : 'other'
}

/** The server's answers. Who may ask has been looked at before. */
export function createApp(settings: AppSettings): Hono<HttpEnv> {
  const { keeper, metrics } = settings
  const app = new Hono<HttpEnv>({ strict: true })
  for (const { path, type, text, policy } of pageFiles)
    app.get(path, c =>
      c.body(text, 200, { ...safeHeaders, 'content-type': type, 'content-security-policy': policy }),
    )
  const document = JSON.stringify(openApi(settings))
  app.get('/openapi.json', c => c.body(document, 200, { ...safeHeaders, 'content-type': 'application/json' }))
  app.get('/healthz', c => json(c, { status: 'alive' }))
  app.get('/readyz', c => {
    requireReady(settings)
    return json(c, { status: 'ready' })
  })
  app.get('/metrics', async c => {
    const text = await metrics.text()
    return c.body(text, 200, { ...safeHeaders, 'content-type': metrics.type })
  })
  app.get('/v1/model', c => json(c, factsOf(keeper.current, settings)))
  app.post('/v1/predict', c => predict(c, settings))
  for (const [path, allowed] of Object.entries(methods)) app.all(path, () => refuseMethod(allowed))
  app.notFound(c => {
    const problem = new ProblemError(
      'not-found',
      `There is nothing at this path. There are ${Object.keys(methods).join(', ')}; /openapi.json describes them.`,
    )
    return told(c, problem)
  })
  answerErrors(app, settings)
  return app
}

function json(c: Ask, value: object): Response {
  return c.body(JSON.stringify(value), 200, { ...safeHeaders, 'content-type': 'application/json' })
}

function refuseMethod(allowed: readonly string[]): never {
  const list = allowed.includes('GET') ? [...allowed, 'HEAD'] : [...allowed]
  throw new ProblemError(
    'method-not-allowed',
    `Here ${list.join(' and ')} ${list.length === 1 ? 'is' : 'are'} answered, nothing else.`,
    {
      headers: { allow: list.join(', ') },
    },
  )
}

/** @throws ProblemError `stopping`, `not-ready` */
function requireReady({ keeper, isStopping }: AppSettings): void {
  const again = { headers: { 'retry-after': '2' } }
  if (isStopping())
    throw new ProblemError(
      'stopping',
      'The server is being stopped and takes no more. Ask another one, or ask again.',
      again,
    )
  if (!keeper.isReady)
    throw new ProblemError('not-ready', 'The model is being loaded anew. Ask again in a moment.', again)
}

async function predict(c: Ask, settings: AppSettings): Promise<Response> {
  const { keeper, limits, room } = settings
  const { incoming, outgoing } = c.env
  requireReady(settings)
  const type = incoming.headers['content-type'] ?? ''
  const kind = bodyKind(type)
  const body = await readBody(incoming, outgoing, { most: limits.bodyBytes, room })
  const asked = new AbortController()
  let isGone = false
  const gone = () => {
    isGone = true
    asked.abort()
  }
  outgoing.once('close', gone)
  try {
    const name = c.req.query('name')
    const photos = photosOfRequest(body.bytes, { kind, type, name, most: limits.photos })
    if (!settings.allowsUrls && photos.some(photo => 'url' in photo))
      throw new ProblemError(
        'addresses-off',
        'This server fetches nothing. Send the photos themselves, or start it with --allow-urls.',
      )
    const work = keeper.current.during(async model => {
      const answers = await judgePhotos(photos, model, settings, asked.signal)
      return { model: model.facts.id, photos: answers }
    })
    const answer = await inTime(work, limits.seconds, asked)
    const refused = answer.photos.filter(photo => 'problem' in photo)
    if (refused.length === photos.length) throw noneRead(refused)
    sendJson(outgoing, answer)
    return RESPONSE_ALREADY_SENT
  } catch (error) {
    // What was given up for want of anybody to tell is no failure.
    throw isGone ? new GoneError('The sender went before the answer.') : error
  } finally {
    outgoing.off('close', gone)
    body.leave()
  }
}

/** A photo alone is answered with its own problem; of several each is told. */
function noneRead(refused: readonly RefusedPhoto[]): ProblemError {
  const [{ problem }] = refused
  const kind = kindOf(problem.type) ?? 'unreadable-photo'
  const more = kind === 'busy' ? { headers: { 'retry-after': '1' } } : {}
  if (refused.length === 1) return new ProblemError(kind, problem.detail, more)
  return new ProblemError(
    'unreadable-photos',
    `None of ${refused.length} photos can be read. The first: ${problem.detail}`,
    { photos: refused },
  )
}

/** @throws ProblemError `too-long` */
async function inTime<T>(work: Promise<T>, seconds: number, asked: AbortController): Promise<T> {
  // Nobody waits for what comes of it after that.
  work.catch(() => undefined)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      asked.abort()
      const detail = `The photos could not be judged within ${seconds} s. Ask again later, or with fewer at a time.`
      reject(new ProblemError('too-long', detail, { headers: { 'retry-after': '5' } }))
    }, seconds * 1000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function factsOf({ facts, loadedAt }: ServedModel, { limits, allowsUrls }: AppSettings): ServedModelFacts {
  const { id, labels, known, view, backbone, recipe, accuracy, data, versions } = facts
  return {
    id,
    labels,
    threshold: known ?? null,
    size: view.size,
    resize: view.resize,
    backbone: { name: backbone.name, licence: backbone.licence },
    recipe,
    accuracy: accuracy ?? null,
    trainedOn: { train: data.train, valid: data.valid },
    versions,
    loadedAt: loadedAt.toISOString(),
    limits: {
      bodyBytes: limits.bodyBytes,
      photos: limits.photos,
      pixels: limits.pixels,
      addresses: allowsUrls,
    },
  }
}
