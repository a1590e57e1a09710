// `chiquito serve` as a program meets it: every way to send photos, what comes back, and every refusal.

import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { PredictResult } from '../src/actions/predict.js'
import { type PredictAnswer, predictAnswerSchema, problemSchema } from '../src/serve/api/index.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing } from './support/photos.js'
import { type Serving, serving, trainedModel } from './support/serving.js'

const folder = suiteFolder()
const at = (...names: string[]) => path.join(folder, ...names)
let model = ''
let server: Serving
/** By name, in an order. */
let photos: Record<string, Buffer>

beforeAll(async () => {
  model = await trainedModel(folder)
  photos = {
    'ball.png': await drawing('ball', 60),
    'wave.jpg': await drawing('wave', 61, { format: 'jpeg' }),
    'ball.webp': await drawing('ball', 62, { format: 'webp' }),
    'large wave.jpg': await drawing('wave', 63, { format: 'jpeg', side: 500 }),
  }
  writeTree(photos, at('photos'))
  server = await serving(model, ['--max-body', '1', '--max-photos', '5', '--max-pixels', '0.5'])
})

afterAll(() => server?.stop())

/** What the command line says of the same photos. */
async function said(names: readonly string[]) {
  const told = await chiquito(['predict', model, ...names.map(name => at('photos', name)), '--json'])
  const { predictions, labels } = documentOf<PredictResult>(told)
  return { predictions, labels }
}

interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: PredictAnswer
}

async function post(
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = {},
  query = '',
): Promise<Answered> {
  const response = await fetch(`${server.address}/v1/predict${query}`, { method: 'POST', body, headers })
  const { status } = response
  const value: unknown = await response.json()
  if (status === 200) return { status, headers: response.headers, body: predictAnswerSchema.parse(value) }
  throw new Error(`${status}: ${JSON.stringify(value)}`)
}

/** A refusal, held against the schema. */
async function refused(route: string, init: RequestInit = {}) {
  const response = await fetch(`${server.address}${route}`, init)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = z.looseObject(problemSchema.shape).parse(await response.json())
  expect(problem.status).toBe(response.status)
  return {
    status: response.status,
    headers: response.headers,
    kind: problem.type.split(':').at(-1),
    detail: problem.detail,
    problem,
  }
}

function form(names: readonly string[], more: Record<string, Uint8Array> = {}): FormData {
  const data = new FormData()
  for (const name of names) data.append('photo', new Blob([new Uint8Array(photos[name])]), name)
  for (const [name, bytes] of Object.entries(more))
    data.append('photo', new Blob([new Uint8Array(bytes)]), name)
  return data
}

