import { describe, expect, it, onTestFinished } from 'vitest'
import { Asker, keyOf, Secrets, userAgentFor } from '../../../src/collect/asking/index.js'
import {
  allows,
  type Found,
  type MakeSource,
  type Page,
  type Query,
  type Source,
} from '../../../src/collect/sources/index.js'
import { type FakeSource, type OfferedPhoto, offered } from './fake-source.js'

/** A source, and the test's own server (or list, or folder) of its kind. */
export interface Subject {
  readonly make: MakeSource
  readonly key?: string
  /** Sets up a source of these photos: what stands behind the source's name, and its server where it has one. */
  prepare(
    photos: readonly OfferedPhoto[],
  ): Promise<{ readonly address: string; readonly server?: FakeSource }>
  /** Facts that it knows of a photo, apart from the address. */
  readonly knows: readonly (keyof Found)[]
  /** What photos it can offer, where it cannot offer any: files that must be there. */
  readonly offered?: (count: number) => OfferedPhoto[]
  /** It asks as a browser does, which is slow, and shows only what can be shown. */
  readonly isBrowser?: boolean
  /** Servers of the test's, `host:port`, beside its own. */
  readonly otherHosts?: () => readonly string[]
  /** Answers of another shape than documented, each of which must be told. */
  readonly changed?: readonly (readonly [what: string, change: (answer: unknown) => unknown])[]
}

/** Enough for two pages of every source, and few enough for those who ask without a key. */
const MANY = 230

/** Two pages of a browser. */
const FEW = 40

const anything: Query = {
  words: 'chiquito de la calzada',
  needs: { commercial: false, changes: false },
  wanted: 100,
}

const secretOfAsker = 'a-secret-that-no-one-may-see'

/** What the tests hold on to: a source, and an asker that talks to its server. */
export interface Bench {
  readonly source: Source
  readonly server: FakeSource | undefined
  readonly notices: string[]
  page(query?: Partial<Query>, cursor?: string): Promise<Page>
  /** Another process. */
  again(): Source
}

/** Sets a source up, with photos behind it. */
export async function benchOf(
  subject: Subject,
  photos: readonly OfferedPhoto[],
  signal?: AbortSignal,
): Promise<Bench> {
  const { address, server } = await subject.prepare(photos)
  const notices: string[] = []
  const asker = await Asker.open({
    userAgent: userAgentFor('ana@example.org'),
    allowedHosts: new Set([...(server ? [server.host] : []), ...(subject.otherHosts?.() ?? [])]),
    secrets: new Secrets([subject.key, secretOfAsker]),
    pauseMs: 1,
    signal,
    progress: event => event.kind === 'notice' && notices.push(event.message),
  })
  onTestFinished(() => asker.close())
  const make = () => subject.make({ address, key: subject.key })
  const source = make()
  return {
    source,
    server,
    notices,
    page: (query, cursor) => asker.page(source, { ...anything, ...query }, cursor),
    again: make,
  }
}

/** All photos, page by page. */
export async function readAll(bench: Bench, query: Partial<Query> = {}, cursor?: string): Promise<Found[]> {
  const found: Found[] = []
  for (let pages = 0; pages < 100; pages++) {
    const page = await bench.page(query, cursor)
    found.push(...page.found)
    if (page.next === undefined) return found
    cursor = page.next
  }
  throw new Error('it never ends')
}

