// `chiquito serve` and those who mean it no good: each gets an answer or is cut off in time, and others are answered meanwhile.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RandomStream } from '../src/core/index.js'
import { suiteFolder } from './support/chiquito.js'
import { drawing } from './support/photos.js'
import { type Serving, serving, trainedModel } from './support/serving.js'
import { head, type Told, talk } from './support/talk.js'

const folder = suiteFolder()
const token = 'a-token-of-some-length'
let server: Serving
let guarded: Serving
const photos = new Map<string, Buffer>()

beforeAll(async () => {
  for (const format of ['jpeg', 'png', 'webp'] as const)
    photos.set(format, await drawing('ball', 60, { format, side: 120 }))
  const model = await trainedModel(folder)
  server = await serving(model, ['--max-body', '2'])
  const guards = [
    '--allow-origin',
    'https://friend.example',
    '--name',
    'Photos.Example',
    '--name',
    'fotos.españa.example',
    '--allow-urls',
  ]
  guarded = await serving(model, guards, { CHIQUITO_TOKEN: token })
})

afterAll(() => Promise.all([server?.stop(), guarded?.stop()]))

/** Sends a body whole. */
function upload(body: Uint8Array, type = 'application/octet-stream'): Promise<Told> {
  return talk([head(body.length, type), body], server)
}

async function expectStillServing(): Promise<void> {
  const { status } = await upload(photos.get('png') ?? Buffer.alloc(0), 'image/png')
  expect(status).toBe(200)
}

/** A header that claims a side of so many pixels, and nothing behind it. */
function claims(format: 'png' | 'bmp' | 'gif', side: number): Buffer {
  if (format === 'gif') {
    const gif = Buffer.from(
      'GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\0\0\0\0\0\x02\x02L\x01\0;',
      'latin1',
    )
    for (const at of [6, 24]) gif.writeUInt16LE(Math.min(side, 65535), at)
    for (const at of [8, 26]) gif.writeUInt16LE(Math.min(side, 65535), at)
    return gif
  }
  if (format === 'bmp') {
    const bmp = Buffer.alloc(60)
    bmp.write('BM')
    bmp.writeUInt32LE(54, 10)
    bmp.writeUInt32LE(40, 14)
    bmp.writeInt32LE(side, 18)
    bmp.writeInt32LE(side, 22)
    bmp.writeUInt16LE(1, 26)
    bmp.writeUInt16LE(24, 28)
    return bmp
  }
  const png = Buffer.from(photos.get('png') ?? Buffer.alloc(0))
  png.writeUInt32BE(side, 16)
  png.writeUInt32BE(side, 20)
  return png
}

