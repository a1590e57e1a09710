// Twenty kills at random moments: nothing is fetched twice, no line is lost, and the folder is the same as without.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { RandomStream } from '../src/core/index.js'
import { chiquito } from './support/chiquito.js'
import { answerPhoto, openversePage } from './support/collect/photo-host.js'
import { temporaryFolder } from './support/files.js'
import { serve, type TestServer } from './support/server.js'

const wanted = 100
const kills = 20
/** What the program fetches at a time: as many may be on their way when it is killed. */
const atOnce = 16

interface World {
  readonly server: TestServer
  /** Called at each request. */
  watch: () => void
}

async function world(): Promise<World> {
  const made: { watch: () => void } = { watch: () => undefined }
  const server = await serve((request, response) => {
    made.watch()
    const url = request.url ?? ''
    // Later ones come sooner: nothing arrives in the order of asking.
    const delay = 10 + ((url.length * 7 + url.charCodeAt(url.length - 5) * 13) % 40)
    setTimeout(async () => {
      if (url.startsWith('/v1/images/')) response.end(openversePage(request, addresses))
      else if (url.includes('dead')) response.writeHead(404).end()
      else if (!(await answerPhoto(request, response))) response.writeHead(404).end()
    }, delay)
  })
  const addresses = Array.from({ length: 200 }, (_, i) =>
    i % 9 === 4
      ? `${server.address}/dead/${i}.jpg`
      : `${server.address}/photo/${i % 11 === 5 ? i - 1 : i}.jpg?${i}`,
  )
  return Object.assign(made, { server })
}

/** Addresses that the log says were dealt with, and cursors that were asked for. */
function done(out: string): Set<string> {
  const log = path.join(out, '.collect.jsonl')
  if (!existsSync(log)) return new Set()
  const records = readFileSync(log, 'utf8')
    .split('\n')
    .flatMap(line => {
      try {
        return [JSON.parse(line)]
      } catch {
        return []
      }
    })
  const found: string[] = records.flatMap(({ found = [] }) =>
    found.map((one: { address: string }) => one.address),
  )
  const numbers = records.filter(({ event }) => event === 'arrived' || event === 'refused')
  return new Set(numbers.map(({ number }) => new URL(found[number]).pathname + new URL(found[number]).search))
}

/** The photos, and all lines but when they were fetched and from which port. */
function content(out: string, port: string) {
  const names = readdirSync(out).filter(name => name.endsWith('.jpg'))
  const lines = readFileSync(path.join(out, 'metadata.jsonl'), 'utf8').trimEnd().split('\n')
  return {
    photos: names.map(name => [name, readFileSync(path.join(out, name)).toString('base64')]),
    lines: lines.map(line => ({ ...JSON.parse(line.replaceAll(port, 'PORT')), fetched_at: '' })),
    attribution: readFileSync(path.join(out, 'ATTRIBUTION.md'), 'utf8').replaceAll(port, 'PORT'),
    hidden: readdirSync(out).filter(name => name.startsWith('.')),
  }
}

it('goes on after kills as if nothing had been', async () => {
  const { server, ...quiet } = await world()
  const portOf = ({ address }: TestServer) => new URL(address).port
  const args = (out: string, { address }: TestServer) => [
    'collect',
    'ball',
    '--out',
    out,
    '--limit',
    String(wanted),
    '--source',
    `openverse=${address}`,
    '--json',
  ]
  const whole = path.join(temporaryFolder(), 'ball')
  expect(quiet.watch).toBeTypeOf('function')
  const first = await chiquito(args(whole, server))
  expect(first.status, first.stderr).toBe(0)

  const killed = await world()
  const random = RandomStream.fromSeed(10)
  const out = path.join(temporaryFolder(), 'ball')
  let photoRequests = 0
  let survived = 0
  for (let i = 0; i < kills; i++) {
    const before = done(out)
    const from = killed.server.requests.length
    const after = 1 + random.integer(9)
    const told = await chiquito(args(out, killed.server), {
      started: child => {
        let seen = 0
        killed.watch = () => {
          if (++seen === after) setTimeout(() => child.kill('SIGKILL'), random.integer(30))
        }
      },
    })
    if (told.signal === null) survived++
    const asked = killed.server.requests.slice(from).map(request => request.path)
    expect(asked.filter(one => before.has(one))).toEqual([])
    photoRequests += asked.filter(one => /photo|dead/.test(one)).length
  }
  killed.watch = () => undefined
  const from = killed.server.requests.length
  const before = done(out)
  const last = await chiquito(args(out, killed.server))
  expect(last.status, last.stderr).toBe(0)
  const asked = killed.server.requests.slice(from).map(request => request.path)
  expect(asked.filter(one => before.has(one))).toEqual([])
  photoRequests += asked.filter(one => /photo|dead/.test(one)).length

  expect(survived).toBeLessThan(kills / 2)
  expect(content(out, portOf(killed.server))).toEqual(content(whole, portOf(server)))
  const needed = server.requests.filter(request => /photo|dead/.test(request.path)).length
  expect(photoRequests).toBeLessThanOrEqual(needed + kills * atOnce)
  const pages = (world: TestServer) =>
    world.requests.filter(({ path }) => path.startsWith('/v1/images/')).length
  expect(pages(killed.server)).toBeLessThanOrEqual(pages(server) + kills)
})
