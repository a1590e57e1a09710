import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../../test/support/files.js'
import { serve } from '../../../test/support/server.js'
import type { Ask, Page, Source } from '../sources/index.js'
import { HostPace } from './host-pace.js'
import { Asker, keyOf, Secrets, userAgentFor } from './index.js'

const query = { words: 'x', needs: { commercial: false, changes: false }, wanted: 1 }

/** A source that asks one question in its own way. */
function asking(question: (ask: Ask) => Promise<unknown>): Source {
  const page = async (_: unknown, __: unknown, ask: Ask): Promise<Page> => {
    await question(ask)
    return { found: [], next: undefined }
  }
  return { name: 'test', title: 'The test', paceMs: 0, page }
}

async function openAsker(...addresses: string[]): Promise<Asker> {
  const allowedHosts = new Set(addresses.map(address => new URL(address).host))
  const asker = await Asker.open({ allowedHosts, pauseMs: 1 })
  onTestFinished(() => asker.close())
  return asker
}

describe('Asker', () => {
  it('keeps what says who asks from servers that it is sent on to', async () => {
    const other = await serve((_, response) => response.end('{}'))
    const home = await serve((_, response) => response.writeHead(302, { location: other.address }).end())
    const asker = await openAsker(home.address, other.address)
    const headers = { Authorization: 'Bearer secret', referer: 'https://example.org/' }
    await asker.page(
      asking(ask => ask.json(new URL(home.address), headers)),
      query,
      undefined,
    )
    expect(home.requests[0].headers.authorization).toBe('Bearer secret')
    expect(other.requests[0].headers).not.toHaveProperty('authorization')
    expect(other.requests[0].headers.referer).toBe('https://example.org/')
  })

  it('asks no private server that nobody named', async () => {
    const server = await serve((_, response) => response.end('{}'))
    const asker = await openAsker()
    const source = asking(ask => ask.text(new URL(server.address)))
    await expect(asker.page(source, query, undefined)).rejects.toThrow(/only public addresses are fetched/)
    expect(server.requests).toEqual([])
  })

  it('takes no endless answer', async () => {
    const server = await serve((_, response) => {
      const more = () => void response.write(Buffer.alloc(256 * 1024), () => !response.destroyed && more())
      more()
    })
    const asker = await openAsker(server.address)
    await expect(
      asker.page(
        asking(ask => ask.text(new URL(server.address))),
        query,
        undefined,
      ),
    ).rejects.toThrow(/at most 16777216 are fetched/)
  })

  it('names the source that refuses', async () => {
    const server = await serve((_, response) => response.writeHead(403).end())
    const asker = await openAsker(server.address)
    await expect(
      asker.page(
        asking(ask => ask.text(new URL('/a?key=secret', server.address))),
        query,
        undefined,
      ),
    ).rejects.toThrow(`The test refuses: ${server.address}/a answered 403.`)
  })
})

describe('HostPace', () => {
  it('lets questions to one host go one after another, and others at once', async () => {
    const pace = new HostPace()
    const begun = performance.now()
    const turns: { readonly host: string; readonly ms: number }[] = []
    const turn = async (host: string) => {
      await pace.turn(host, 40, undefined)
      turns.push({ host, ms: performance.now() - begun })
    }
    await Promise.all([turn('a'), turn('a'), turn('a'), turn('b')])
    // How late a turn comes is the machine's affair; never is it early.
    expect(turns.map(({ host }) => host)).toEqual(['a', 'b', 'a', 'a'])
    expect(turns[2].ms).toBeGreaterThan(38)
    expect(turns[3].ms).toBeGreaterThan(78)
    pace.rest('b', 100)
    const rested = performance.now()
    await pace.turn('b', 0, undefined)
    expect(performance.now() - rested).toBeGreaterThan(95)
  })

  it('stops waiting when it is told to', async () => {
    const pace = new HostPace()
    pace.rest('a', 3_600_000)
    const stop = new AbortController()
    const waiting = pace.turn('a', 0, stop.signal)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'interrupted' })
  })
})

describe('keys', () => {
  const source = {
    title: 'The test',
    key: { variable: 'TEST_KEY', required: true, from: 'https://example.org' },
  }

  it('come from a variable, or from the file that one names', () => {
    const path = join(temporaryFolder(), 'key')
    writeFileSync(path, ' the-key \n')
    expect(keyOf(source, { TEST_KEY: 'the-key' })).toBe('the-key')
    expect(keyOf(source, { TEST_KEY_FILE: path })).toBe('the-key')
    expect(keyOf({ ...source, key: { ...source.key, required: false } }, {})).toBeUndefined()
    expect(keyOf({ title: 'x' }, { TEST_KEY: 'the-key' })).toBeUndefined()
  })

  it('are missed with where to get one, and where to put it', () => {
    expect(() => keyOf(source, { TEST_KEY: ' ' })).toThrow(
      'The test gives photos only to those who have a key (https://example.org). Put it into the variable TEST_KEY, or ' +
        'into a file that TEST_KEY_FILE names.',
    )
    expect(() => keyOf(source, { TEST_KEY_FILE: '/no/such/file' })).toThrow(/there is no such file/)
    const empty = join(temporaryFolder(), 'key')
    writeFileSync(empty, '\n')
    expect(() => keyOf(source, { TEST_KEY_FILE: empty })).toThrow(/is empty: expected the key/)
    for (const key of ['two words', 'a\u001bb', 'x'.repeat(5000)]) {
      const wrong = () => keyOf(source, { TEST_KEY: key })
      expect(wrong).toThrow(/a key is one word/)
      expect(wrong).not.toThrow(key.slice(0, 9))
    }
  })

  it('are hidden, whole, in parts and as written in addresses', () => {
    const secrets = new Secrets(['name-of-one:p@ss/word', undefined])
    expect(secrets.hide('a name-of-one:p@ss/word, p%40ss%2Fword, p@ss/word b')).not.toMatch(
      /name-of|p@ss|p%40/,
    )
    const error = new Error('bad p@ss/word', { cause: new Error('p@ss/word') })
    secrets.hideError(error)
    expect(error.message + error.stack + String(error.cause)).not.toContain('p@ss')
  })
})

describe('the User-Agent', () => {
  it('says program, version and whom to write to', () => {
    expect(userAgentFor(undefined)).toMatch(/^chiquito\/[\d.]+ \(https:\S+\)$/)
    expect(userAgentFor(' ana@example.org ')).toMatch(/; ana@example\.org\)$/)
    expect(userAgentFor('https://example.org/~ana')).toMatch(/; https:\/\/example\.org\/~ana\)$/)
    for (const contact of [
      '',
      'ana',
      'a@b',
      'ana@example.org)\r\nX: y',
      'ana@example.org (x)',
      'añá@example.org',
    ])
      expect(() => userAgentFor(contact), contact).toThrow(/must be your mail address/)
  })
})
