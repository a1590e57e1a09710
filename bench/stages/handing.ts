import { createHash } from 'node:crypto'
import { mkdir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { Redis } from 'ioredis'
import { queueRelease } from '../../src/actions/queue-release.js'
import { judgeShards, RowsFile, SHARD, Tally } from '../../src/actions/verdicts/index.js'
import type { Shard } from '../../src/actions/verdicts/shard.js'
import { type BlobStore, EngineQueue, FolderStore, queueAddress } from '../../src/jobs/index.js'
import type { Measured } from '../pass/measured.js'
import { treeSeconds } from '../support/process-tree.js'
import { type QueueServer, startWorker } from '../support/queue.js'
import { blankVerdicts, jobKinds } from '../workers/blank-verdicts.js'
import { perItem } from './meter.js'

const JOBS = 400
const WARM = 40
/** Jobs that wait for nobody, and workers that have nothing to do, to see what they take. */
const WAITING = 2000
const IDLE = 8
const IDLE_SECONDS = 10

type Handed = Pick<
  Measured,
  | 'askerJob'
  | 'jobBytes'
  | 'resultBytes'
  | 'storeCalls'
  | 'row'
  | 'workerJob'
  | 'redisJob'
  | 'redisMemory'
  | 'redisWorker'
>

/** What a job of 256 photos costs whoever asks, whoever does it, and Redis: all but naming and looking at photos. */
export async function handing(server: QueueServer, folder: string): Promise<Handed> {
  const redis = new Redis(server.address)
  try {
    const waiting = await memoryOf(redis, server.address, path.join(folder, 'waiting'))
    const jobs = await jobsDone(redis, server.address, path.join(folder, 'jobs'))
    const redisWorker = await idleWorkers(redis, server.address, path.join(folder, 'idle'))
    return { ...waiting, ...jobs, redisWorker }
  } finally {
    redis.disconnect()
  }
}

async function jobsDone(
  redis: Redis,
  queue: string,
  folder: string,
): Promise<Omit<Handed, 'jobBytes' | 'redisMemory' | 'redisWorker'>> {
  await mkdir(folder, { recursive: true })
  const place = path.join(folder, 'store')
  const store = new CountedStore(new FolderStore(place))
  const worker = await startWorker({ queue, store: place, kinds: blankVerdicts })
  const engine = await engineAt(queue, store, undefined)
  const tally = new Tally(['coarse', 'fine'])
  const file = path.join(folder, 'rows.jsonl')
  const rows = await RowsFile.open(file, { shard: SHARD, total: SHARD * (JOBS + WARM), tally })
  const run = async (name: string, count: number) => {
    for await (const lines of judgeShards(shards(name, count), question(folder), { engine, store }, {}))
      await rows.append(lines, tally)
    return count
  }
  try {
    await run('before', WARM)
    const before = {
      worker: treeSeconds(worker.process.pid),
      redis: await redisSeconds(redis),
      calls: store.calls,
    }
    const { processor } = await perItem(() => run('measured', JOBS))
    const each = (now: number, then: number) => (1000 * (now - then)) / JOBS
    return {
      askerJob: processor,
      workerJob: each(treeSeconds(worker.process.pid), before.worker),
      redisJob: each(await redisSeconds(redis), before.redis),
      storeCalls: (store.calls - before.calls) / JOBS,
      resultBytes: store.bytesGot / store.gets,
      row: (await stat(file)).size / rows.count,
    }
  } finally {
    await rows.close()
    await engine.close()
    await worker.stop()
  }
}

/** What a job that waits takes in Redis, and in the store. */
async function memoryOf(
  redis: Redis,
  queue: string,
  folder: string,
): Promise<Pick<Measured, 'redisMemory' | 'jobBytes'>> {
  const before = await factOf(redis, 'used_memory')
  const store = new FolderStore(folder)
  const engine = await engineAt(queue, store, WAITING)
  const stop = new AbortController()
  const asking = (async () => {
    const work = { signal: stop.signal }
    for await (const _ of judgeShards(shards('waiting', WAITING), question(folder), { engine, store }, work));
  })().catch(() => undefined)
  const isThere = async () => (await redis.keys('chiquito:jobs-*:wait')).length > 0
  while (!(await isThere()) || (await waitingIn(redis)) < WAITING)
    await new Promise(done => setTimeout(done, 50))
  const redisMemory = ((await factOf(redis, 'used_memory')) - before) / WAITING
  const jobBytes = await meanSize(path.join(folder, 'jobs'))
  stop.abort()
  await asking
  await engine.close()
  return { redisMemory, jobBytes }
}

async function waitingIn(redis: Redis): Promise<number> {
  const names = await redis.keys('chiquito:jobs-*:wait')
  const lengths = await Promise.all(names.map(name => redis.llen(name)))
  return lengths.reduce((sum, length) => sum + length, 0)
}

async function meanSize(folder: string): Promise<number> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(entry =>
    entry.isFile(),
  )
  const sizes = await Promise.all(
    names.map(async ({ parentPath, name }) => (await stat(path.join(parentPath, name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length
}

/** Milliseconds of Redis in each second for a worker that is there and has nothing to do. */
async function idleWorkers(redis: Redis, queue: string, store: string): Promise<number> {
  const quiet = await during(redis)
  const place = { queue, store, kinds: blankVerdicts }
  const workers = await Promise.all(Array.from({ length: IDLE }, () => startWorker(place)))
  try {
    return (1000 * ((await during(redis)) - quiet)) / IDLE_SECONDS / IDLE
  } finally {
    await Promise.all(workers.map(worker => worker.stop()))
  }
}

/** Seconds of the processor that Redis takes meanwhile. */
async function during(redis: Redis): Promise<number> {
  const before = await redisSeconds(redis)
  await new Promise(done => setTimeout(done, 1000 * IDLE_SECONDS))
  return (await redisSeconds(redis)) - before
}

async function redisSeconds(redis: Redis): Promise<number> {
  return (await factOf(redis, 'used_cpu_user')) + (await factOf(redis, 'used_cpu_sys'))
}

async function factOf(redis: Redis, name: string): Promise<number> {
  const found = new RegExp(`^${name}:([\\d.]+)`, 'm').exec(await redis.info())
  if (!found) throw new Error(`Redis does not tell ${name}`)
  return Number(found[1])
}

function engineAt(queue: string, store: BlobStore, places: number | undefined): Promise<EngineQueue> {
  const address = queueAddress(queue, undefined)
  if (!address) throw new Error(`${queue} is no address`)
  return EngineQueue.open({ address, store, kinds: jobKinds, release: queueRelease(), places })
}

function question(folder: string) {
  return { model: 'a'.repeat(64), device: 'cpu', tta: 0, place: { model: 'm.onnx' }, folder } as const
}

/** Shards of photos that are nowhere. */
async function* shards(name: string, count: number): AsyncGenerator<Shard> {
  for (let i = 0; i < count; i++) {
    const photos = Array.from({ length: SHARD }, (_, j) => ({
      path: `/archive/photos/${name}/${String(i).padStart(4, '0')}/${j}.jpg`,
      sha256: createHash('sha256').update(`${name} ${i} ${j}`).digest('hex'),
    }))
    yield { listed: photos.map(photo => ({ path: photo.path })), photos }
  }
}

/** A store that counts what it is asked. */
class CountedStore implements BlobStore {
  calls = 0
  gets = 0
  bytesGot = 0

  constructor(private readonly store: BlobStore) {}

  get address(): string {
    return this.store.address
  }

  get isRemote(): boolean {
    return this.store.isRemote
  }

  reach(): Promise<void> {
    return this.store.reach()
  }

  has(name: string): Promise<boolean> {
    this.calls++
    return this.store.has(name)
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    this.calls++
    const bytes = await this.store.get(name)
    if (bytes === undefined) return undefined
    this.gets++
    this.bytesGot += bytes.length
    return bytes
  }

  put(name: string, bytes: Uint8Array): Promise<void> {
    this.calls++
    return this.store.put(name, bytes)
  }

  remove(name: string): Promise<void> {
    this.calls++
    return this.store.remove(name)
  }

  close(): Promise<void> {
    return this.store.close()
  }
}