/** What every source promises, tried on one. */
export function itIsASource(subject: Subject): void {
  const made = subject.make({})
  const { title } = made
  const photosOf = subject.offered ?? offered
  const hasServer = made.isLocal !== true && made.isList !== true
  const { isBrowser = false } = subject
  const bench = (photos: readonly OfferedPhoto[]) => benchOf(subject, photos)

  describe(`${title}, as a source,`, () => {
    it('says who it is without being asked anything', () => {
      expect(made.name).toMatch(/^[a-z]+$/)
      expect(made.terms ?? 'None.').toMatch(/^[A-Z][^.!?]*\.$/)
      expect(made.paceMs).toBeGreaterThanOrEqual(0)
      expect(() => made.key && keyOf({ ...made, key: { ...made.key, required: true } }, {})).toThrow
    })

    it('gives every photo once, in order, and ends', async () => {
      const photos = photosOf(isBrowser ? FEW : MANY)
      const found = await readAll(await bench(photos))
      expect(found.map(({ address }) => address)).toEqual(photos.map(({ address }) => address))
      for (const [i, photo] of found.entries())
        for (const fact of subject.knows.filter(name => name !== 'licence'))
          expect(photo[fact], `${fact} of photo ${i + 1}`).toBe(photos[i][fact as keyof OfferedPhoto])
    })

    it('goes on from a cursor in another process as if nothing had been', async () => {
      const photos = photosOf(isBrowser ? FEW : MANY)
      const first = await bench(photos)
      let cursor: string | undefined
      let seen = 0
      do {
        const fresh: Bench = { ...first, page: (await bench(photos)).page }
        const page = await first.page({}, cursor)
        seen += page.found.length
        cursor = page.next
        if (cursor === undefined) break
        expect(JSON.parse(JSON.stringify(cursor))).toBe(cursor)
        const rest = await readAll(fresh, {}, cursor)
        expect(rest.map(({ address }) => address)).toEqual(photos.slice(seen).map(({ address }) => address))
      } while (seen < photos.length)
      expect(seen).toBe(photos.length)
    })

    it('has nothing where there is nothing', async () => {
      expect(await (await bench([])).page()).toMatchObject({ found: [], next: undefined })
    })

    it.runIf(subject.knows.includes('licence'))('says what each licence allows', async () => {
      const photos = photosOf(30)
      const found = await readAll(await bench(photos))
      for (const [i, { licence }] of found.entries()) {
        const [code, version] = (photos[i].licence ?? '').split(' ')
        expect(licence, code).toMatchObject({
          commercial: !code.includes('nc'),
          changes: !code.includes('nd'),
          naming: code.startsWith('by'),
        })
        if (code.startsWith('by')) expect(licence).toMatchObject({ code, version })
      }
    })

    it('gives what is needed, and says when it cannot tell', async () => {
      const needs = { commercial: true, changes: true }
      const photos = photosOf(60)
      const made = await bench(photos)
      const notices: string[] = []
      const found: Found[] = []
      let cursor: string | undefined
      do {
        const page = await made.page({ needs }, cursor)
        found.push(...page.found.filter(({ licence }) => allows(licence, needs)))
        if (page.notice) notices.push(page.notice)
        cursor = page.next
      } while (cursor !== undefined)
      const wanted = photos.filter(({ licence = '' }) => !/nc|nd/.test(licence)).map(({ address }) => address)
      if (subject.knows.includes('licence')) expect(found.map(({ address }) => address)).toEqual(wanted)
      else expect([found.length, notices.join()]).toEqual([0, expect.stringMatching(/licence/)])
    })

    it.runIf(hasServer)('takes nothing hostile: titles, creators, addresses', async () => {
      const evil = '<script>alert(1)</script>\u0000\u001b[31m\u202egnp\u2066\u200f\r\nx: y\ud800 '
      const photos = photosOf(12).map((photo, i) => ({
        ...photo,
        title: `${evil}${i}`,
        creator: evil + 'x'.repeat(10_000),
        page: ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd'][i % 3],
        address: [
          photo.address,
          'javascript:alert(1)',
          'file:///etc/passwd',
          'data:image/png;base64,AAAA',
          'https://u:p@example.org/1.jpg',
          `https://example.org/${'x'.repeat(100_000)}`,
          'https://',
        ][i % 7],
      }))
      const { found, notice } = await (await bench(photos)).page()
      expect(found.map(({ address }) => address)).toEqual([photos[0].address, photos[7].address])
      if (!isBrowser) expect(notice).toMatch(/10 photos without/)
      for (const photo of found) {
        expect(photo.page ?? 'https:').toMatch(/^https?:/)
        for (const text of [photo.title ?? '', photo.creator ?? '']) {
          expect(text).not.toMatch(/[\p{Cc}\p{Cs}\u202e\u2066\u200f]/u)
          expect(text.length).toBeLessThanOrEqual(500)
        }
      }
    })

    it.each(subject.changed ?? [])('says what is lacking when the answer has %s', async (_, change) => {
      const made = await bench(photosOf(3))
      if (made.server) made.server.faults.change = change
      const error: unknown = await made.page().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ name: 'ChiquitoError', code: 'data' })
      expect(String(error)).toMatch(
        new RegExp(`${title} answers otherwise than it is documented to \\(.{5,300}\\)`),
      )
    })

    it.runIf(hasServer && !isBrowser)('is not upset by whatever else comes', async () => {
      const made = await bench(photosOf(3))
      const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
      for (const body of [
        '',
        'null',
        '[]',
        '{}',
        '"x"',
        '42',
        deep,
        `{"a":${deep}}`,
        '<html>'.repeat(50_000),
        '\ufeff',
        '\0',
      ]) {
        made.server?.faults.instead.push({ body })
        const outcome: unknown = await made.page().catch((thrown: unknown) => thrown)
        // A results page that shows no photo says just that; everything else is told.
        if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'ChiquitoError', code: 'data' })
        else expect(outcome).toMatchObject({ found: [] })
        made.server?.faults.instead.splice(0)
      }
    })

    it.runIf(hasServer && !isBrowser)(
      'asks again when it is told to, and gives up with a reason',
      async () => {
        const photos = photosOf(5)
        const made = await bench(photos)
        made.server?.faults.instead.push({ status: 429, headers: { 'retry-after': '0' } }, { status: 503 })
        expect((await readAll(made)).length).toBe(5)
        expect(made.notices.length).toBeGreaterThan(0)
        const down = await bench(photos)
        down.server?.faults.instead.push(...Array.from({ length: 40 }, () => ({ status: 503 })))
        await expect(down.page()).rejects.toThrow(/503/)
        const patient = await bench(photos)
        patient.server?.faults.instead.push(
          ...Array.from({ length: 9 }, () => ({ status: 429, headers: { 'retry-after': '86400' } })),
        )
        await expect(patient.page()).rejects.toThrow(/It asks to wait 86400 s/)
      },
    )

    it.runIf(hasServer && !isBrowser)('says who asks, and whom to write to', async () => {
      const made = await bench(photosOf(1))
      await made.page()
      for (const { headers } of made.server?.requests ?? [])
        expect(headers['user-agent']).toMatch(/^chiquito\/\S+ \(https:\/\/\S+; ana@example\.org\)$/)
    })

    it.runIf(hasServer)('keeps secrets, whoever tells them', async () => {
      const key = subject.key ?? secretOfAsker
      const photos = photosOf(2).map(photo => ({ ...photo, title: `${key} ${photo.title}` }))
      const made = await bench(photos)
      const said = [JSON.stringify(await made.page())]
      for (const part of key.split(':')) expect(said.join()).not.toContain(part)
      if (isBrowser) return
      made.server?.faults.instead.push({ status: 500, body: key }, { body: `${key} is no JSON` })
      said.push(JSON.stringify(await made.page().catch((error: Error) => error.message + error.stack)))
      for (const part of [...key.split(':')]) expect([...said, ...made.notices].join()).not.toContain(part)
    })

    it.runIf(hasServer)('stops when it is told to', async () => {
      const stop = new AbortController()
      const made = await benchOf(subject, photosOf(3), stop.signal)
      made.server?.faults.instead.push({ status: 503 })
      stop.abort()
      await expect(made.page()).rejects.toMatchObject({ code: 'interrupted' })
    })
  })
}
