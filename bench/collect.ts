import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { messageOf } from '../src/core/index.js'
import { noisePhotos } from './support/noise-photos.js'
import { Peer } from './support/peer.js'
import { checkoutRoot, chiquito, type Finished, timed } from './support/process.js'
import { treeMb } from './support/process-tree.js'
import { findPython, noPython } from './support/python.js'
import { type BenchOptions, type BenchResult, type BenchRow, row } from './support/result.js'

const name = 'collect'

/** As many photos as the goals are for; `CHIQUITO_BENCH_PHOTOS` sets fewer to try it. */
const allPhotos = 2000

/** A list of addresses fetched into a folder that is not there yet, as a whole process. */
interface Side {
  readonly name: string
  readonly fetch: (list: string, folder: string) => Promise<Finished>
}

interface Other extends Side {
  readonly tool: 'img2dataset' | 'icrawler'
  /** What our time and memory may be of theirs. */
  readonly time?: number
  readonly memory?: number
}

/**
 * The same list of photos, from four hosts on this machine that answer 40 ms late, fetched by each side in turn, whole
 * processes: how long they take and their peak memory. All must end with the same photos.
 */
export async function benchCollect({ json, rounds = 3, only = '' }: BenchOptions): Promise<BenchResult> {
  const { others, notes, skipped } = await othersToAsk(only)
  if (skipped !== undefined) return { name, rows: [], skipped }
  const tell = (text: string) => void (json || process.stderr.write(`${text}\n`))
  const count = Number(process.env.CHIQUITO_BENCH_PHOTOS ?? allPhotos)
  if (!Number.isInteger(count) || count < 1)
    throw new Error('CHIQUITO_BENCH_PHOTOS is not a number of photos')
  const photos = await noisePhotos(count, made => made % 200 === 0 && tell(`${made} photos made`))
  const worker = path.join(checkoutRoot(), 'dist-tools/bench/workers/photo-hosts.js')
  const server = await Peer.start('photo-hosts', process.execPath, [worker, photos], { cwd: checkoutRoot() })
  if ('skipped' in server) return { name, rows: [], skipped: `no server on four hosts: ${server.skipped}` }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  try {
    const hosts = z.object({ ready: z.array(z.string()) }).parse(server.ready).ready
    const list = path.join(folder, 'list.txt')
    const addresses = Array.from({ length: count }, (_, i) => `${hosts[i % hosts.length]}/${i}.jpg`)
    await writeFile(list, `${addresses.join('\n')}\n`)
    const runs = new Runs(list, count, tell)
    const ours = oursFrom(hosts, count)
    for (let round = 0; round < rounds; round++)
      for (const side of [ours, ...others]) await runs.take(side, path.join(folder, 'out'))
    const rows = others.flatMap(other => runs.rows(ours, other))
    return { name, rows, notes, failures: runs.failures }
  } finally {
    server.peer.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function oursFrom(hosts: readonly string[], count: number): Side {
  const allowed = hosts.flatMap(address => ['--allow-host', new URL(address).host])
  return {
    name: 'ours',
    fetch: (list, folder) => {
      const args = [
        'collect',
        '--source',
        `urls=${list}`,
        '--limit',
        String(count),
        '--out',
        folder,
        '--quiet',
      ]
      return chiquito([...args, ...allowed], {}, treeMb)
    },
  }
}

/** What each side took in each round, and whether it brought all photos. */
class Runs {
  readonly failures: string[] = []
  private readonly taken = new Map<string, Finished[]>()

  constructor(
    private readonly list: string,
    private readonly count: number,
    private readonly tell: (text: string) => void,
  ) {}

  async take(side: Side, folder: string): Promise<void> {
    try {
      const finished = await side.fetch(this.list, folder)
      const files = await readdir(folder, { recursive: true })
      const photos = files.filter(file => /\.jpe?g$/i.test(file)).length
      if (photos !== this.count) throw new Error(`${photos} photos of ${this.count} arrived`)
      this.taken.set(side.name, [...(this.taken.get(side.name) ?? []), finished])
      const { seconds, peakMb = Number.NaN } = finished
      this.tell(`${side.name}: ${seconds.toFixed(1)} s, ${peakMb.toFixed(0)} MB`)
    } catch (error) {
      this.failures.push(`${side.name}: ${messageOf(error)}`)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  rows(ours: Side, other: Other): BenchRow[] {
    const [a, b] = [ours, other].map(side => this.taken.get(side.name) ?? [])
    if (a.length === 0 || b.length === 0) return []
    const seconds = (runs: readonly Finished[]) => runs.map(run => run.seconds)
    const memory = (runs: readonly Finished[]) => runs.map(run => run.peakMb ?? Number.NaN)
    return [
      row(`${other.name}: time`, 's', seconds(a), seconds(b), { target: other.time }),
      row(`${other.name}: memory`, 'MB', memory(a), memory(b), { target: other.memory }),
    ]
  }
}

/** The other tools that are there; why others are not stands in the notes. */
async function othersToAsk(only: string) {
  const python = findPython()
  if (python === undefined) return { others: [], notes: [], skipped: noPython }
  const asked = otherSides(python).filter(other => other.name.includes(only))
  const versions = z.record(z.string(), z.string().nullable())
  const { stdout } = await timed(python, [script(), 'versions'])
  const found = versions.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
  const tools = [...new Set(asked.map(({ tool }) => tool))]
  const notes = tools.map(tool =>
    found[tool]
      ? `${tool} ${found[tool]}`
      : `${tool} is left out: ${python} cannot import it (pip install ${tool})`,
  )
  const others = asked.filter(({ tool }) => found[tool])
  return {
    others,
    notes,
    skipped: others.length === 0 ? notes.join('; ') || `no row contains "${only}"` : undefined,
  }
}

function otherSides(python: string): Other[] {
  const run =
    (tool: string, more: readonly string[] = []) =>
    (list: string, folder: string) =>
      timed(python, [script(), tool, list, folder, ...more], {}, treeMb)
  return [
    {
      name: 'img2dataset, 2 processes of 256 threads',
      tool: 'img2dataset',
      fetch: run('img2dataset'),
      time: 1,
      memory: 0.333,
    },
    { name: 'icrawler, 1 thread (its default)', tool: 'icrawler', fetch: run('icrawler', ['1']), time: 0.2 },
    { name: 'icrawler, 4 threads', tool: 'icrawler', fetch: run('icrawler', ['4']) },
  ]
}

function script(): string {
  return path.join(checkoutRoot(), 'bench', 'python', 'collect.py')
}
