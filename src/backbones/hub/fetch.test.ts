import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { hostname } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { startEndless, temporaryFolder, writeTree } from '../../../test/support/files.js'
import { hubCommit, hubHeaders, sendBytes, serveHub, type TestHub } from '../../../test/support/hub.js'
import { serve } from '../../../test/support/server.js'
import type { ProgressEvent } from '../../core/index.js'
import { type FetchOptions, hubFile } from './fetch.js'
import { type HubFile, hubSettings } from './settings.js'

const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) >>> 24)
const wanted: HubFile = { repo: 'owner/net', file: 'model.safetensors' }

beforeAll(() => {
  process.env.no_proxy = '127.0.0.1'
})

/** Fetches with a cache of its own, as a person with these variables. */
function person(hub: Pick<TestHub, 'address'>, env: Record<string, string> = {}, home = temporaryFolder()) {
  const settings = hubSettings({ env: { HF_ENDPOINT: hub.address, ...env }, home })
  const folder = join(settings.cache, 'models--owner--net')
  const fetch = (file: Partial<HubFile> = {}, options: Partial<FetchOptions> = {}) =>
    hubFile({ ...wanted, ...file }, settings, { label: 'net weights', pauseMs: 0, ...options })
  return { settings, folder, fetch, home }
}

describe('a file of the Hub', () => {
  it('is fetched once, into the layout that all tools of the Hub share', async () => {
    const hub = await serveHub(bytes)
    const { folder, fetch } = person(hub)
    const events: ProgressEvent[] = []
    const found = await fetch({}, { progress: event => events.push(event) })
    expect(found).toEqual({
      path: join(folder, 'snapshots', hubCommit, 'model.safetensors'),
      sha256: hub.sha256,
    })
    expect(readFileSync(found.path).equals(bytes)).toBe(true)
    expect(readlinkSync(found.path)).toBe(join('..', '..', 'blobs', hub.sha256))
    expect(readFileSync(join(folder, 'refs', 'main'), 'utf8')).toBe(hubCommit)
    expect(readdirSync(join(folder, 'blobs'))).toEqual([hub.sha256])
    expect(readdirSync(join(folder, '..', '.locks', 'models--owner--net'))).toEqual([])
    expect(events[0]).toEqual({ kind: 'start', task: 'Downloading net weights' })
    expect(hub.requests.map(({ path }) => path)).toEqual([
      '/owner/net/resolve/main/model.safetensors',
      `/owner/net/resolve/${hubCommit}/model.safetensors`,
    ])
    expect(await fetch()).toEqual(found)
    expect(hub.requests).toHaveLength(2)
  })

  it.each<[string, string, Partial<HubFile>]>([
    ['under its name', 'net/weights/model.safetensors', {}],
    ['of a tag', 'model.safetensors', { revision: 'v1.0' }],
    ['of a commit', 'model.safetensors', { revision: hubCommit }],
  ])('is found again %s', async (_, file, more) => {
    const hub = await serveHub(bytes)
    const { folder, fetch } = person(hub)
    const found = await fetch({ file, ...more })
    expect(await fetch({ file, ...more })).toEqual(found)
    expect(hub.content).toHaveLength(1)
    expect(existsSync(join(folder, 'refs'))).toBe(more.revision !== hubCommit)
  })

  it('is the real file where links are not to be had', async () => {
    const hub = await serveHub(bytes)
    const { folder, fetch } = person(hub, { HF_HUB_DISABLE_SYMLINKS: '1' })
    const { path } = await fetch()
    expect(lstatSync(path).isFile()).toBe(true)
    expect(readdirSync(join(folder, 'blobs'))).toEqual([])
    expect(await fetch()).toEqual({ path, sha256: undefined })
  })

  it('is not fetched again for another revision with the same bytes, unless they are damaged', async () => {
    const hub = await serveHub(bytes)
    const { folder, fetch } = person(hub)
    await fetch()
    rmSync(join(folder, 'snapshots'), { recursive: true })
    await fetch({ revision: 'v1.0' })
    expect(hub.content).toHaveLength(1)
    rmSync(join(folder, 'snapshots'), { recursive: true })
    writeFileSync(join(folder, 'blobs', hub.sha256), Buffer.alloc(bytes.length))
    const { path } = await fetch()
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(hub.content).toHaveLength(2)
  })

  it('is taken from a cache that another tool filled, and a reference that is no commit is not followed', async () => {
    const home = writeTree({
      'cache/models--owner--net/refs/main': hubCommit,
      [`cache/models--owner--net/snapshots/${hubCommit}/model.safetensors`]: 'there',
      'cache/models--owner--net/refs/odd': '../../../../elsewhere',
    })
    const offline = person(
      { address: 'http://127.0.0.1:1' },
      { HF_HUB_CACHE: '~/cache', HF_HUB_OFFLINE: '1' },
      home,
    )
    expect(readFileSync((await offline.fetch()).path, 'utf8')).toBe('there')
    await expect(offline.fetch({ revision: 'odd' })).rejects.toThrow(/HF_HUB_OFFLINE forbids/)
    await expect(offline.fetch({ file: 'other' })).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining(`owner/net/other is not in the cache "${join(home, 'cache')}"`),
    })
  })
})

