import { createHash } from 'node:crypto'
import path from 'node:path'
import { openEngine } from '../../src/actions/open-engine.js'
import type { Job } from '../../src/jobs/index.js'
import { startWorker } from '../support/queue.js'
import { type BenchRow, row } from '../support/result.js'
import { emptyJobs, jobKinds } from '../workers/empty-jobs.js'
import { allDone, type ScaleOptions } from './options.js'

const JOBS = 2000

/** Milliseconds that handing out a job may cost. */
const LIMIT_MS = 3

/** What a job costs that has nothing to do. */
export async function handingOut({ folder, queue, rounds, isWanted }: ScaleOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const atOnce of [1, 2, 4]) {
    const what = `handing out a job, one worker, ${atOnce} at once`
    if (!isWanted(what)) continue
    const times: number[] = []
    for (let i = 0; i < rounds; i++)
      times.push(await handedOut(path.join(folder, `empty-${atOnce}-${i}`), queue, atOnce))
    rows.push(row(what, 'ms', times, [LIMIT_MS], { limit: LIMIT_MS }))
  }
  return rows
}

/** Milliseconds a job, of many that have nothing to do. */
async function handedOut(store: string, queue: string, atOnce: number): Promise<number> {
  const worker = await startWorker({ queue, store, kinds: emptyJobs, atOnce })
  const opened = await openEngine({ queue, store, kinds: { table: jobKinds, module: emptyJobs } })
  try {
    // Once without the clock: processes that do jobs are started, and code is compiled.
    await allDone(opened.engine.run(jobs(100, 'before')))
    const start = performance.now()
    await allDone(opened.engine.run(jobs(JOBS, 'measured')))
    return (performance.now() - start) / JOBS
  } finally {
    await opened.close()
    await worker.stop()
  }
}

function* jobs(count: number, name: string): Generator<Job> {
  for (let i = 0; i < count; i++) {
    const sha256 = createHash('sha256').update(`${name} ${i}`).digest('hex')
    yield { kind: 'empty', asked: { sha256 }, place: null }
  }
}
