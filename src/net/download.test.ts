import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Answer, content, cutting, fail, local, send, sha256 } from '../../test/support/answers.js'
import { smallDisk, temporaryFolder, writeTree } from '../../test/support/files.js'
import { serve } from '../../test/support/server.js'
import type { ProgressEvent } from '../core/index.js'
import { download, inspect } from './index.js'
import { retryAfterMs } from './retry.js'

beforeAll(() => {
  process.env.no_proxy = '127.0.0.1'
})

describe('download', () => {
  it('fetches a file, into folders it makes, and reports how far it is', async () => {
    const { address } = await serve(cutting([]))
    const path = join(temporaryFolder(), 'a', 'b', 'file')
    const events: ProgressEvent[] = []
    const done = await download(address, path, { ...local, sha256, progress: event => events.push(event) })
    expect(done).toEqual({ bytes: content.length, sha256 })
    expect(readFileSync(path).equals(content)).toBe(true)
    expect(readdirSync(join(path, '..'))).toEqual(['file'])
    expect(events[0].kind).toBe('start')
    expect(events.at(-2)).toMatchObject({ kind: 'advance', done: content.length, total: content.length })
  })

  it('replaces an old file only by a complete one', async () => {
    const root = writeTree({ file: 'old' })
    const path = join(root, 'file')
    const bad = await serve(send(404, {}))
    await expect(download(bad.address, path, local)).rejects.toThrow(
      /answered 404 instead of the file. It is not there/,
    )
    expect(readFileSync(path, 'utf8')).toBe('old')
    const good = await serve(cutting([]))
    await download(good.address, path, local)
    expect(readFileSync(path).equals(content)).toBe(true)
  })

  it('goes on where the line broke, within one call', async () => {
    const { address, requests } = await serve(cutting([150_000, 150_000]))
    const path = join(temporaryFolder(), 'file')
    const events: ProgressEvent[] = []
    expect(await download(address, path, { ...local, progress: event => events.push(event) })).toMatchObject({
      sha256,
    })
    expect(requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      'bytes=150000-',
      'bytes=300000-',
    ])
    expect(requests[1].headers['if-range']).toBe('"v1"')
    expect(events.filter(event => event.kind === 'notice')).toHaveLength(2)
  })

  it('goes on where an earlier call stopped, also by date', async () => {
    const headers = { 'last-modified': 'Mon, 01 Jan 2018 00:00:00 GMT' }
    const { address, requests } = await serve(cutting([200_000, 0, 0, 0, 0], headers))
    const path = join(temporaryFolder(), 'file')
    await expect(download(address, path, local)).rejects.toThrow(/Cannot fetch http.* Check the address/)
    expect(existsSync(path)).toBe(false)
    expect(await download(address, path, local)).toMatchObject({ sha256 })
    expect(requests.at(-1)?.headers.range).toBe('bytes=200000-')
    expect(readdirSync(join(path, '..'))).toEqual(['file'])
  })

  it.each([
    ['the server has no versions', cutting([100_000], {})],
    ['the version changed', versions(['"v1"', '"v2"'])],
    ['the server answers another range', wrongRange(0)],
    ['the server says that the range is none', wrongRange(416)],
  ])('begins again when %s', async (_, answer) => {
    const { address, requests } = await serve(answer)
    const path = join(temporaryFolder(), 'file')
    expect(await download(address, path, local)).toMatchObject({ sha256 })
    expect(readFileSync(path).equals(content)).toBe(true)
    expect(requests.length).toBeGreaterThan(1)
  })

  it('has the right bytes wherever the line breaks, within a call and between calls', async () => {
    const cuts: number[] = []
    const { address } = await serve((request, response) => cutting(cuts)(request, response))
    const folder = temporaryFolder()
    const anywhere = fc.array(fc.integer({ min: 0, max: content.length }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(anywhere, async positions => {
        cuts.splice(0, cuts.length, ...positions)
        const path = join(folder, 'file')
        const once = () => download(address, path, { ...local, pauseMs: 0, sha256, size: content.length })
        // Each call ends for good only after several tries that bring nothing, so these are enough.
        await once().catch(once).catch(once).catch(once)
        expect(readFileSync(path).equals(content)).toBe(true)
        expect(readdirSync(folder)).toEqual(['file'])
      }),
      { numRuns: 40 },
    )
  })

  it('begins again when what an earlier call left was damaged since', async () => {
    const { address, requests } = await serve(cutting([200_000, 0, 0, 0, 0]))
    const path = join(temporaryFolder(), 'file')
    await expect(download(address, path, local)).rejects.toThrow()
    writeFileSync(`${path}.part`, Buffer.alloc(200_000))
    expect(await download(address, path, { ...local, sha256 })).toMatchObject({ sha256 })
    expect(requests.slice(-2).map(({ headers }) => headers.range)).toEqual(['bytes=200000-', undefined])
  })

  it('says who asks to the address itself, and to nobody it redirects to', async () => {
    const other = await serve(cutting([]))
    const { address, requests } = await serve((request, response) => {
      const location = request.url === '/' ? '/next' : other.address
      response.writeHead(302, { location }).end()
    })
    await download(address, join(temporaryFolder(), 'file'), { ...local, token: 'secret' })
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer secret'])
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('does not trust an address again that another host redirects back to', async () => {
    const home: string[] = []
    const other = await serve((_, response) => response.writeHead(302, { location: `${home[0]}/file` }).end())
    const { address, requests } = await serve((request, response) => {
      if (request.url === '/file') return cutting([])(request, response)
      response.writeHead(302, { location: other.address }).end()
    })
    home.push(address)
    await download(address, join(temporaryFolder(), 'file'), { ...local, token: 'secret' })
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', undefined])
  })

  it('begins again for another address', async () => {
    const first = await serve(cutting([100_000, 0, 0, 0, 0]))
    const path = join(temporaryFolder(), 'file')
    await expect(download(first.address, path, local)).rejects.toThrow()
    const second = await serve(cutting([]))
    await download(second.address, path, local)
    expect(second.requests[0].headers.range).toBeUndefined()
  })

  it('follows redirects and stops at a circle', async () => {
    const { address, requests } = await serve((request, response) => {
      if (request.url === '/file') response.end(content)
      else response.writeHead(302, { location: request.url === '/' ? '/next?a=1' : '/file' }).end('moved')
    })
    await download(address, join(temporaryFolder(), 'file'), local)
    expect(requests.map(({ path }) => path)).toEqual(['/', '/next?a=1', '/file'])
    expect(await fail(send(301, { location: '/again' }))).toMatchObject({
      code: 'io',
      message: expect.stringContaining('redirects more than 10 times'),
    })
  })

  it('refuses private addresses unless allowed, also behind a redirect', async () => {
    const { address, requests } = await serve(send(200, {}, 'x'))
    const path = join(temporaryFolder(), 'file')
    for (const host of [address, address.replace('127.0.0.1', 'localhost')])
      await expect(download(host, path)).rejects.toThrow(/is on this machine or on a private network/)
    expect(requests).toEqual([])
  })

  it('does not ask a slow server again, but keeps what it sent for a later call', async () => {
    let isSlow = true
    const { address, requests } = await serve((request, response) => {
      if (!isSlow) return cutting([])(request, response)
      response.writeHead(200, { 'content-length': content.length, etag: '"v1"' })
      response.write(content.subarray(0, 300_000))
    })
    const path = join(temporaryFolder(), 'file')
    // Time goes on only once the beginning is there.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const progress = ({ kind }: ProgressEvent) => kind === 'advance' && vi.advanceTimersByTime(200)
    await expect(download(address, path, { ...local, spanMs: 100, progress })).rejects.toThrow(/too slow/)
    isSlow = false
    await expect(download(address, path, { ...local, sha256 })).resolves.toMatchObject({ sha256 })
    expect(requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=[1-9]/),
    ])
  })

  it('asks a proxy for nothing private', async () => {
    const proxy = await serve((_, response) => response.end())
    const path = join(temporaryFolder(), 'file')
    for (const name of ['http_proxy', 'https_proxy']) vi.stubEnv(name, proxy.address)
    vi.stubEnv('no_proxy', '')
    try {
      for (const host of [
        '10.0.0.1',
        '[64:ff9b::a00:1]',
        '[2002:7f00:1::]',
        'localhost',
        'router',
        'a.internal',
      ])
        await expect(download(`http://${host}/x`, path, { pauseMs: 1 })).rejects.toThrow(
          /only public addresses/,
        )
      expect(proxy.requests).toEqual([])
      // It hangs up when it is asked for a tunnel, which is asking for more than once.
      const asked = download('http://photos.example/x', path, { pauseMs: 1, spanMs: 300 })
      await expect(asked).rejects.toThrow(/photos.example\/x is too slow: 0 bytes/)
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('says that nobody answers', async () => {
    const path = join(temporaryFolder(), 'file')
    await expect(download('http://127.0.0.1:1/', path, local)).rejects.toThrow(/Cannot fetch .*ECONNREFUSED/)
  })

  it('tries again when a server is busy for a moment', async () => {
    const statuses = [503, 429, 500]
    const { address } = await serve((request, response) => {
      const status = statuses.shift()
      if (status === undefined) cutting([])(request, response)
      else response.writeHead(status).end()
    })
    expect(await download(address, join(temporaryFolder(), 'file'), local)).toMatchObject({ sha256 })
  })

  it('stops when asked, in the transfer and in a pause, and goes on later', async () => {
    const path = join(temporaryFolder(), 'file')
    const stop = new AbortController()
    const half: Answer = (_, response) => {
      response
        .writeHead(200, { 'content-length': content.length, etag: '"v1"' })
        .write(content.subarray(0, 300_000))
    }
    const answers = [half]
    const { address, requests } = await serve((request, response) =>
      (answers.shift() ?? cutting([]))(request, response),
    )
    const progress = (event: ProgressEvent) => event.kind === 'advance' && stop.abort()
    await expect(download(address, path, { ...local, progress, signal: stop.signal })).rejects.toMatchObject({
      code: 'interrupted',
    })
    expect(await download(address, path, local)).toMatchObject({ sha256 })
    expect(requests[1].headers.range).toMatch(/bytes=[1-9]/)
    const busy = await serve(send(503, { 'retry-after': '20' }))
    const pause = new AbortController()
    const atPause = (event: ProgressEvent) => event.kind === 'notice' && setTimeout(() => pause.abort(), 10)
    await expect(
      download(busy.address, path, { ...local, progress: atPause, signal: pause.signal }),
    ).rejects.toMatchObject({ code: 'interrupted' })
  })

  it('says that the disk is full', async context => {
    const disk = smallDisk(64 * 1024)
    if (disk === undefined) return context.skip('mounting a small file system is not allowed here')
    const { address } = await serve(cutting([]))
    await expect(download(address, join(disk, 'file'), local)).rejects.toThrow(
      /the disk is full: free some space/,
    )
    expect(readdirSync(disk)).toEqual([])
  })

  it('refuses a second download to the same file, and odd arguments', async () => {
    // Nobody is done before the other is refused.
    let refused = () => {}
    const one = new Promise<void>(resolve => {
      refused = resolve
    })
    const { address } = await serve((_, response) => void one.then(() => response.end('x')))
    const path = join(temporaryFolder(), 'file')
    const asked = [download(address, path, local), download(address, path, local)]
    for (const each of asked) each.catch(refused)
    const both = await Promise.allSettled(asked)
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(one => one.status === 'rejected')?.reason).toMatchObject({
      message: expect.stringMatching(/Another chiquito .* is using/),
    })
    await expect(download('ftp://example.org/x', path)).rejects.toMatchObject({ code: 'usage' })
    await expect(download(address, path, { ...local, sha256: 'abc' })).rejects.toThrow(/sha256 must be/)
  })
})

describe('inspect', () => {
  const headers = (address: string) =>
    inspect(address, answer => answer.header('etag') !== undefined, { ...local, token: 'secret' })

  it('gives the first headers that are enough, without following further', async () => {
    const { address, requests } = await serve((request, response) => {
      if (request.url === '/') return void response.writeHead(307, { location: '/renamed' }).end()
      response.writeHead(302, { location: 'http://127.0.0.1:1/', etag: '"v1"' }).end()
    })
    const found = await headers(address)
    expect([found.status, found.header('etag'), found.url.pathname]).toEqual([302, '"v1"', '/renamed'])
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer secret'])
  })

  it('tries again when a server is busy, and says when it says no', async () => {
    const statuses = [503, 429, 200]
    const busy = await serve((_, response) => {
      response.writeHead(statuses.shift() ?? 500, { 'retry-after': '0' }).end()
    })
    expect((await headers(busy.address)).status).toBe(200)
    const closed = await serve(send(401, { 'x-error-code': 'RepoNotFound' }))
    await expect(headers(closed.address)).rejects.toMatchObject({ code: 'io', status: 401 })
  })
})

it.each([
  ['3', 3000],
  ['0', 0],
  ['-1', 0],
  ['Mon, 01 Jan 2018 00:00:00 GMT', 0],
  ['', undefined],
  ['soon', undefined],
])('reads Retry-After: %s', (value, expected) => {
  expect(retryAfterMs(value)).toBe(expected)
})

it('reads a date to come in Retry-After', () => {
  const wait = retryAfterMs(new Date(Date.now() + 100_000).toUTCString()) ?? 0
  expect(wait).toBeGreaterThan(60_000)
  expect(wait).toBeLessThanOrEqual(100_000)
})

/** Cuts its first answer; each answer is of the next version. */
function versions(tags: string[]): Answer {
  const cuts = [100_000]
  return (request, response) => cutting(cuts, { etag: tags.shift() ?? '"last"' })(request, response)
}

/** Cuts its first answer, answers the range wrongly (with a status, or from another position), then well. */
function wrongRange(status: number): Answer {
  const cuts = [100_000]
  let wrong = 1
  return (request, response) => {
    if (request.headers.range === undefined || wrong-- <= 0) return cutting(cuts)(request, response)
    if (status !== 0) return void response.writeHead(status).end()
    response.writeHead(206, {
      etag: '"v1"',
      'content-range': `bytes 7-${content.length - 1}/${content.length}`,
    })
    response.end(content.subarray(7))
  }
}