describe('a token', () => {
  it.each([
    ['from the variable', { HF_TOKEN: 'hf_secret\n' }, {}],
    ['from the file that logging in leaves', {}, { '.cache/huggingface/token': 'hf_secret\n' }],
    ['from a file of its own', { HF_TOKEN_PATH: '~/mine' }, { mine: 'hf_secret' }],
  ])('%s goes to the Hub, and not on to the host of the bytes', async (_, env, files) => {
    const hub = await serveHub(bytes)
    await person(hub, env, writeTree(files)).fetch()
    const sent = hub.requests.map(({ headers }) => headers.authorization)
    expect(sent).toEqual(['Bearer hf_secret', 'Bearer hf_secret'])
    expect(hub.content.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('that cannot be one is refused without being shown', async () => {
    const hub = await serveHub(bytes)
    const error = await person(hub, { HF_TOKEN: 'hf_secret\r\nx-evil: 1' }).fetch().catch(String)
    expect(error).toMatch(/HF_TOKEN holds no token/)
    expect(error).not.toContain('secret')
    expect(hub.requests).toEqual([])
  })

  it('is not sent when that is switched off', async () => {
    const hub = await serveHub(bytes)
    const home = writeTree({ '.cache/huggingface/token': 'hf_secret' })
    await person(hub, { HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' }, home).fetch()
    expect(hub.requests[0].headers.authorization).toBeUndefined()
  })
})

describe('a bad line', () => {
  it('is taken up at the byte where it broke, wherever that is', async () => {
    const hub = await serveHub(bytes)
    const { settings, fetch, folder } = person(hub)
    const anywhere = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(anywhere, async positions => {
        rmSync(settings.cache, { recursive: true, force: true })
        hub.content.length = 0
        hub.cuts.splice(0, hub.cuts.length, ...positions)
        const once = () => fetch()
        const { path } = await once().catch(once).catch(once)
        expect(readFileSync(path).equals(bytes)).toBe(true)
        expect(readdirSync(join(folder, 'blobs'))).toEqual([hub.sha256])
        // Nothing is asked for twice: each answer begins where the furthest before it ended.
        const starts = hub.content.map(({ headers }) => Number(/\d+/.exec(headers.range ?? '0')?.[0]))
        const reached = positions.map((_, i) => Math.max(0, ...positions.slice(0, i + 1)))
        expect(starts).toEqual([0, ...reached].slice(0, starts.length))
      }),
      { numRuns: 40 },
    )
  })

  it.each<[string, (request: IncomingMessage, response: ServerResponse, attempt: number) => void]>([
    ['another version comes', (q, s, i) => sendBytes(bytes, q, s, i === 0 ? 100_000 : undefined, `"v${i}"`)],
    [
      'the host knows no ranges',
      (q, s, i) => {
        delete q.headers.range
        sendBytes(bytes, q, s, i === 0 ? 100_000 : undefined)
      },
    ],
    [
      'the host is busy first',
      (q, s, i) => {
        if (i < 3) s.writeHead([429, 500, 503][i], { 'retry-after': '0' }).end()
        else sendBytes(bytes, q, s)
      },
    ],
  ])('gives the right bytes when %s', async (_, answer) => {
    const hub = await serveHub(bytes)
    let attempt = 0
    hub.host = (request, response) => {
      answer(request, response, attempt++)
      return true
    }
    expect(readFileSync((await person(hub).fetch()).path).equals(bytes)).toBe(true)
  })

  it('stops when asked, and goes on later', async () => {
    const hub = await serveHub(bytes)
    hub.cuts.push(200_000)
    const { fetch } = person(hub)
    const stop = new AbortController()
    const progress = (event: ProgressEvent) => event.kind === 'notice' && stop.abort()
    await expect(fetch({}, { progress, signal: stop.signal })).rejects.toMatchObject({ code: 'interrupted' })
    await fetch()
    expect(hub.content.at(-1)?.headers.range).toBe('bytes=200000-')
  })
})

describe('two at once', () => {
  it('fetch a file once', async () => {
    const hub = await serveHub(bytes)
    const { fetch } = person(hub)
    const notices: string[] = []
    const progress = (event: ProgressEvent) => event.kind === 'notice' && notices.push(event.message)
    const [a, b] = await Promise.all([fetch({}, { progress }), fetch({}, { progress })])
    expect(a).toEqual(b)
    expect(hub.content).toHaveLength(1)
    expect(notices).toEqual([expect.stringMatching(/Another chiquito .* is using .* Waiting for it/)])
  })

  it('wait for each other as long as both live, or until stopped', async () => {
    const hub = await serveHub(bytes)
    const { settings, fetch } = person(hub)
    const locks = join(settings.cache, '.locks', 'models--owner--net')
    mkdirSync(locks, { recursive: true })
    const lock = join(locks, `${hub.sha256}.chiquito`)
    const other = await startEndless('holdLock', lock)
    const stop = new AbortController()
    const progress = (event: ProgressEvent) => event.kind === 'notice' && stop.abort()
    await expect(fetch({}, { progress, signal: stop.signal })).rejects.toMatchObject({ code: 'interrupted' })
    const waiting = fetch({}, { progress: event => event.kind === 'notice' && other.kill('SIGKILL') })
    expect(readFileSync((await waiting).path).equals(bytes)).toBe(true)
  })

  it('do not wait for one that is gone', async () => {
    const hub = await serveHub(bytes)
    const { settings, fetch } = person(hub)
    const dead = JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() })
    writeTree({ [`.locks/models--owner--net/${hub.sha256}.chiquito`]: dead }, settings.cache)
    await fetch()
  })
})

describe('what is wrong is said, and leaves no file', () => {
  const failure = async (hub: Pick<TestHub, 'address'>, file: Partial<HubFile> = {}) => {
    const { fetch, folder } = person(hub, { HF_TOKEN: 'hf_secret' })
    const error: unknown = await fetch(file).catch((thrown: unknown) => thrown)
    expect(String(error)).not.toContain('secret')
    expect(existsSync(join(folder, 'snapshots'))).toBe(false)
    const blobs = join(folder, 'blobs')
    expect(existsSync(blobs) ? readdirSync(blobs) : []).toEqual([])
    return error
  }
  /** A Hub that answers so. */
  const answering = async (status: number, headers: Record<string, string>) =>
    failure(await serve((_, response) => response.writeHead(status, headers).end()))

  it.each<[string, number, Record<string, string>, RegExp]>([
    ['private', 401, { 'x-error-code': 'RepoNotFound' }, /\(401 RepoNotFound\): it is not public.*HF_TOKEN/],
    ['under conditions', 403, { 'x-error-code': 'GatedRepo' }, /accept its conditions at http.*owner\/net/],
    ['not there', 404, { 'x-error-code': 'EntryNotFound' }, /\(404 EntryNotFound\): look at http/],
    ['refused with an odd code', 404, { 'x-error-code': 'a b<script>' }, /\(404\): look at/],
    ['busy for long', 429, { 'retry-after': '300' }, /answered 429 .* asks to wait 300 s/],
    ['down', 503, { 'retry-after': '0' }, /answered 503/],
    ['a circle', 302, { location: '/again' }, /redirects more than 10 times/],
    ['a way out of http', 302, { location: 'file:///etc/passwd' }, /unsafe address/],
    ['no Hub', 200, {}, /does not say commit, SHA-256 and size.*HF_ENDPOINT/],
    ['climbing', 200, { ...hubHeaders('a'.repeat(64), 1), 'x-repo-commit': '../..' }, /does not say commit/],
    ['of an odd hash', 200, hubHeaders('../../x', 1), /does not say commit, SHA-256/],
    ['of no size', 200, { ...hubHeaders('a'.repeat(64), 1), 'x-linked-size': 'x' }, /and size/],
    ['a giant', 200, hubHeaders('a'.repeat(64), 2 ** 40), /has 1099511627776 bytes; at most/],
  ])('%s', async (_, status, headers, message) => {
    expect(await answering(status, headers)).toMatchObject({
      name: 'ChiquitoError',
      message: expect.stringMatching(message),
    })
  })

  it('another file than the one known here', async () => {
    const hub = await serveHub(bytes)
    expect(await failure(hub, { sha256: 'b'.repeat(64) })).toMatchObject({
      code: 'data',
      message: expect.stringMatching(/another file than the one known here.*expected bbb/),
    })
  })

  it.each<[string, Uint8Array, RegExp]>([
    ['fewer bytes', bytes.subarray(1), /announces 299999 bytes where 300000 are due/],
    ['more bytes', Buffer.concat([bytes, bytes]), /announces 600000 bytes where 300000 are due/],
    ['other bytes', bytes.map(byte => byte ^ 1), /is not the file it should be: its SHA-256 is/],
  ])('%s than the Hub says', async (_, sent, message) => {
    const hub = await serveHub(bytes)
    hub.host = (request, response) => {
      sendBytes(sent, request, response)
      return true
    }
    expect(await failure(hub)).toMatchObject({ message: expect.stringMatching(message) })
  })

  it('nobody there', async () => {
    expect(await failure({ address: 'http://127.0.0.1:1' })).toMatchObject({
      message: expect.stringMatching(/Cannot fetch .*ECONNREFUSED/),
    })
  })
})
