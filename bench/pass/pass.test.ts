// The simulation of passes over many photos, and the page that quotes it.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { benchPass } from '../pass.js'
import { aligned } from '../support/printed.js'
import { checkoutRoot } from '../support/process.js'
import { EventHeap } from './event-heap.js'
import { type Pass, simulate } from './simulate.js'

const quiet: Pass = {
  photos: 256_000,
  photosAJob: 256,
  photoBytes: 200_000,
  workers: 1,
  verdict: 0.02,
  workerJob: 0.01,
  askers: 1,
  places: 128,
  naming: 0.0002,
  askerJob: 0.005,
  isReadTwice: true,
  filesAtOnce: 16,
  storage: { name: 'one that is never at its limit', bytesPerSecond: 1e15, latency: 0 },
  redisJob: 0.0005,
  redisWorker: 0,
  redisServers: 1,
  straggling: { share: 0, times: 1 },
  loss: { hours: Number.POSITIVE_INFINITY, seconds: 0 },
  seed: 1,
}

describe('a simulated pass', () => {
  it('takes what workers take, where they are what there is too little of', () => {
    const one = simulate(quiet)
    expect(one.seconds / (256_000 * 0.02 + 1000 * 0.01)).toBeCloseTo(1, 2)
    expect(one.busy.workers).toBeCloseTo(1, 2)
    const ten = simulate({ ...quiet, workers: 10 })
    expect(one.seconds / ten.seconds).toBeGreaterThan(9.8)
    expect(ten.again).toBe(0)
  })

  it('takes what whoever asks, the storage, Redis or places take, where those are', () => {
    const many = { ...quiet, workers: 1000 }
    const asker = simulate(many)
    expect(asker.seconds / (256_000 * 0.0002 + 1000 * 0.005)).toBeCloseTo(1, 0)
    expect(asker.busy.asker).toBeGreaterThan(0.9)
    const storage = simulate({ ...many, storage: { name: 'slow', bytesPerSecond: 1e8, latency: 0 } })
    expect(storage.seconds / ((2 * 256_000 * 200_000) / 1e8)).toBeCloseTo(1, 1)
    const redis = simulate({ ...many, naming: 0, askerJob: 0, redisJob: 1 })
    expect(redis.seconds / 1000).toBeCloseTo(1, 1)
    expect(() => simulate({ ...many, redisWorker: 0.001 })).toThrow(/cannot hear 1000 workers/)
    // Of 64 workers 8 have a place, and thus a job, at a time.
    const places = simulate({ ...quiet, workers: 64, places: 8 })
    expect(places.busy.workers).toBeLessThan(8 / 64)
    expect(places.held).toBeGreaterThan(0.9)
  })

  it('waits for latency as many times at once as the program reads', () => {
    const late = { ...quiet, storage: { ...quiet.storage, latency: 0.6 } }
    expect(simulate(late).seconds / ((256_000 * 0.6) / 6)).toBeCloseTo(1, 1)
  })

  it('does again what was lost, and all of it in the end; the same seed is the same pass', () => {
    const lossy = { ...quiet, workers: 20, loss: { hours: 0.02, seconds: 30 } }
    const one = simulate(lossy)
    expect(one.again).toBeGreaterThan(20)
    expect(one.seconds).toBeGreaterThan(simulate({ ...quiet, workers: 20 }).seconds)
    expect(simulate(lossy)).toEqual(one)
    expect(simulate({ ...lossy, seed: 2 })).not.toEqual(one)
  })

  it('is held up by a straggler once all places behind it are taken', () => {
    const slow = { ...quiet, workers: 8, straggling: { share: 0.01, times: 50 } }
    expect(simulate({ ...slow, places: 16 }).held).toBeGreaterThan(0.3)
    expect(simulate({ ...slow, places: 1000 }).held).toBe(0)
  })

  it('plays events in the order of their time', () => {
    const heap = new EventHeap<string>()
    for (const [at, what] of [
      [3, 'c'],
      [1, 'a'],
      [2, 'b'],
      [1, 'a, later'],
      [0, 'first'],
    ] as const)
      heap.put(at, what)
    const order = Array.from({ length: 6 }, () => heap.take()?.event)
    expect(order).toEqual(['first', 'a', 'a, later', 'b', 'c', undefined])
  })
})

describe('docs/scale.md', () => {
  it('quotes what "bench pass" prints', async () => {
    const page = readFileSync(path.join(checkoutRoot(), 'docs', 'scale.md'), 'utf8')
    const { tables = [] } = await benchPass()
    expect(tables.length).toBeGreaterThan(3)
    for (const { title, lines } of tables) expect(page).toContain([title, ...aligned(lines)].join('\n'))
  })
})
