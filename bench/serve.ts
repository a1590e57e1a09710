import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Load, load, percentile } from './serve/load.js'
import { type BenchServer, chiquitoServer, pythonServer, startServer } from './serve/servers.js'
import { filesBelow } from './support/files.js'
import { articlePhotos, chiquito, noArticlePhotos } from './support/process.js'
import { findPython, noPython } from './support/python.js'
import { type BenchOptions, type BenchResult, type BenchRow, median, row } from './support/result.js'

const name = 'serve'
const concurrency = 16
const manyRounds = 5
/** Of one turn of one server. */
const seconds = 8
/** Of a turn that only finds out which settings are best. */
const trySeconds = 4
/** Requests of the row on memory, unless CHIQUITO_BENCH_REQUESTS says otherwise. */
const manyRequests = 100_000

const peers = [
  { title: 'FastAPI', script: 'serve_fastapi.py', settings: ['loop', 'pool', 'batch'] },
  { title: 'LitServe', script: 'serve_litserve.py', settings: ['1', '4'] },
] as const

/** A model behind HTTP, beside servers in Python that do the same with the same file. They take turns. */
export async function benchServe({
  json,
  only = '',
  rounds = manyRounds,
}: BenchOptions): Promise<BenchResult> {
  const python = findPython()
  const photos = articlePhotos()
  if (photos === undefined) return { name, rows: [], skipped: noArticlePhotos }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const notes: string[] = []
  const failures: string[] = []
  const say = (text: string) => (json ? undefined : process.stderr.write(`${text}\n`))
  try {
    const model = process.env.CHIQUITO_BENCH_MODEL ?? (await trained(photos, folder))
    const jpegs = await jpegsOf(photos)
    const rows: BenchRow[] = []
    for (const peer of peers.filter(({ title }) => title.includes(only))) {
      if (python === undefined) {
        notes.push(noPython)
        break
      }
      const found = await beside(peer, { model, python, jpegs, rounds, say })
      if ('skipped' in found) notes.push(found.skipped)
      else {
        rows.push(...found.rows)
        notes.push(...found.notes)
        failures.push(...found.failures)
      }
    }
    if ('memory'.includes(only)) rows.push(...(await flatMemory(model, jpegs, say)))
    return { name, rows, notes, failures }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Setting {
  readonly model: string
  readonly python: string
  readonly jpegs: readonly Buffer[]
  readonly rounds: number
  readonly say: (text: string) => void
}

type Peer = (typeof peers)[number]

type Compared =
  | { readonly rows: BenchRow[]; readonly notes: string[]; readonly failures: string[] }
  | { readonly skipped: string }

async function beside(peer: Peer, setting: Setting): Promise<Compared> {
  const { model, jpegs, rounds, say } = setting
  const best = await bestOf(peer, setting)
  if ('skipped' in best) return best
  const ours = await startServer(chiquitoServer(model), jpegs[0])
  if ('skipped' in ours) throw new Error(ours.skipped)
  const theirs = best.server
  try {
    const sides = { ours: tallyOf(ours), theirs: tallyOf(theirs) }
    for (let round = -1; round < rounds; round++)
      for (const side of [sides.ours, sides.theirs]) {
        const turn = await side.turn(jpegs, seconds)
        // The first round warms both up.
        if (round >= 0) side.keep(turn)
        if (round >= 0)
          say(`${side.server.name}: round ${round + 1} of ${rounds}: ${turn.load.rate.toFixed(1)} a second`)
      }
    const { title } = peer
    const a = sides.ours
    const b = sides.theirs
    return {
      rows: [
        { ...row(`${title}: photos a second`, '1/s', a.rates, b.rates), least: 1.1 * median(b.rates) },
        row(`${title}: p99 of a request`, 'ms', a.p99s, b.p99s, { target: 0.6 }),
        row(`${title}: memory under load`, 'MB', a.memories, b.memories, { target: 0.5 }),
        row(`${title}: processor time a photo`, 'ms', a.costs, b.costs),
      ],
      notes: [`${title} at its best of ${best.tried.join(', ')} photos a second`],
      failures: a.failures.concat(b.failures),
    }
  } finally {
    await ours.stop()
    await theirs.stop()
  }
}

/** The same server in its different settings; the fastest goes on. */
async function bestOf(
  { script, settings }: Peer,
  { model, python, jpegs, say }: Setting,
): Promise<{ readonly server: BenchServer; readonly tried: string[] } | { readonly skipped: string }> {
  const tried: string[] = []
  let best: { readonly rate: number; readonly setting: string } | undefined
  let skipped = ''
  for (const setting of settings) {
    const server = await startServer(pythonServer(python, script, model, setting), jpegs[0])
    if ('skipped' in server) {
      skipped = server.skipped
      continue
    }
    const tally = tallyOf(server)
    await tally.turn(jpegs, trySeconds / 2)
    const { load } = await tally.turn(jpegs, trySeconds)
    await server.stop()
    tried.push(`${setting}: ${load.rate.toFixed(0)}`)
    say(`${server.name}: ${load.rate.toFixed(1)} a second`)
    if (best === undefined || load.rate > best.rate) best = { rate: load.rate, setting }
  }
  if (best === undefined) return { skipped }
  const server = await startServer(pythonServer(python, script, model, best.setting), jpegs[0])
  return 'skipped' in server ? server : { server, tried }
}

interface Turn {
  readonly load: Load
  readonly memory: number
  /** Processor time a photo, in ms. */
  readonly cost: number
}

/** What turns of one server came to. */
function tallyOf(server: BenchServer) {
  const rates: number[] = []
  const p99s: number[] = []
  const memories: number[] = []
  const costs: number[] = []
  const failures: string[] = []
  return {
    server,
    rates,
    p99s,
    memories,
    costs,
    failures,
    async turn(jpegs: readonly Buffer[], length: number): Promise<Turn> {
      let memory = 0
      const watch = setInterval(() => {
        memory = Math.max(memory, server.memory())
      }, 500)
      const before = server.busy()
      const requests = jpegs.map(server.sent)
      const found = await load({ address: server.address, requests, concurrency, until: { seconds: length } })
      clearInterval(watch)
      return { load: found, memory, cost: ((server.busy() - before) * 1000) / found.latencies.length }
    },
    keep({ load, memory, cost }: Turn): void {
      rates.push(load.rate)
      p99s.push(percentile(load.latencies, 0.99))
      memories.push(memory)
      costs.push(cost)
    },
  }
}

/** Memory after many requests, beside what it was after a tenth of them. */
async function flatMemory(
  model: string,
  jpegs: readonly Buffer[],
  say: (text: string) => void,
): Promise<BenchRow[]> {
  const count = Number(process.env.CHIQUITO_BENCH_REQUESTS ?? manyRequests)
  // Memory is asked about, not time: a machine that stands still for a while is no reason to begin anew.
  const server = await startServer(chiquitoServer(model, ['--time-limit', '1h']), jpegs[0])
  if ('skipped' in server) throw new Error(server.skipped)
  try {
    const requests = jpegs.map(server.sent)
    const parts: number[] = []
    for (let part = 1; part <= 10; part++) {
      await load({ address: server.address, requests, concurrency, until: { count: count / 10 } })
      parts.push(server.memory())
      say(`memory after ${(count / 10) * part} requests: ${parts.at(-1)?.toFixed(0)} MB`)
    }
    return [
      row(`memory after ${count} requests, and after a tenth of them`, 'MB', [parts[9]], [parts[0]], {
        target: 1.1,
      }),
    ]
  } finally {
    await server.stop()
  }
}

async function trained(photos: string, folder: string): Promise<string> {
  const run = path.join(folder, 'article')
  await chiquito(['train', photos, '--out', run, '--fine-tune', 'never', '--quiet'])
  return path.join(run, 'model.onnx')
}

async function jpegsOf(photos: string): Promise<Buffer[]> {
  const files = await Promise.all(filesBelow(photos).map(file => readFile(file)))
  return files.filter(bytes => bytes[0] === 0xff && bytes[1] === 0xd8)
}
