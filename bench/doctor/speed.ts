import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { manyPhotos, type PhotoSize, sizeText } from '../support/many-photos.js'
import { chiquito, type Finished } from '../support/process.js'
import { treeMb } from '../support/process-tree.js'
import { type BenchRow, row } from '../support/result.js'
import { cleaners } from './tools.js'

/** The quick checks of ours that look for what cleanvision looks for; the others, of which it has none, are left out beside it. */
const sameChecks = [
  'exact-copies',
  'near-copies',
  'low-information',
  'few-colours',
  'dark',
  'bright',
  'blurred',
  'too-small',
  'greyscale',
  'odd-aspect',
]

/** What ours may take of cleanvision's time and memory. */
const [timeGoal, memoryGoal] = [1 / 3, 1 / 2]
/** The most memory for a hundred thousand photos, in MB. */
const memoryLimit = 1000
/** What a second run may take of the first. */
const againGoal = 1 / 20

type Tell = (text: string) => void

/** The same checks of `count` photos as cleanvision's, in turn, whole processes from an empty cache. */
export async function besideCleanvision(
  python: string,
  count: number,
  size: PhotoSize,
  rounds: number,
  tell: Tell,
): Promise<BenchRow[]> {
  const photos = await photosOf(count, size, tell)
  const ours: Finished[] = []
  const theirs: Finished[] = []
  for (let round = 0; round < rounds; round++) {
    const { first } = await fromEmptyCache(photos, 1, ['--checks', sameChecks.join(',')])
    ours.push(told('ours', first, tell))
    theirs.push(told('cleanvision', await cleaners(python, ['quick', photos]), tell))
  }
  const seconds = (runs: readonly Finished[]) => runs.map(run => run.seconds)
  const memory = (runs: readonly Finished[]) => runs.map(run => run.peakMb ?? Number.NaN)
  const what = `the same checks of ${thousands(count)} photos of ${sizeText(size)}`
  return [
    row(`${what}: time`, 's', seconds(ours), seconds(theirs), { target: timeGoal }),
    row(`${what}: memory`, 'MB', memory(ours), memory(theirs), { target: memoryGoal }),
  ]
}

/** Quick checks of more and more photos: time beside what n log n allows from the number before, memory, and a second run. */
export async function growth(counts: readonly number[], tell: Tell): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  let before: { readonly count: number; readonly seconds: number } | undefined
  for (const count of counts) {
    const photos = await photosOf(count, 'small', tell)
    const { first, again } = await fromEmptyCache(photos, 2)
    const seconds = told(`ours, ${count}`, first, tell).seconds
    const what = `${thousands(count)} photos`
    if (before !== undefined) {
      const allowed = (before.seconds * work(count)) / work(before.count)
      rows.push(
        row(`${what}: time, beside n log n from ${thousands(before.count)}`, 's', [seconds], [allowed], {
          target: 1,
        }),
      )
    }
    if (again !== undefined) {
      told(`ours, ${count}, again`, again, tell)
      rows.push(
        row(`${what}: second run beside the first`, 's', [again.seconds], [seconds], { target: againGoal }),
      )
    }
    const peak = first.peakMb ?? Number.NaN
    rows.push(row(`${what}: peak memory`, 'MB', [peak], [memoryLimit], { limit: memoryLimit }))
    before = { count, seconds }
  }
  return rows
}

function work(count: number): number {
  return count * Math.log(count)
}

async function photosOf(count: number, size: PhotoSize, tell: Tell): Promise<string> {
  return manyPhotos(count, size, made => made % 10_000 === 0 && tell(`${made} photos made`))
}

/** One run or two after each other, of which the first finds nothing in the cache. */
async function fromEmptyCache(photos: string, runs: 1 | 2, options: readonly string[] = []) {
  const cache = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const run = () =>
    chiquito(
      ['doctor', photos, '--quick', ...options, '--json', '--quiet'],
      { CHIQUITO_CACHE: cache },
      treeMb,
    )
  try {
    const first = await run()
    return { first, again: runs === 2 ? await run() : undefined }
  } finally {
    await rm(cache, { recursive: true, force: true })
  }
}

function told(name: string, finished: Finished, tell: Tell): Finished {
  const { seconds, peakMb = Number.NaN } = finished
  tell(`${name}: ${seconds.toFixed(1)} s, ${peakMb.toFixed(0)} MB`)
  return finished
}

function thousands(count: number): string {
  return count.toLocaleString('en')
}
