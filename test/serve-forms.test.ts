// Forms that `chiquito serve` is sent, by libraries and by nobody who means it well.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kindOf, predictAnswerSchema, problemSchema } from '../src/serve/api/index.js'
import { suiteFolder } from './support/chiquito.js'
import { drawing } from './support/photos.js'
import { type Serving, serving, trainedModel } from './support/serving.js'

const folder = suiteFolder()
let server: Serving
let photo: Buffer

beforeAll(async () => {
  // Larger than what streams hold at a time.
  photo = await drawing('ball', 60, { side: 200 })
  expect(photo.length).toBeGreaterThan(64 * 1024)
  server = await serving(await trainedModel(folder), ['--max-photos', '5'])
})

afterAll(() => server?.stop())

async function send(body: Uint8Array, type = 'multipart/form-data; boundary=b') {
  const headers = { 'content-type': type }
  const response = await fetch(`${server.address}/v1/predict`, {
    method: 'POST',
    headers,
    body: new Uint8Array(body),
  })
  return { status: response.status, body: await response.json() }
}

function part(headers: string, body: Uint8Array | string = photo): Buffer {
  return Buffer.concat([Buffer.from(`--b\r\n${headers}\r\n`), Buffer.from(body), Buffer.from('\r\n')])
}

const file = (parameters: string, more = '') =>
  part(`Content-Disposition: form-data; ${parameters}\r\n${more}`)
const form = (...parts: Uint8Array[]) => Buffer.concat([...parts, Buffer.from('--b--\r\n')])

describe('the name of a photo', () => {
  it.each([
    ['a file', 'name="p"; filename="a.jpg"', 'a.jpg'],
    ['a file without quotes', 'name=p; filename=a.jpg', 'a.jpg'],
    ['capitals and blanks', 'NAME = "p" ;  FileName = "a.jpg"', 'a.jpg'],
    ['other writing', 'name="p"; filename="é€.jpg"', 'é€.jpg'],
    ['an encoded name', `name="p"; filename="x"; filename*=UTF-8''%e2%82%ac%20a.jpg`, '€ a.jpg'],
    ['an encoded name that is broken', `name="p"; filename="x"; filename*=UTF-8''%e2%8`, 'x'],
    ['quotes', String.raw`name="p"; filename="a\"b.jpg"`, 'a"b.jpg'],
    ['a semicolon in quotes', 'name="p"; filename="a;name=x.jpg"', 'a;name=x.jpg'],
    ['a path of Windows', String.raw`name="p"; filename="C:\photos\a.jpg"`, 'a.jpg'],
    ['a path upwards', 'name="p"; filename="../../.."', 'p'],
    ['no name of a file', 'name="p"; filename=""', 'p'],
    ['no name at all', 'filename=""', 'photo'],
    ['two names, of which the first counts', 'name="p"; filename="a"; filename="b"', 'a'],
  ])('is that of %s', async (_what, parameters, name) => {
    const { status, body } = await send(form(file(parameters)))
    expect(status, JSON.stringify(body)).toBe(200)
    expect(predictAnswerSchema.parse(body).photos).toMatchObject([{ name, label: 'ball' }])
  })

  it('is that of its field, where a photo has no name but says that it is one', async () => {
    const { body } = await send(form(file('name="cat"', 'Content-Type: image/png\r\n')))
    expect(predictAnswerSchema.parse(body).photos).toMatchObject([{ name: 'cat', label: 'ball' }])
  })

  it('is cut between characters, and never has half of one', async () => {
    const name = `${'a'.repeat(254)}\u{1f388}\u{1f388}`
    const { body } = await send(form(file(`name="p"; filename="${name}"`)))
    expect(predictAnswerSchema.parse(body).photos[0].name).toBe(`${'a'.repeat(254)}\u{1f388}`)
    const json = JSON.stringify({ name: 'a\ud83c', base64: photo.toString('base64') })
    const half = await send(Buffer.from(json), 'application/json')
    expect(predictAnswerSchema.parse(half.body).photos[0].name).toBe('a\ufffd')
  })
})

