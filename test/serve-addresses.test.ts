// `chiquito serve --allow-urls` with photos by address. Only public addresses are fetched, and tests ask nobody outside: a proxy stands
// for all of them, as the variables of the environment name it to the server.
import { createServer, type Server } from 'node:http'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { PredictResult } from '../src/actions/predict.js'
import {
  kindOf,
  type PredictAnswer,
  predictAnswerSchema,
  problemSchema,
  refusedPhotoSchema,
} from '../src/serve/api/index.js'
import { chiquito, documentOf, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing } from './support/photos.js'
import { type Serving, serving, trainedModel } from './support/serving.js'
import { type Listening, listening } from './support/static-site.js'

const folder = suiteFolder()
/** Somebody's, and public. */
const HOST = 'http://93.184.215.14'
let model = ''
let photo: Buffer
let proxy: Listening
let server: Serving
/** Answers that go no further until they are let. */
const held: (() => void)[] = []
/** Of those, how many the server has hung up on. */
let givenUp = 0
/** Whole addresses that the proxy was asked for. */
const asked: string[] = []

/** Answers for every host. */
function internet(): Server {
  const host = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', HOST)
    asked.push(`${request.headers.host}${pathname}`)
    if (pathname === '/ball.png') return response.end(photo)
    if (pathname === '/moved.png') return response.writeHead(302, { location: '/ball.png' }).end()
    if (pathname === '/inwards.png')
      return response.writeHead(302, { location: 'http://127.0.0.1/ball.png' }).end()
    if (pathname === '/held.png') {
      response.on('close', () => {
        if (!response.writableEnded) givenUp++
      })
      response.write(Buffer.alloc(900_000))
      return void held.push(() => response.end())
    }
    if (pathname === '/page') return response.end('<!doctype html><p>No photo')
    if (pathname === '/large.png') return response.end(Buffer.alloc(2 * 1024 * 1024))
    return response.writeHead(404).end()
  })
  return host.on('connect', (_, socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    host.emit('connection', socket)
  })
}

beforeAll(async () => {
  model = await trainedModel(folder)
  photo = await drawing('ball', 60)
  writeTree({ 'ball.png': photo }, path.join(folder, 'photos'))
  proxy = await listening(internet())
  const proxied = Object.fromEntries(
    ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'].map(name => [name, proxy.address]),
  )
  server = await serving(model, ['--allow-urls', '--max-body', '1'], {
    ...proxied,
    no_proxy: '',
    NO_PROXY: '',
  })
})

afterAll(async () => {
  await server?.stop()
  proxy?.close()
})

async function post(body: object): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${server.address}/v1/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

/** The photos of an answer. */
async function answered(body: object): Promise<PredictAnswer['photos']> {
  const told = await post(body)
  expect(told.status, JSON.stringify(told.body)).toBe(200)
  return predictAnswerSchema.parse(told.body).photos
}

/** What the command line says of the photo. */
async function said() {
  const { predictions, labels } = documentOf<PredictResult>(
    await chiquito(['predict', model, path.join(folder, 'photos'), '--json']),
  )
  const [{ label, probabilities }] = predictions
  return { label, probabilities: Object.fromEntries(labels.map((one, k) => [one, probabilities[k]])) }
}

describe('a photo by address', () => {
  it('is fetched and judged as predict judges the file, also from where a redirect leads', async () => {
    const { label, probabilities } = await said()
    for (const name of ['ball.png', 'moved.png']) {
      const photos = await answered({ url: `${HOST}/${name}`, name: 'mine' })
      const close = Object.entries(probabilities).map(([one, value]) => [one, expect.closeTo(value, 6)])
      expect(photos).toMatchObject([{ name: 'mine', label, probabilities: Object.fromEntries(close) }])
    }
    expect(asked).toContain(`${new URL(HOST).host}/ball.png`)
  })

  it('stands beside others, each of which is told what was wrong with it', async () => {
    const urls = ['/ball.png', '/gone.png', '/inwards.png', '/page', '/large.png'].map(name => HOST + name)
    const photos = await answered({
      photos: [...urls.map(url => ({ url })), { base64: photo.toString('base64') }],
    })
    const kinds = photos.map(one => ('label' in one ? one.label : kindOf(one.problem.type)))
    expect(kinds).toEqual([
      'ball',
      'unfetched-photo',
      'private-address',
      'unreadable-photo',
      'unfetched-photo',
      'ball',
    ])
  })

  it.each([
    ['of this machine', 'http://127.0.0.1/ball.png', 403, /only public addresses/],
    ['of a network’s own name', 'http://intranet/ball.png', 403, /only public addresses/],
    ['of no web server', 'ftp://example.org/ball.png', 422, /http or https/],
  ])('is refused %s, and the proxy hears nothing of it', async (_, url, status, detail) => {
    const before = asked.length
    const told = await post({ url })
    expect(told.status).toBe(status)
    expect(problemSchema.parse(told.body).detail).toMatch(detail)
    expect(asked.length).toBe(before)
  })
})

it('fills no more memory than is set aside for photos, whoever asks for how many', async () => {
  const list = Array.from({ length: 3 }, () =>
    post({ photos: Array.from({ length: 4 }, () => ({ url: `${HOST}/held.png` })) }),
  )
  // Eight bodies of 1 MB fit; of twelve photos of 0.9 MB some do not.
  while (held.length < 12 || givenUp === 0) await pause(10)
  let bytes = 0
  while (bytes < 7_000_000) {
    const text = await (await fetch(`${server.address}/metrics`)).text()
    bytes = Number(/^chiquito_body_bytes (\d+)/m.exec(text)?.[1])
  }
  for (const go of held) go()
  const problems = (await Promise.all(list)).flatMap(
    ({ body }) => z.object({ photos: z.array(refusedPhotoSchema) }).parse(body).photos,
  )
  const kinds = problems.map(({ problem }) => kindOf(problem.type))
  expect(new Set(kinds)).toEqual(new Set(['busy', 'unreadable-photo']))
  expect(kinds.filter(kind => kind === 'busy').length).toBeLessThan(8)
  expect(await (await fetch(`${server.address}/metrics`)).text()).toMatch(/^chiquito_body_bytes 0$/m)
})
