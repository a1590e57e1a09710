// Who may ask the studio, and for what: over HTTP, as pages elsewhere, other programs and hostile files would.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StateAnswer } from '../src/studio/api/state.js'
import type { UploadAnswer } from '../src/studio/api/upload.js'
import { chiquito, suiteFolder } from './support/chiquito.js'
import { writeTree } from './support/files.js'
import { drawing, drawings } from './support/photos.js'
import { type RunningStudio, startStudio } from './support/studio.js'

interface Raw {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** A request as no browser would send it: the path as it is, any header. */
function raw(
  studio: RunningStudio,
  target: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Raw> {
  const { hostname, port } = new URL(studio.origin)
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path: target, method, headers }, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('the studio’s gate', () => {
  const folder = suiteFolder()
  const dir = path.join(folder, 'work')
  let studio: RunningStudio
  let bearer: Record<string, string>

  beforeAll(async () => {
    writeTree(
      { ...(await drawings('photos/ball', 'ball', 3)), ...(await drawings('photos/wave', 'wave', 3)) },
      dir,
    )
    writeFileSync(path.join(folder, 'secret.png'), await drawing('ball', 77))
    symlinkSync(path.join(folder, 'secret.png'), path.join(dir, 'photos/ball/link.png'))
    studio = await startStudio(dir)
    bearer = { authorization: `Bearer ${studio.token}` }
  })
  afterAll(() => studio.stop())

  const state = '/api/state'
  const kindOf = ({ body }: Raw) => JSON.parse(body).type.replace(/.*:/, '')

  it('listens on this machine alone, and prints a token that is long and new each time', async () => {
    expect(new URL(studio.origin).hostname).toBe('127.0.0.1')
    expect(studio.token).toMatch(/^[\w-]{32}$/)
    const other = await startStudio(path.join(folder, 'other'))
    expect(other.token).not.toBe(studio.token)
    await other.stop()
  })

  it('gives the page to anybody, and nothing else without the token', async () => {
    expect((await raw(studio, '/')).status).toBe(200)
    for (const target of [
      state,
      '/api/events',
      '/api/photos',
      '/api/sizes',
      '/api/thumbs?ids=0123456789abcdef',
      '/photos/0123456789abcdef/thumb',
      '/api/nothing',
    ]) {
      const refused = await raw(studio, target)
      expect([refused.status, kindOf(refused)], target).toEqual([401, 'unauthorized'])
    }
    const wrong = await raw(studio, state, { authorization: 'Bearer wrong-token-wrong-token' })
    expect(wrong.status).toBe(401)
    expect(wrong.body).not.toContain(studio.token)
    expect((await raw(studio, `${state}?token=${studio.token}`)).status).toBe(401)
    expect((await raw(studio, state, bearer)).status).toBe(200)
  })

  it('answers to its own name and origin only', async () => {
    const hosts: Record<string, string>[] = [
      { host: 'evil.example' },
      { host: 'localhost.evil.example:4747' },
    ]
    // What it advises are options that it has.
    const others = /--(?!host\b)\w+/
    for (const headers of hosts) {
      const refused = await raw(studio, state, { ...bearer, ...headers })
      expect(kindOf(refused)).toBe('wrong-host')
      expect(refused.body).not.toMatch(others)
    }
    for (const origin of ['https://evil.example', 'http://127.0.0.1:1', 'null']) {
      const refused = await raw(studio, state, { ...bearer, origin })
      expect(refused.status, origin).toBe(403)
      expect(refused.body).not.toMatch(others)
    }
    const preflight = await raw(
      studio,
      state,
      { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      'OPTIONS',
    )
    expect(preflight.status).toBe(403)
    expect((await raw(studio, state, { ...bearer, origin: studio.origin })).status).toBe(200)
  })

  it('lets the cookie of a session read, from its own page alone, and change nothing', async () => {
    const session = await raw(studio, '/api/session', bearer, 'POST')
    expect(session.status).toBe(204)
    const [given = ''] = session.headers['set-cookie'] ?? []
    expect(given).toMatch(/HttpOnly; SameSite=Strict$/)
    expect(given).not.toContain(studio.token)
    const [cookie] = given.split(';')
    expect((await raw(studio, state, { cookie })).status).toBe(200)
    expect((await raw(studio, state, { cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
    for (const site of ['cross-site', 'same-site'])
      expect((await raw(studio, state, { cookie, 'sec-fetch-site': site })).status, site).toBe(401)
    for (const [method, target] of [
      ['POST', '/api/session'],
      ['POST', '/api/upload?label=ball'],
      ['POST', '/api/undo'],
      ['DELETE', state],
    ])
      expect((await raw(studio, target, { cookie }, method)).status, `${method} ${target}`).toBe(401)
    expect((await raw(studio, '/api/session', {}, 'POST')).status).toBe(401)
    expect((await raw(studio, state, { cookie: `${cookie}0` })).status).toBe(401)
  })

  it('tells many open pages what changes, without a warning', async () => {
    const pages = new AbortController()
    const streams = await Promise.all(
      Array.from({ length: 12 }, () => studio.fetch('/api/events', { signal: pages.signal })),
    )
    expect(streams.map(({ status }) => status)).toEqual(Array(12).fill(200))
    await Promise.all(streams.map(({ body }) => body?.getReader().read()))
    pages.abort()
    expect(studio.stderr()).not.toMatch(/warning/i)
  })

  it('says to browsers what its page may do, and that nobody may frame it', async () => {
    const { headers } = await raw(studio, '/')
    const policy = String(headers['content-security-policy'])
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
    ])
      expect(policy.split('; ')).toContain(part)
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    const again = await raw(studio, '/')
    expect(again.headers['content-security-policy']).not.toBe(policy)
    const answer = await raw(studio, state, bearer)
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  })

  it.each([
    '/assets/../../../package.json',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/assets/%2e%2e/index.html',
    '//etc/passwd',
    '/photos/..%2f..%2f..%2fetc%2fpasswd/full',
    '/samples/..%2f..%2fstudio.json',
    '/api/jobs/..%2f..%2fstudio.json/events',
    '/photos/0123456789abcdef/full',
    '/.chiquito/studio.json',
  ])('gives nothing for %s', async target => {
    const { status, body } = await raw(studio, target, bearer)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(body).not.toMatch(/root:|"chiquito"|chiquito-studio/)
  })

  it('neither lists nor serves what a link leads to outside the folder', async () => {
    const { path: paths, id } = await studio.json<{ path: string[]; id: string[] }>('/api/photos')
    expect(paths).toHaveLength(6)
    expect(paths.join()).not.toContain('link.png')
    const own = await studio.fetch(`/photos/${id[0]}/full`)
    expect(own.status).toBe(200)
    expect(own.headers.get('content-type')).toBe('image/png')
  })

  it('writes nothing through a link, and takes none for a class or a run', async () => {
    const outside = path.join(folder, 'outside')
    writeTree({ 'run/run.json': '{}', 'run/model.onnx': 'model' }, outside)
    symlinkSync(outside, path.join(dir, 'photos/away'))
    mkdirSync(path.join(dir, 'runs'), { recursive: true })
    symlinkSync(path.join(outside, 'run'), path.join(dir, 'runs/away'))
    const sent = await upload('label=away&name=x.png', await drawing('ball', 300))
    expect(await sent.text()).toContain('is a link that leads out of')
    expect(sent.status).toBe(422)
    const made = await studio.fetch('/api/classes', {
      method: 'POST',
      body: JSON.stringify({ label: 'away' }),
      headers: { 'content-type': 'application/json' },
    })
    expect(made.status).toBe(422)
    expect(readdirSync(outside)).toEqual(['run'])
    for (const target of [
      '/api/runs/away',
      '/api/runs/away/model.onnx',
      '/api/runs/away/card',
      '/preview/away/',
    ])
      expect((await raw(studio, target, bearer)).status, target).toBe(404)
    const { classes } = await studio.json<StateAnswer>('/api/state')
    expect(classes.map(({ label }) => label)).toEqual(['ball', 'wave'])
    rmSync(path.join(dir, 'photos/away'))
  })

  const upload = (query: string, body: Uint8Array, headers: Record<string, string> = {}) =>
    studio.fetch(`/api/upload?${query}`, { method: 'POST', body: Buffer.from(body), headers })
  const uploaded = (query: string, body: Uint8Array) =>
    studio.json<UploadAnswer>(`/api/upload?${query}`, { method: 'POST', body: Buffer.from(body) })

  it('keeps what is sent inside the class, under a plain name', async () => {
    const photo = await drawing('ball', 200)
    const names: string[] = []
    for (const [i, name] of [
      '../../../evil.png',
      '..\\..\\evil.png',
      '.hidden.png',
      'con.png',
      'a\u202Egnp.exe',
      '',
    ].entries()) {
      const answer = await uploaded(
        new URLSearchParams({ label: 'ball', name }).toString(),
        await drawing('ball', 201 + i),
      )
      expect(answer.outcome, name).toBe('added')
      if (answer.outcome === 'added') names.push(answer.path)
    }
    for (const name of names) expect(name).toMatch(/^ball\/[^./][^/\\]*\.png$/)
    expect(existsSync(path.join(folder, 'evil.png'))).toBe(false)
    for (const label of ['../x', '..', 'a/b', 'a\\b', '.git', 'train', ' ']) {
      const refused = await upload(new URLSearchParams({ label, name: 'x.png' }).toString(), photo)
      expect(refused.status, label).toBe(422)
    }
    expect(readdirSync(path.join(dir, 'photos')).toSorted()).toEqual(['ball', 'wave'])
    expect(readdirSync(path.join(dir, '.chiquito/incoming'))).toEqual([])
  })

  it('refuses bodies that are too large before they come, and those that are none of what was asked for', async () => {
    const { hostname, port } = new URL(studio.origin)
    const announce = (target: string, size: number) =>
      new Promise<number>((resolve, reject) => {
        const headers = { ...bearer, 'content-length': String(size), 'content-type': 'application/json' }
        const asked = request({ hostname, port, path: target, method: 'POST', headers }, response => {
          response.resume()
          resolve(response.statusCode ?? 0)
          asked.destroy()
        })
        asked.on('error', reject)
        asked.write('x')
      })
    expect(await announce('/api/upload?label=ball', 2 ** 30)).toBe(413)
    expect(await announce('/api/archive', 2 ** 40)).toBe(413)
    expect(await announce('/api/jobs', 2 ** 30)).toBe(413)
    expect((await upload('label=ball', new Uint8Array(8), { 'content-encoding': 'gzip' })).status).toBe(415)
    const text = await studio.fetch('/api/jobs', { method: 'POST', body: '{"kind":"train"}' })
    expect(text.status).toBe(415)
    const unknown = {
      kind: 'collect',
      options: { words: 'x', label: 'x', limit: 5, sources: ['urls=/etc/passwd'] },
    }
    const refused = await studio.fetch('/api/jobs', {
      method: 'POST',
      body: JSON.stringify(unknown),
      headers: { 'content-type': 'application/json' },
    })
    expect(refused.status).toBe(422)
  })

  it('tells what is no photo, and takes none of it', async () => {
    const before = readdirSync(path.join(dir, 'photos/ball')).length
    const script = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    for (const body of [script, Buffer.from('<html><script>alert(1)</script>'), Buffer.alloc(0)]) {
      const answer = await uploaded('label=ball&name=x.png', body)
      expect(answer.outcome).toBe('refused')
    }
    const photo = readFileSync(path.join(dir, 'photos/ball/1.png'))
    const copy = await uploaded('label=wave&name=copy.png', photo)
    expect(copy).toEqual({ outcome: 'copy', of: 'ball/1.png' })
    expect(readdirSync(path.join(dir, 'photos/ball'))).toHaveLength(before)
  })
})

describe('chiquito studio', () => {
  const folder = suiteFolder()

  it('refuses folders that cannot be meant, and a port that is taken', async () => {
    const cases: [string[], RegExp][] = [
      [['/'], /holds more than photos/],
      [[path.join(folder, 'file.txt')], /file/],
      [[folder, '--token', 'short'], /8 to 512 characters/],
    ]
    writeFileSync(path.join(folder, 'file.txt'), 'x')
    for (const [args, message] of cases) {
      const { status, stderr } = await chiquito(['studio', ...args, '--no-open', '--port', '0'])
      expect(stderr).toMatch(message)
      expect(status).not.toBe(0)
    }
    const first = await startStudio(path.join(folder, 'a'))
    const { port } = new URL(first.origin)
    const second = await chiquito(['studio', path.join(folder, 'b'), '--no-open', '--port', port])
    expect(second.stderr).toContain(`Port ${port} of 127.0.0.1 is taken`)
    await first.stop()
  })

  it('works on a data set where it lies, and makes folders for one where there is none', async () => {
    const there = path.join(folder, 'there')
    writeTree({ ...(await drawings('ball', 'ball', 2)), ...(await drawings('wave', 'wave', 2)) }, there)
    const inPlace = await startStudio(there)
    expect(inPlace.started).toMatchObject({ dir: there, isInPlace: true })
    expect(await inPlace.json('/api/state')).toMatchObject({ photos: 4, workspace: { photos: there } })
    const told = await inPlace.stop()
    expect(told.status).toBe(130)
    const split = await chiquito(['split', there, '--out', path.join(folder, 'divided'), '--json'])
    expect(split.status, split.stderr).toBe(0)
    const fresh = path.join(folder, 'fresh')
    mkdirSync(fresh)
    const empty = await startStudio(fresh)
    await empty.post('/api/classes', { label: 'cat' })
    expect(await empty.json('/api/state')).toMatchObject({
      photos: 0,
      classes: [{ label: 'cat', photos: 0 }],
      workspace: { photos: path.join(fresh, 'photos'), isInPlace: false },
    })
    await empty.stop()
    // What was decided stays so.
    writeTree(await drawings('others', 'ball', 2), fresh)
    const again = await startStudio(fresh)
    expect(again.started.isInPlace).toBe(false)
    await again.stop()
  })
})