describe('a form', () => {
  const one = () => file('name="p"; filename="a.jpg"')

  it.each([
    ['text around it', () => Buffer.concat([Buffer.from('hello\r\n'), form(one()), Buffer.from('bye')])],
    ['no end of its last line', () => form(one()).subarray(0, -2)],
    [
      'blanks behind its boundary',
      () => Buffer.concat([Buffer.from('--b \t\r\n'), one().subarray(5), Buffer.from('--b--')]),
    ],
    [
      'a header over two lines',
      () => form(part('Content-Disposition: form-data;\r\n name="p";\r\n\tfilename="a.jpg"\r\n')),
    ],
  ])('is read with %s', async (_what, make) => {
    const { status, body } = await send(make())
    expect(status, JSON.stringify(body)).toBe(200)
    expect(predictAnswerSchema.parse(body).photos).toMatchObject([{ name: 'a.jpg', label: 'ball' }])
  })

  it('may be told by a boundary in quotes', async () => {
    const { status } = await send(form(one()), 'Multipart/Form-Data; charset=utf-8; boundary="b"')
    expect(status).toBe(200)
  })

  const nothing = 'bad-request'
  it.each([
    ['a part that says nothing', () => form(part('')), nothing, /no header "Content-Disposition: form-data"/],
    ['a part that has a type alone', () => form(part('Content-Type: image/png\r\n')), nothing, /Disposition/],
    [
      'a part that is something else',
      () => form(part('Content-Disposition: attachment; filename="a"\r\n')),
      nothing,
      /Disp/,
    ],
    ['a header without a name', () => form(part('nonsense\r\n')), nothing, /a header of a part has no name/],
    [
      'headers without an end',
      () => form(Buffer.from('--b\r\nA: b\r\n')),
      nothing,
      /the headers of a part do not end/,
    ],
    [
      'headers without measure',
      () => form(part(`A: ${'b'.repeat(20_000)}\r\n`)),
      nothing,
      /more than 8192 bytes/,
    ],
    ['no last boundary', () => one(), nothing, /ends before its last boundary/],
    [
      'half a boundary',
      () => Buffer.concat([one(), Buffer.from('--')]),
      nothing,
      /ends before its last boundary/,
    ],
    [
      'a boundary that goes on',
      () => form(one(), Buffer.from('--bc\r\n')),
      nothing,
      /a line begins as its boundaries do/,
    ],
    [
      'lines that end otherwise',
      () => Buffer.from(form(one()).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
      nothing,
      /a line begins/,
    ],
    ['another boundary', () => Buffer.from('--c--\r\n'), nothing, /no line with the boundary/],
    ['nothing', () => Buffer.alloc(0), nothing, /no line with the boundary/],
    ['no part', () => form(), 'invalid-request', /holds no photo/],
    [
      'a field',
      () => form(one(), part('Content-Disposition: form-data; name="x"\r\n', 'y')),
      'invalid-request',
      /a field "x" that is no file/,
    ],
    [
      'a field without a name',
      () => form(part('Content-Disposition: form-data\r\n', 'y')),
      'invalid-request',
      /a field "" that is no file/,
    ],
    [
      'photos without measure',
      () => form(...Array.from({ length: 3000 }, one).map(() => one())),
      'too-large',
      /bytes/,
    ],
    [
      'too many photos',
      () => form(...Array.from({ length: 6 }, one)),
      'too-many-photos',
      /more than 5 photos/,
    ],
  ] as const)('with %s is told so', async (_what, make, kind, detail) => {
    const { body } = await send(make())
    const problem = problemSchema.parse(body)
    expect([kindOf(problem.type), problem.detail]).toEqual([kind, expect.stringMatching(detail)])
    // Nothing of it stays.
    const metrics = await (await fetch(`${server.address}/metrics`)).text()
    expect(metrics).toMatch(/^chiquito_body_bytes 0$/m)
  })

  it('has a boundary, and not a long one', async () => {
    for (const [type, detail] of [
      ['multipart/form-data', /names no boundary/],
      ['multipart/form-data; boundary=""', /names no boundary/],
      [`multipart/form-data; boundary=${'b'.repeat(71)}`, /more than 70 characters/],
    ] as const) {
      const { status, body } = await send(form(one()), type)
      expect([status, problemSchema.parse(body).detail]).toEqual([400, expect.stringMatching(detail)])
    }
  })
})
