import { PhotoReader } from '../src/images/index.js'
import { filesBelow } from './support/files.js'
import { articlePhotos, noArticlePhotos } from './support/process.js'
import { startPython } from './support/python.js'
import { type BenchOptions, type BenchResult, row } from './support/result.js'

const name = 'decode'
const size = 224
const workers = 2
const manyRounds = 9
/** Mean bytes of the two sides' views may differ so much: other filters, and PIL drops transparency. */
const tolerance = 6

export interface DecodeBenchOptions extends BenchOptions {
  /** A folder of photos; the article's by default. */
  readonly photos?: string | undefined
}

/**
 * Photo files a second to 224 x 224 bytes, short side scaled and centre cropped, both on two cores: our reader with
 * two threads against PIL in two processes. Both read the files from disk, over and over, so from its cache.
 */
export async function benchDecode({
  json,
  rounds = manyRounds,
  photos = articlePhotos(),
}: DecodeBenchOptions): Promise<BenchResult> {
  if (photos === undefined) return { name, rows: [], skipped: noArticlePhotos }
  const started = await startPython('decode.py', [photos, String(size), String(workers)])
  if ('skipped' in started) return { name, rows: [], skipped: started.skipped }
  const { peer } = started
  const reader = new PhotoReader({ workers })
  try {
    const files = filesBelow(photos)
    const rates = { ours: [] as number[], theirs: [] as number[] }
    for (let round = -2; round < rounds; round++) {
      const theirs = answered(await peer.ask({ run: true }))
      const begin = performance.now()
      const means = await Promise.all(files.map(file => meanOf(reader, file)))
      const seconds = (performance.now() - begin) / 1000
      checkAgreement(means, theirs.means)
      // The first rounds warm both sides up.
      if (round < 0) continue
      rates.ours.push(files.length / seconds)
      rates.theirs.push(files.length / theirs.seconds)
      if (!json) process.stderr.write(`round ${round + 1} of ${rounds}\n`)
    }
    const what = `decode, resize, crop ${files.length} photos to ${size}, ${workers} threads (PIL: processes)`
    return { name, rows: [row(what, 'photos/s', rates.ours, rates.theirs)] }
  } finally {
    await reader.close()
    peer.close()
  }
}

async function meanOf(reader: PhotoReader, file: string): Promise<number> {
  const rule = { size, resize: 'crop' } as const
  const [view] = await reader.views(file, { name: file, rule, draws: [null] })
  let total = 0
  let count = 0
  for (let y = 0; y < size; y += 8)
    for (let x = 0; x < size; x += 8)
      for (let c = 0; c < 3; c++, count++) total += view[(y * size + x) * 3 + c]
  return total / count
}

function answered(answer: unknown): { seconds: number; means: unknown[] } {
  if (typeof answer === 'object' && answer !== null && 'seconds' in answer && 'means' in answer)
    if (typeof answer.seconds === 'number' && Array.isArray(answer.means))
      return { seconds: answer.seconds, means: answer.means }
  throw new Error('bench/python/decode.py gave no seconds and means')
}

/** Both sides must have looked at the same pictures; a few may differ, in what lies under transparency. */
function checkAgreement(ours: readonly number[], theirs: readonly unknown[]): void {
  const far = ours.filter((mean, i) => !(Math.abs(mean - Number(theirs[i])) < tolerance))
  if (ours.length !== theirs.length || far.length > ours.length / 20)
    throw new Error(`${far.length} of ${ours.length} views differ from PIL's ${theirs.length}`)
}