describe('photos', () => {
  it('in a form are answered in their order, as predict answers them', async () => {
    const names = Object.keys(photos)
    const { body } = await post(form(names))
    const { predictions, labels } = await said(names)
    expect(body.photos.map(({ name }) => name)).toEqual(names)
    for (const [i, photo] of body.photos.entries()) {
      const { label, known, abstained, probabilities } = predictions[i]
      expect(photo).toMatchObject({ label, abstained })
      if ('problem' in photo) throw new Error(photo.problem.detail)
      expect(Object.keys(photo.probabilities)).toEqual(labels)
      for (const [k, each] of labels.entries())
        expect(photo.probabilities[each]).toBeCloseTo(probabilities[k], 5)
      expect(photo.known).toBeCloseTo(known ?? Number.NaN, 5)
    }
  })

  it('may be the whole body', async () => {
    for (const type of ['image/jpeg', 'application/octet-stream']) {
      const { body } = await post(
        new Uint8Array(photos['wave.jpg']),
        { 'content-type': type },
        '?name=sea.jpg',
      )
      expect(body.photos).toEqual([expect.objectContaining({ name: 'sea.jpg', label: 'wave' })])
    }
  })

  it('may come as JSON, one or many', async () => {
    const base64 = (name: string) => photos[name].toString('base64')
    const json = { 'content-type': 'application/json' }
    const one = await post(JSON.stringify({ base64: base64('ball.png') }), json)
    expect(one.body.photos).toEqual([expect.objectContaining({ name: 'photo', label: 'ball' })])
    const many = ['ball.png', 'wave.jpg'].map(name => ({ name, base64: base64(name) }))
    const { body } = await post(JSON.stringify({ photos: many }), json)
    expect(body.photos).toEqual([
      expect.objectContaining({ name: 'ball.png', label: 'ball' }),
      expect.objectContaining({ name: 'wave.jpg', label: 'wave' }),
    ])
  })

  it('that are bad among others are told, and the others answered', async () => {
    const bad = {
      'half.jpg': photos['large wave.jpg'].subarray(0, 600),
      '../../etc/passwd': Buffer.from('root'),
    }
    const { body } = await post(form(['ball.png'], bad))
    expect(body.photos).toEqual([
      expect.objectContaining({ name: 'ball.png', label: 'ball' }),
      {
        name: 'half.jpg',
        problem: expect.objectContaining({ status: 422, detail: expect.stringMatching(/truncated/) }),
      },
      {
        name: 'passwd',
        problem: expect.objectContaining({ detail: expect.stringMatching(/^Not an image/) }),
      },
    ])
  })

  it('of concurrent requests are looked at together', async () => {
    const alone = await post(form(['ball.png']))
    // Whether two meet is a matter of moments: sooner or later they do.
    await expect
      .poll(async () => {
        const all = await Promise.all(Array.from({ length: 24 }, () => post(form(['ball.png', 'wave.jpg']))))
        for (const { body } of all) expect(body.photos[0]).toMatchObject(verdictOf(alone))
        const metrics = await (await fetch(`${server.address}/metrics`)).text()
        const [count, sum] = ['count', 'sum'].map(name =>
          Number(new RegExp(`chiquito_batch_photos_${name} (\\d+)`).exec(metrics)?.[1]),
        )
        return sum - count
      })
      .toBeGreaterThan(0)
  })
})

/** Of the only photo, without what may differ in the last digits. */
function verdictOf({ body: { photos } }: Answered) {
  const [photo] = photos
  if ('problem' in photo) throw new Error(photo.problem.detail)
  return { label: photo.label, abstained: photo.abstained }
}

