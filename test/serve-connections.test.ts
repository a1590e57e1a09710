// Connections to `chiquito serve` that no browser and no library would make: each is told what is wrong, and others are answered meanwhile.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { suiteFolder } from './support/chiquito.js'
import { drawing } from './support/photos.js'
import { type Serving, serving, trainedModel } from './support/serving.js'
import { head, talk } from './support/talk.js'

const folder = suiteFolder()
let server: Serving
/** Gives nobody much time to send. */
let hasty: Serving
let png: Buffer

beforeAll(async () => {
  png = await drawing('ball', 60, { side: 120 })
  const model = await trainedModel(folder)
  server = await serving(model, ['--max-body', '2'])
  hasty = await serving(model, ['--upload-limit', '1.5s'])
})

afterAll(() => Promise.all([server?.stop(), hasty?.stop()]))

async function expectStillServing(): Promise<void> {
  const { status } = await talk([head(png.length, 'image/png'), png], server)
  expect(status).toBe(200)
}

describe('connections', () => {
  it('that send slowly are ended in time, headers and bodies', async () => {
    const slow = [
      ['GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '],
      [head(1000), 'a few bytes'],
      [head(1000, 'multipart/form-data; boundary=b'), '--b\r\n'],
      [
        'POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n',
        '5\r\nab',
      ],
      [],
    ]
    const told = await Promise.all(slow.map(parts => talk(parts, hasty)))
    expect(told.map(({ status }) => status).slice(0, 4)).toEqual([408, 408, 408, 408])
    for (const { text } of told.slice(0, 4)) expect(text).toMatch(/too-slow/)
    expect((await fetch(`${hasty.address}/healthz`)).status).toBe(200)
  })

  it('that are half closed or left are no burden', async () => {
    const answered = await talk([head(png.length, 'image/png'), png], { port: server.port, half: true })
    expect(answered.status).toBe(200)
    await talk([head(1000), 'cut'], { port: server.port, half: true })
    for (let i = 0; i < 40; i++) {
      const socket = connect({ port: server.port, host: '127.0.0.1' }).on('error', () => undefined)
      socket.write(head(1000))
      socket.write('left')
      setTimeout(() => socket.resetAndDestroy(), 20)
    }
    await expectStillServing()
  })

  it.each([
    [
      'a flood of headers',
      `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${'X-Flood: 1234567890\r\n'.repeat(2000)}\r\n`,
      431,
    ],
    ['one long header', `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
    ['no HTTP', '\x16\x03\x01\x02\0\x01\0', 400],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n', 400],
    [
      'two lengths',
      'POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      400,
    ],
    [
      'a length and chunks',
      'POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a length that is none', head('-5'), 400],
    ['a length beyond all', head('99999999999999999'), 413],
    ['a whole address', 'GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 400],
    ['a path upwards', 'GET /../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 404],
    ['backslashes', 'GET /..\\..\\etc HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 400],
    ['a broken escape', 'GET /%E0%A4%A HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 404],
    ['TRACE', 'TRACE /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 405],
    ['CONNECT', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', 405],
    ['an expectation, and no photo', `${head(1, 'image/png', 'Expect: bananas\r\n')}x`, 422],
  ])('with %s are told what is wrong', async (_what, text, status) => {
    const told = await talk([text], server)
    expect(told.status, told.text).toBe(status)
    expect(told.text).toMatch(/application\/problem\+json/)
    await expectStillServing()
  })

  it('that go wrong behind a request get its answer first', async () => {
    for (const [behind, status] of [
      ['GARBAGE\r\n\r\n', 400],
      [`GET / HTTP/1.1\r\nX: ${'a'.repeat(20_000)}`, 431],
    ] as const) {
      const { text } = await talk([head(png.length, 'image/png'), png, behind], {
        port: server.port,
        answers: 2,
      })
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, told]) => Number(told))
      expect(statuses).toEqual([200, status])
    }
  })

  it('that break the rules are counted as what they were told', async () => {
    const counted = async ({ address }: Serving, status: number) => {
      const text = await (await fetch(`${address}/metrics`)).text()
      const line = new RegExp(
        `^chiquito_http_requests_total\\{route="(.*)",status="${status}"\\} (\\d+)$`,
        'gm',
      )
      return Object.fromEntries([...text.matchAll(line)].map(([, route, count]) => [route, Number(count)]))
    }
    const { other: broken = 0 } = await counted(server, 400)
    await talk(['\x16\x03\x01\x02\0'], server)
    // An answer may have come before it is counted.
    await expect.poll(() => counted(server, 400)).toMatchObject({ other: broken + 1 })
    const { other = 0, '/v1/predict': late = 0 } = await counted(hasty, 408)
    await talk([head(1000), 'a few bytes'], hasty)
    await expect.poll(() => counted(hasty, 408)).toEqual({ other, '/v1/predict': late + 1 })
  })

  it('that ask whether to send get leave, where HTTP knows of that', async () => {
    const asked = head(png.length, 'image/png', 'Expect: 100-continue\r\n')
    const { text } = await talk([asked, png], { port: server.port, half: true, answers: 2 })
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/)
    const old = await talk([asked.replace('HTTP/1.1', 'HTTP/1.0'), png], server)
    expect(old.status).toBe(200)
  })

  it('that send many requests and read no answer are cut off, and leave nothing behind', async () => {
    const resident = async () => {
      const text = await (await fetch(`${server.address}/metrics`)).text()
      return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]) / 1024 ** 2
    }
    const before = await resident()
    const many = 'GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(20_000)
    await Promise.all(
      Array.from({ length: 20 }, () => {
        const socket = connect({ port: server.port, host: '127.0.0.1' }).on('error', () => undefined)
        const ended = new Promise(resolve => socket.once('close', resolve))
        socket.write(many)
        // Only then what has come is read, so that the end is heard of.
        setTimeout(() => socket.resume(), 1000)
        return ended
      }),
    )
    // All of them answered and kept would be gigabytes.
    expect((await resident()) - before).toBeLessThan(100)
    await expectStillServing()
  })
})
