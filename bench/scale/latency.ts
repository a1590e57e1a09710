import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { openEngine } from '../../src/actions/open-engine.js'
import type { Job } from '../../src/jobs/index.js'
import { filesBelow } from '../support/files.js'
import { manyPhotos } from '../support/many-photos.js'
import { Peer } from '../support/peer.js'
import { startWorker } from '../support/queue.js'
import { type BenchRow, median } from '../support/result.js'
import { jobKinds, lateJobs } from '../workers/late-jobs.js'
import { allDone, allEnded, type ScaleOptions } from './options.js'

const LATENCY_MS = 30
const PHOTOS = 1000
const PHOTOS_A_JOB = 4
/** For each worker, before the clock starts. */
const WARM = 32

/** Eight workers are to do at least seven times what one does. */
const WORKERS = 8
const LEAST = 7

/** Photos a second of one worker and of eight, where each photo comes 30 ms late. */
export async function behindLatency({
  folder,
  queue,
  rounds,
  isWanted,
  say,
}: ScaleOptions): Promise<BenchRow[]> {
  const what = `photos ${LATENCY_MS} ms away: ${WORKERS} workers beside one`
  if (!isWanted(what)) return []
  const photos = await manyPhotos(PHOTOS, 'small', made => say(`${made} photos are there`))
  const host = await startHost(path.dirname(filesBelow(photos)[0]))
  const rates = { one: [] as number[], eight: [] as number[] }
  try {
    for (let round = 0; round < rounds; round++) {
      const place = { queue, server: host.server, turn: String(round) }
      rates.one.push(await rateOf(path.join(folder, `late-1-${round}`), 1, place))
      rates.eight.push(await rateOf(path.join(folder, `late-${WORKERS}-${round}`), WORKERS, place))
      const told = [rates.one, rates.eight].map(all => (all.at(-1) ?? 0).toFixed(1))
      say(`round ${round + 1} of ${rounds}: ${told.join(' and ')} photos a second`)
    }
  } finally {
    host.close()
  }
  const [ours, theirs] = [median(rates.eight), median(rates.one)]
  return [{ what, ours, theirs, unit: 'photos/s', ratio: ours / theirs, least: LEAST * theirs }]
}

async function startHost(folder: string): Promise<{ readonly server: string; close(): void }> {
  const program = fileURLToPath(new URL('../workers/photo-hosts.js', import.meta.url))
  const started = await Peer.start('photo-hosts', process.execPath, [program, folder, String(LATENCY_MS)], {
    cwd: folder,
  })
  if ('skipped' in started) throw new Error(started.skipped)
  const { peer, ready } = started
  const [server] = z.object({ ready: z.array(z.string()).min(1) }).parse(ready).ready
  return { server, close: () => peer.close() }
}

interface Place {
  readonly queue: string
  readonly server: string
  readonly turn: string
}

/** Photos a second. */
async function rateOf(store: string, count: number, { queue, server, turn }: Place): Promise<number> {
  const place = { queue, store, kinds: lateJobs }
  const workers = await Promise.all(Array.from({ length: count }, () => startWorker(place)))
  const opened = await openEngine({ queue, store, kinds: { table: jobKinds, module: lateJobs } })
  try {
    await allDone(opened.engine.run(jobs(WARM * count, { server, turn: `${turn}, before` })))
    const start = performance.now()
    await allDone(opened.engine.run(jobs(PHOTOS, { server, turn })))
    return (1000 * PHOTOS) / (performance.now() - start)
  } finally {
    await opened.close()
    await allEnded(workers)
  }
}

function* jobs(photos: number, { server, turn }: Omit<Place, 'queue'>): Generator<Job> {
  for (let first = 0; first < photos; first += PHOTOS_A_JOB) {
    const numbers = Array.from({ length: PHOTOS_A_JOB }, (_, i) => (first + i) % PHOTOS)
    yield { kind: 'late', asked: { numbers, turn }, place: { server } }
  }
}
