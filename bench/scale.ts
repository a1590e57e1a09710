import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openEngine } from '../src/actions/open-engine.js'
import type { Job } from '../src/jobs/index.js'
import { type BenchOptions, type BenchResult, type BenchRow, row } from './support/result.js'
import { emptyJobs, jobKinds } from './workers/empty-jobs.js'

const JOBS = 2000

/** Milliseconds that handing out a job may cost. */
const LIMIT_MS = 3

/** What it costs to have work done by others, through a server of its own. */
export async function benchScale({ only, rounds = 3 }: BenchOptions): Promise<BenchResult> {
  const name = 'scale'
  const server = ['redis-server', 'valkey-server'].find(one => spawnSync(one, ['--version']).status === 0)
  if (server === undefined)
    return {
      name,
      rows: [],
      skipped: 'neither redis-server nor valkey-server is there: apt-get install redis-server',
    }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-scale-'))
  const port = await freePort()
  const redis = spawn(
    server,
    ['--port', String(port), '--dir', folder, '--save', '', '--bind', '127.0.0.1'],
    {
      stdio: 'ignore',
    },
  )
  const rows: BenchRow[] = []
  try {
    for (const atOnce of [1, 2, 4]) {
      const what = `handing out a job, one worker, ${atOnce} at once`
      if (only !== undefined && !what.includes(only)) continue
      const times: number[] = []
      for (let i = 0; i < rounds; i++)
        times.push(await handedOut(path.join(folder, `${atOnce}-${i}`), `redis://127.0.0.1:${port}`, atOnce))
      rows.push(row(what, 'ms', times, [LIMIT_MS], { limit: LIMIT_MS }))
    }
  } finally {
    await ended(redis)
    await rm(folder, { recursive: true, force: true })
  }
  return { name, rows }
}

/** Milliseconds a job, of many that have nothing to do. */
async function handedOut(store: string, queue: string, atOnce: number): Promise<number> {
  const program = fileURLToPath(new URL('./workers/queue-worker.js', import.meta.url))
  const words = ['worker', '--json', '--queue', queue, '--store', store, '--at-once', String(atOnce)]
  const worker = spawn(process.execPath, [program, emptyJobs.href, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: worker.stdout })
  await once(lines, 'line')
  const opened = await openEngine({ queue, store, kinds: { table: jobKinds, module: emptyJobs } })
  try {
    // Once without the clock: processes that do jobs are started, and code is compiled.
    await all(opened.engine.run(jobs(100, 'before')))
    const start = performance.now()
    await all(opened.engine.run(jobs(JOBS, 'measured')))
    return (performance.now() - start) / JOBS
  } finally {
    await opened.close()
    await ended(worker)
  }
}

function* jobs(count: number, name: string): Generator<Job> {
  for (let i = 0; i < count; i++) {
    const sha256 = createHash('sha256').update(`${name} ${i}`).digest('hex')
    yield { kind: 'empty', asked: { sha256 }, place: null }
  }
}

async function all(outcomes: AsyncIterable<{ readonly failure?: { readonly message: string } | undefined }>) {
  for await (const { failure } of outcomes) if (failure) throw new Error(failure.message)
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('no port is free')
  return address.port
}