describe('refusals', () => {
  const json = { 'content-type': 'application/json' }
  it.each([
    ['no JSON', { body: '{"photos":', headers: json }, 400, 'bad-request', /no JSON/],
    [
      'JSON of another shape',
      { body: '{"photo":1}', headers: json },
      422,
      'invalid-request',
      /^base64 is missing; expected text\. The body has the key "photo", which is not known here; known are "name", "base64"\. Expected/,
    ],
    [
      'a key too many in JSON',
      { body: '{"photos":[{"base64":"AAAA","colour":1}]}', headers: json },
      422,
      'invalid-request',
      /^photos\[0\] has the key "colour", which is not known here; known are "name", "base64"\. Expected/,
    ],
    [
      'a number for text',
      { body: '{"base64":7}', headers: json },
      422,
      'invalid-request',
      /^base64 is a number; expected text/,
    ],
    [
      'a list for an object',
      { body: '[]', headers: json },
      422,
      'invalid-request',
      /^The body is a list; expected an object/,
    ],
    [
      'no base64',
      { body: '{"photos":[{"base64":"a*=="}]}', headers: json },
      422,
      'invalid-request',
      /photos\[0\]\.base64.*not base64.*without "data:/,
    ],
    [
      'no photo',
      { body: '{"photos":[]}', headers: json },
      422,
      'invalid-request',
      /^photos needs at least 1 entry/,
    ],
    [
      'too many photos',
      { body: JSON.stringify({ photos: Array(6).fill({ base64: 'AAAA' }) }), headers: json },
      413,
      'too-many-photos',
      /more than 5/,
    ],
    [
      'an address',
      { body: '{"url":"https://example.org/a.jpg"}', headers: json },
      403,
      'addresses-off',
      /--allow-urls/,
    ],
    [
      'a photo that is none',
      { body: 'hello', headers: { 'content-type': 'image/png' } },
      422,
      'unreadable-photo',
      /Not an image/,
    ],
    ['nothing', { body: '', headers: { 'content-type': 'image/png' } }, 422, 'invalid-request', /no photo/],
    [
      'text',
      { body: 'hello', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported-type',
      /Expected multipart/,
    ],
    [
      'a broken form',
      { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=y' } },
      400,
      'bad-request',
      /form/,
    ],
    [
      'a form without a boundary',
      { body: 'x', headers: { 'content-type': 'multipart/form-data' } },
      400,
      'bad-request',
      /form/,
    ],
    [
      'a large body',
      { body: new Uint8Array(1_100_000), headers: { 'content-type': 'image/png' } },
      413,
      'too-large',
      /1048576/,
    ],
    [
      'a compressed body',
      { body: 'x', headers: { 'content-type': 'image/png', 'content-encoding': 'gzip' } },
      415,
      'unsupported-type',
      /compressed/,
    ],
  ] as const)('%s', async (_what, init, status, kind, detail) => {
    const told = await refused('/v1/predict', { method: 'POST', ...init })
    expect(told).toMatchObject({ status, kind, detail: expect.stringMatching(detail) })
  })

  it('of a photo with too many pixels say so', async () => {
    const large = await drawing('ball', 70, { side: 900, format: 'jpeg' })
    const told = await refused('/v1/predict', { method: 'POST', body: form([], { 'a.jpg': large }) })
    expect(told).toMatchObject({
      status: 422,
      detail: expect.stringMatching(/more than the limit of 500000/),
    })
  })

  it('of several bad photos name each', async () => {
    const told = await refused('/v1/predict', {
      method: 'POST',
      body: form([], { a: Buffer.from('1'), b: Buffer.from('2') }),
    })
    expect(told).toMatchObject({ status: 422, kind: 'unreadable-photos' })
    expect(told.problem.photos).toMatchObject([{ name: 'a' }, { name: 'b' }])
  })

  it('of fields that are no files name them', async () => {
    const data = form(['ball.png'])
    data.append('label', 'ball')
    expect(await refused('/v1/predict', { method: 'POST', body: data })).toMatchObject({
      status: 422,
      detail: expect.stringMatching(/"label"/),
    })
  })

  it('know paths and methods', async () => {
    expect(await refused('/v2/predict')).toMatchObject({ status: 404 })
    expect(await refused('/v1/predict/../../etc/passwd')).toMatchObject({ status: 404 })
    for (const [route, method, allow] of [
      ['/v1/predict', 'GET', 'POST'],
      ['/v1/model', 'DELETE', 'GET, HEAD'],
      ['/', 'POST', 'GET, HEAD'],
    ] as const) {
      const told = await refused(route, { method })
      expect(told).toMatchObject({ status: 405 })
      expect(told.headers.get('allow')).toBe(allow)
      expect(told.detail).toMatch(/^Here [A-Z]+( and [A-Z]+)? (is|are) answered/)
    }
  })
})

describe('what else there is', () => {
  const get = async (route: string) => fetch(server.address + route)

  it('tells of the model and the limits', async () => {
    expect(await (await get('/v1/model')).json()).toMatchObject({
      labels: ['ball', 'wave'],
      size: 64,
      trainedOn: { train: 48, valid: 8 },
      limits: { bodyBytes: 1048576, photos: 5, pixels: 500000, addresses: false },
    })
  })

  it('is alive and ready', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'alive' })
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready' })
    expect((await fetch(`${server.address}/readyz`, { method: 'HEAD' })).status).toBe(200)
  })

  it('counts', async () => {
    const text = await (await get('/metrics')).text()
    expect(text).toMatch(/^chiquito_photos_total\{outcome="(answered|neither)"\} \d+$/m)
    expect(text).toMatch(/^chiquito_http_requests_total\{route="\/v1\/predict",status="200"\} \d+$/m)
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m)
  })

  it('keeps what it sends from being kept, guessed at and framed', async () => {
    for (const route of ['/', '/try.js', '/v1/model', '/nowhere']) {
      const { headers } = await get(route)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/)
    }
    expect((await get('/')).headers.get('content-security-policy')).not.toMatch(/unsafe/)
  })
})

