import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { featureHelp } from '../../src/actions/jobs/feature-help.js'
import { jobKindsModule } from '../../src/actions/jobs/kinds.js'
import { type OpenEngine, openEngine } from '../../src/actions/open-engine.js'
import { type Backbone, loadBackbone } from '../../src/backbones/index.js'
import { headSpec, type MissingViews } from '../../src/train/index.js'
import { filesBelow } from '../support/files.js'
import { manyPhotos } from '../support/many-photos.js'
import { startWorker } from '../support/queue.js'
import { type BenchRow, row } from '../support/result.js'
import { allEnded, type ScaleOptions } from './options.js'

const BACKBONE = 'efficientnet-lite0'
const RULE = { size: 224, resize: 'squash' } as const
const PHOTOS = 1000
/** Of them, looked at before the clock starts: networks are opened, and code is compiled. */
const WARM = 72

/** Two workers may take a tenth more time than two threads. */
const TARGET = 1.1

/** How two workers are had, and the row's name. */
const ways = [
  { what: 'features: two workers beside two threads', workers: 2, atOnce: 1 },
  { what: 'features: a worker, two at once, beside two threads', workers: 1, atOnce: 2 },
] as const

/** The same features of the same photos by two workers, through the server, and by two threads of this process, in turn. */
export async function besideThreads(options: ScaleOptions): Promise<BenchRow[]> {
  const wanted = ways.filter(({ what }) => options.isWanted(what))
  if (wanted.length === 0) return []
  const root = await manyPhotos(PHOTOS, 'small', made => options.say(`${made} photos are there`))
  const photos = await Promise.all(filesBelow(root).map(file => photoOf(root, file)))
  const looking: Looking = { backbone: await loadBackbone(BACKBONE), root, photos }
  const times = { threads: [] as number[], ways: wanted.map(() => [] as number[]) }
  for (let round = 0; round < options.rounds; round++) {
    times.threads.push(await byThreads(path.join(options.folder, `threads-${round}`), looking))
    for (const [i, { workers, atOnce }] of wanted.entries()) {
      const store = path.join(options.folder, `workers-${i}-${round}`)
      times.ways[i].push(await byWorkers(store, options.queue, { workers, atOnce }, looking))
    }
    const rates = [times.threads, ...times.ways].map(all => `${(all[round] ?? 0).toFixed(2)} ms`)
    options.say(
      `round ${round + 1} of ${options.rounds}: a photo by threads, by workers: ${rates.join(', ')}`,
    )
  }
  return wanted.map(({ what }, i) =>
    row(what, 'ms a photo', times.ways[i], times.threads, { target: TARGET }),
  )
}

interface Looking {
  readonly backbone: Backbone
  readonly root: string
  readonly photos: readonly MissingViews[]
}

async function byThreads(store: string, looking: Looking): Promise<number> {
  const opened = await openEngine({ store, threads: 2 })
  try {
    return await timeOf(opened, looking)
  } finally {
    await opened.close()
  }
}

async function byWorkers(
  store: string,
  queue: string,
  { workers, atOnce }: { readonly workers: number; readonly atOnce: number },
  looking: Looking,
): Promise<number> {
  const place = { queue, store, kinds: jobKindsModule, atOnce }
  const all = await Promise.all(Array.from({ length: workers }, () => startWorker(place)))
  const opened = await openEngine({ queue, store })
  try {
    return await timeOf(opened, looking)
  } finally {
    await opened.close()
    await allEnded(all)
  }
}

/** Milliseconds a photo. */
async function timeOf(opened: OpenEngine, { backbone, root, photos }: Looking): Promise<number> {
  const help = featureHelp({ ...opened, backbone: BACKBONE })
  let kept = 0
  const look = (missing: readonly MissingViews[]) =>
    help(
      { backbone, spec: headSpec(backbone), rule: RULE, root, missing, keep: () => void kept++ },
      { task: 'features' },
    )
  await look(photos.slice(0, WARM))
  const rest = photos.slice(WARM)
  const start = performance.now()
  await look(rest)
  const time = (performance.now() - start) / rest.length
  if (kept !== photos.length) throw new Error(`${kept} of ${photos.length} photos have features`)
  return time
}

async function photoOf(root: string, file: string): Promise<MissingViews> {
  const bytes = await readFile(file)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const photo = {
    path: path.relative(root, file),
    sha256,
    label: 0,
    split: 'train',
    bytes: bytes.length,
  } as const
  return { photo, views: [null] }
}
