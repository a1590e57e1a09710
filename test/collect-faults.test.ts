// Servers that do everything but send the photo: all that was asked for arrives, nothing hangs, nothing private is asked.
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CollectResult } from '../src/actions/collect.js'
import { chiquito, documentOf, type RunOptions } from './support/chiquito.js'
import { answerFaulty, faults } from './support/collect/faults.js'
import { answerPhoto, openversePage } from './support/collect/photo-host.js'
import { temporaryFolder } from './support/files.js'
import { serve } from './support/server.js'

const wanted = 800

/** Listens on every address of this machine, and counts who comes. */
async function listen(): Promise<{ port: number; visits: () => number }> {
  let visits = 0
  const server = createServer(socket => {
    visits++
    socket.destroy()
  })
  await new Promise<void>(listening => server.listen(0, '::', listening))
  onTestFinished(() => void server.close())
  const address = server.address()
  return { port: address !== null && typeof address === 'object' ? address.port : 0, visits: () => visits }
}

it('brings 800 photos past every kind of fault', async () => {
  const trap = await listen()
  const kinds = faults(trap.port)
  const names = Object.keys(kinds)
  let limited = 0
  const server = await serve(async (request, response) => {
    const url = request.url ?? ''
    if (url.startsWith('/v1/images/')) {
      // Every tenth question comes too soon for the server.
      if (++limited % 10 === 3) return void response.writeHead(429, { 'retry-after': '0' }).end()
      return void response.end(openversePage(request, addresses))
    }
    if (await answerFaulty(request, response, kinds)) return
    if (!(await answerPhoto(request, response))) response.writeHead(404).end()
  })
  const bad = names.map((kind, i) => `${server.address}/fault/${kind}/${10_000 + i}.jpg`)
  const addresses = [
    ...Array.from(
      { length: wanted + 40 },
      (_, i) => `${server.address}/photo/${i % 820}.jpg?copy=${i >= 820}`,
    ),
  ]
  // Faults stand between photos; copies, repeated addresses and those that say themselves where they lead, too.
  for (const [i, address] of bad.entries()) addresses.splice(i * 17, 0, address)
  addresses.splice(
    100,
    0,
    ...Array.from({ length: 60 }, (_, i) => `${server.address}/photo/${i}.jpg?copy=true`),
  )
  addresses.splice(300, 0, ...addresses.slice(200, 250))
  addresses.splice(
    50,
    0,
    `http://127.0.0.1:${trap.port}/a.jpg`,
    `http://[::1]:${trap.port}/a.jpg`,
    `http://${hostname()}:${trap.port}/a.jpg`,
    'http://10.0.0.1/a.jpg',
    'http://nowhere.invalid/a.jpg',
    'ftp://example.org/a.jpg',
  )
  const out = path.join(temporaryFolder(), 'ball')
  const args = ['collect', 'ball', '--out', out, '--limit', String(wanted), '--timeout', '3', '--json']
  const told = await chiquito([...args, '--source', `openverse=${server.address}`], {
    env: { OPENVERSE_KEY: 'access-token-of-a-test' },
  })
  expect(told.status, told.stderr).toBe(0)
  expect(told.stdout + told.stderr).not.toContain('access-token')
  const result = documentOf<CollectResult>(told)
  expect(trap.visits()).toBe(0)
  expect(result).toMatchObject({ photos: wanted, isDone: true, failures: [] })
  const photos = readdirSync(out).filter(name => name.endsWith('.jpg'))
  expect(photos).toHaveLength(wanted)
  const counts = Object.fromEntries(result.refused.map(({ reason, count }) => [reason, count]))
  expect(counts).toMatchObject({ gone: 1, denied: 1, small: 1, copy: 60, large: 1 })
  expect(counts.private).toBeGreaterThanOrEqual(13)
  expect(counts.redirect).toBe(2)
  expect(counts['no-photo']).toBeGreaterThanOrEqual(1)
  expect(counts.damaged).toBeGreaterThanOrEqual(1)
  const rows = readFileSync(path.join(out, 'metadata.jsonl'), 'utf8').trimEnd().split('\n')
  expect(rows.map(row => JSON.parse(row).file_name)).toEqual(photos)
  expect(readdirSync(out).filter(name => name.startsWith('.'))).toEqual(['.collect.jsonl'])
})

describe('a host that asks for patience', () => {
  /** Openverse, whose photos' host answers 429 with this Retry-After, so many times. */
  async function limited(after: number, times = Number.POSITIVE_INFINITY) {
    let left = times
    const server = await serve(async (request, response) => {
      const photos = Array.from({ length: 40 }, (_, i) => `${server.address}/photo/${i}.jpg`)
      if (request.url?.startsWith('/v1/images/')) return void response.end(openversePage(request, photos))
      if (request.url?.startsWith('/photo/') && left-- > 0)
        return void response.writeHead(429, { 'retry-after': String(after) }).end()
      if (!(await answerPhoto(request, response))) response.writeHead(404).end()
    })
    const out = path.join(temporaryFolder(), 'ball')
    const words = [
      'collect',
      'ball',
      '--out',
      out,
      '--limit',
      '30',
      '--source',
      `openverse=${server.address}`,
    ]
    return { collect: (options: RunOptions = {}) => chiquito(words, options), out, requests: server.requests }
  }

  it('gets it, and all photos arrive', async () => {
    const { collect, out } = await limited(1, 6)
    const told = await collect()
    expect(told.status, told.stderr).toBe(0)
    expect(readdirSync(out).filter(name => name.endsWith('.jpg'))).toHaveLength(30)
  })

  it('is left where it asks for too much: nothing is lost, and the same command goes on later', async () => {
    const { collect, out, requests } = await limited(3600, 1)
    const told = await collect()
    expect(told.status).toBe(1)
    expect(told.stderr).toMatch(/photos in a row could not be reached; .*It asks to wait 3600 s/)
    // It is not asked again, by whichever photo.
    expect(requests.filter(({ path: asked }) => asked.startsWith('/photo/')).length).toBeLessThanOrEqual(4)
    const again = await collect()
    expect(again.status, again.stderr).toBe(0)
    expect(readdirSync(out).filter(name => name.endsWith('.jpg'))).toHaveLength(30)
  })

  it('does not keep Ctrl-C from stopping the work', async () => {
    const { collect, out } = await limited(60)
    let isTold = false
    const told = await collect({
      watch: (child, stderr) => {
        if (isTold || !/asks for patience: its photos wait for 60 s/.test(stderr)) return
        isTold = child.kill('SIGINT')
      },
    })
    expect(told.status).toBe(130)
    expect(readdirSync(out)).not.toContain('.collect.lock')
  })
})