describe('the command', () => {
  it('says where it listens, and ends as others do when it is stopped', async () => {
    const own = await serving(model)
    expect(own.started).toMatchObject({
      address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      labels: ['ball', 'wave'],
      token: false,
    })
    const { status, stdout, stderr } = await own.stop('SIGINT')
    expect(status).toBe(130)
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(/Interrupted\. 0 requests answered/)
  })

  it.skipIf(process.platform !== 'linux')('can be stopped while it starts', async () => {
    /** As soon as there is a second process, which may not listen yet, and when it does. */
    for (const wait of [0, 600]) {
      const started = async ({ pid = 0 }: ChildProcess) => {
        while (readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8') === '') await pause(1)
        await pause(wait)
        process.kill(pid, 'SIGINT')
      }
      const told = await chiquito(['serve', model, '--port', '0', '--json'], {
        started: child => void started(child),
      })
      expect(told.status, told.stderr).toBe(130)
      expect(told.stdout.trim().split('\n'), told.stderr).toHaveLength(1)
    }
  })

  it('stops when the process that waits for it is gone', async () => {
    const own = await serving(model)
    expect((await own.stop('SIGKILL')).status).toBe(null)
    const isThere = () =>
      fetch(`${own.address}/healthz`).then(
        () => true,
        () => false,
      )
    await expect.poll(isThere).toBe(false)
  })

  it('says what keeps it from starting', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => taken.once('listening', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const tries: readonly (readonly [readonly string[], number, RegExp])[] = [
      [[model, '--port', String(port)], 1, new RegExp(`Port ${port} of 127.0.0.1 is taken`)],
      [[model, '--host', '203.0.113.7'], 1, /no address of this machine/],
      [[at('nowhere')], 1, /There is no model/],
      [[at('photos', 'ball.png')], 1, /ball\.png/],
      [[model, '--token', 'short'], 2, /8 to 512 characters/],
      [[model, '--allow-origin', 'example.org'], 2, /an origin, such as/],
      [
        [model, '--name', 'https://photos.example.org'],
        2,
        /a name such as photos\.example\.org, without https/,
      ],
      [[model, '--name', 'photos.example.org:8443'], 2, /a name such as/],
      [[model, '--name', '*.example.org'], 2, /a name such as/],
      [[model, '--port', '70000'], 2, /from 0 to 65535/],
    ]
    const told = await Promise.all(tries.map(([args]) => chiquito(['serve', ...args, '--json'])))
    taken.close()
    for (const [i, [, status, message]] of tries.entries()) {
      expect(told[i].status, told[i].stderr).toBe(status)
      expect(documentOf<{ error: { message: string } }>(told[i]).error.message).toMatch(message)
    }
  })
})

it('has an OpenAPI document of its own schemas', async () => {
  const text = await (await fetch(`${server.address}/openapi.json`)).text()
  const document = z
    .object({
      openapi: z.literal('3.1.0'),
      components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
    })
    .parse(JSON.parse(text))
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
  expect(references.length).toBeGreaterThan(10)
  for (const name of references) expect(document.components.schemas).toHaveProperty(name)
  expect(readFileSync('docs/serving.md', 'utf8')).toContain('/openapi.json')
})