describe('500 hostile uploads', () => {
  const random = RandomStream.fromSeed(14)
  const pick = <T>(list: readonly T[]) => list[random.integer(list.length)]
  const noise = (length: number) => Uint8Array.from({ length }, () => random.integer(256))
  const names = [
    '../../etc/passwd',
    '..\\..\\boot.ini',
    '/dev/zero',
    'CON',
    'a\u202egnp.exe',
    '%00',
    "';--",
    '<img src=x onerror=alert(1)>',
  ]
  const part = (name: string, body: Uint8Array | string, more = '') =>
    Buffer.concat([
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="photo"; filename="${name}"\r\n${more}\r\n`),
      Buffer.from(body),
      Buffer.from('\r\n'),
    ])
  const form = (...parts: Buffer[]) => Buffer.concat([...parts, Buffer.from('--b--\r\n')])
  const multipart = 'multipart/form-data; boundary=b'

  /** Makes one, and says which statuses are right. */
  const kinds: Record<string, () => { body: Uint8Array; type?: string; right: readonly number[] }> = {
    truncated() {
      const whole = pick([...photos.values()])
      return { body: whole.subarray(0, 1 + random.integer(whole.length >> 1)), right: [422] }
    },
    damaged() {
      const bytes = Buffer.from(pick([...photos.values()]))
      for (let i = 0; i < 40; i++) bytes[random.integer(bytes.length)] = random.integer(256)
      return { body: bytes, right: [200, 422] }
    },
    noise: () => ({ body: noise(1 + random.integer(4000)), right: [422] }),
    'sizes in the header': () => ({
      body: claims(pick(['png', 'bmp', 'gif']), pick([30_001, 60_000, 2 ** 31 - 1])),
      right: [422],
    }),
    'another format than it says': () => ({
      body: photos.get('png') ?? noise(1),
      type: 'image/jpeg',
      right: [200],
    }),
    'markup as a photo': () => ({
      body: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
      type: 'image/svg+xml',
      right: [422],
    }),
    'wrong types': () => ({
      body: noise(100),
      type: pick([
        'text/html',
        'application/x-tar',
        'image',
        'x/y/z',
        '*/*',
        'application/json; charset=utf-16',
      ]),
      right: [400, 415],
    }),
    'names that are paths': () => ({
      body: form(part(pick(names), photos.get('jpeg') ?? '')),
      type: multipart,
      right: [200],
    }),
    'forms cut off': () => {
      const whole = form(part('a', photos.get('jpeg') ?? ''))
      return { body: whole.subarray(0, random.integer(whole.length - 4)), type: multipart, right: [400, 422] }
    },
    'thousands of parts': () => ({
      body: form(...Array.from({ length: 3000 }, () => part('a', 'x'))),
      type: multipart,
      right: [413],
    }),
    'thousands of headers in a part': () => ({
      body: form(part('a', 'x', 'X-A: 1\r\n'.repeat(3000))),
      type: multipart,
      right: [400, 422],
    }),
    'parts that say nothing of themselves': () => ({
      body: Buffer.concat([
        Buffer.from(`--b\r\n${pick(['', 'X: y\r\n', 'Content-Type: image/png\r\n', 'no header\r\n'])}\r\n`),
        noise(pick([0, 100, 40_000])),
        Buffer.from('\r\n--b--'),
      ]),
      type: multipart,
      right: [400],
    }),
    'fields without names': () => ({
      body: Buffer.from(
        `--b\r\nContent-Disposition: ${pick(['form-data', 'form-data;', 'form-data; name'])}\r\n\r\nx\r\n--b--`,
      ),
      type: multipart,
      right: [422],
    }),
    'a boundary in the photo': () => ({
      body: form(part('a', '\r\n--b\r\n\r\n--b')),
      type: multipart,
      right: [400, 422],
    }),
    'deep JSON': () => ({ body: Buffer.from('['.repeat(200_000)), type: 'application/json', right: [400] }),
    'long JSON': () => ({
      body: Buffer.from(JSON.stringify({ photos: Array(50_000).fill({}) })),
      type: 'application/json',
      right: [413],
    }),
    'keys that are methods': () => ({
      body: Buffer.from('{"__proto__":{"url":"x"},"constructor":1}'),
      type: 'application/json',
      right: [422],
    }),
    'addresses of this machine': () => ({
      body: Buffer.from(
        JSON.stringify({ url: pick(['http://127.0.0.1/', 'file:///etc/passwd', 'http://[::1]:1/']) }),
      ),
      type: 'application/json',
      right: [403],
    }),
    'text in place of base64': () => ({
      body: Buffer.from(
        JSON.stringify({ base64: pick(['%%%%', 'AAA', 'AAAA\n', '=', 'data:image/png;base64,AAAA']) }),
      ),
      type: 'application/json',
      right: [422],
    }),
    'too much': () => ({ body: noise(10).length ? Buffer.alloc(2_200_000) : noise(1), right: [413] }),
    'a broken charset': () => ({
      body: Buffer.from([0x22, 0xff, 0xfe, 0x22]),
      type: 'application/json',
      right: [400],
    }),
    nothing: () => ({
      body: new Uint8Array(),
      type: pick(['image/png', multipart, 'application/json']),
      right: [400, 422],
    }),
  }

  it('each get their status, and the server still answers', async () => {
    const list = Object.entries(kinds)
    const sent = Array.from({ length: 500 }, (_, i) => ({
      kind: list[i % list.length][0],
      ...list[i % list.length][1](),
    }))
    for (let from = 0; from < sent.length; from += 20) {
      const some = sent.slice(from, from + 20)
      const told = await Promise.all(some.map(({ body, type }) => upload(body, type)))
      for (const [i, { status, text }] of told.entries()) {
        expect(some[i].right, `${some[i].kind}: ${text.slice(0, 900)}`).toContain(status)
        if (status >= 400) expect(text, some[i].kind).toMatch(/content-type: application\/problem\+json/i)
      }
    }
    await expectStillServing()
    expect(server.stderr()).not.toMatch(/failed|unexpected/i)
  })
})

describe('who may ask', () => {
  const get = (route: string, headers: Record<string, string>) => {
    const lines = Object.entries({ Host: `127.0.0.1:${guarded.port}`, ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    )
    return talk([`GET ${route} HTTP/1.1\r\n${lines.join('')}\r\n`], guarded)
  }
  const bearer = { Authorization: `Bearer ${token}` }

  it('is who knows the token', async () => {
    for (const headers of [
      {},
      { Authorization: 'Bearer another-token' },
      { Authorization: `Basic ${token}` },
      { Authorization: `Bearer ${token}x` },
    ]) {
      const { status, text } = await get('/v1/model', headers)
      expect(status).toBe(401)
      expect(text).toMatch(/www-authenticate: Bearer/i)
    }
    expect((await get('/v1/model', bearer)).status).toBe(200)
    expect((await get('/metrics', {})).status).toBe(401)
    for (const route of ['/', '/healthz', '/readyz', '/openapi.json'])
      expect((await get(route, {})).status).toBe(200)
    expect(guarded.started.token).toBe(true)
    expect(guarded.stderr() + JSON.stringify(guarded.started)).not.toContain(token)
  })

  it('names the server by a name of its own, so that no page points its name at it', async () => {
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'evil.example:80',
      '8.8.8.8',
    ]) {
      const { status, text } = await get('/v1/model', { ...bearer, Host: host })
      expect(status, host).toBe(403)
      expect(text).toMatch(/wrong-host/)
    }
    for (const host of [
      'localhost',
      'LOCALHOST:1',
      '127.0.0.1',
      '[::1]:99',
      'photos.example',
      'fotos.xn--espaa-rta.example',
      'photos.example.:443',
    ])
      expect((await get('/v1/model', { ...bearer, Host: host })).status, host).toBe(200)
  })

  it('is no page of another origin, unless it was let', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      `http://127.0.0.1:${guarded.port + 1}`,
      'http://localhost.evil.example',
      // Pages of a program that shows pages of its own.
      `capacitor://127.0.0.1:${guarded.port}`,
      `chrome-extension://127.0.0.1:${guarded.port}`,
    ])
      expect((await get('/v1/model', { ...bearer, Origin: origin })).status, origin).toBe(403)
    expect((await get('/v1/model', { ...bearer, Origin: `http://127.0.0.1:${guarded.port}` })).status).toBe(
      200,
    )
    const friend = await get('/v1/model', { ...bearer, Origin: 'https://friend.example' })
    expect(friend.status).toBe(200)
    expect(friend.text).toMatch(/access-control-allow-origin: https:\/\/friend\.example/i)
    const asked = `OPTIONS /v1/predict HTTP/1.1\r\nHost: localhost\r\nOrigin: https://friend.example\r\nAccess-Control-Request-Method: POST\r\n\r\n`
    const preflight = await talk([asked.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')], guarded)
    expect(preflight.status).toBe(204)
  })

  it('gets nothing fetched from this machine or its networks', async () => {
    const urls = [
      'http://127.0.0.1:1/a.jpg',
      `http://localhost:${guarded.port}/healthz`,
      'http://[::ffff:127.0.0.1]/',
      'http://169.254.169.254/latest',
      'http://10.0.0.1/',
      'http://printer.local/',
    ]
    for (const url of urls) {
      const response = await fetch(`${guarded.address}/v1/predict`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ url }),
      })
      expect([url, response.status, (await response.json()) as unknown]).toEqual([
        url,
        403,
        expect.objectContaining({ type: expect.stringMatching(/private-address$/) }),
      ])
    }
  })
})
