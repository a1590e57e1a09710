import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { z } from 'zod'
import { readArchive } from '../src/collect/archives/index.js'
import { tarEnd, tarEntry } from '../test/support/archives.js'
import { checkoutRoot, chiquito, timed } from './support/process.js'
import { type BenchOptions, type BenchResult, type BenchRow, median, row } from './support/result.js'

const name = 'lfw'
const manyRounds = 7
const bigBytes = 200_000_000

/** As many times as long as tar may reading take, and as much memory may the big archive. */
const target = 1.3
const limitMb = 150

/** People to draw of the big archive: the article's number, and so many that their photos are held on disk. */
const draws = [270, 5000]

/**
 * `lfw-mini.tgz`, 270 photos, through `collect lfw` and through `tar -xzf` into memory: reading and drawing alone, and the
 * whole process, which also decodes and hashes every photo. Then the peak memory for 200 MB of the same shape.
 */
export async function benchLfw({ json, rounds = manyRounds, only = '' }: BenchOptions): Promise<BenchResult> {
  const mini = path.join(checkoutRoot(), '..', 'shared', 'datasets', 'lfw-mini.tgz')
  if (!existsSync(mini)) return { name, rows: [], skipped: 'there is no ../shared/datasets/lfw-mini.tgz' }
  // A file system in memory, so that no disk is measured.
  const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  const folder = await mkdtemp(path.join(memory, 'chiquito-bench-'))
  try {
    const rows = 'time'.includes(only) ? await times(mini, folder, rounds, json) : []
    if ('memory'.includes(only)) rows.push(...(await memories(mini, folder, json)))
    return { name, rows }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const readSchema = z.object({ seconds: z.number(), bytes: z.number() })

async function times(mini: string, folder: string, rounds: number, json: boolean): Promise<BenchRow[]> {
  const worker = path.join(checkoutRoot(), 'dist-tools/bench/workers/lfw-read.js')
  const [read, whole, tar, started] = [[], [], [], []] as number[][]
  // The first round fills the disk cache.
  for (let round = -1; round < rounds; round++) {
    const [theirs, ours] = [path.join(folder, 'tar'), path.join(folder, 'ours', 'not')]
    await mkdir(theirs)
    const tarSeconds = (await timed('tar', ['-xzf', mini, '-C', theirs])).seconds
    const { stdout } = await timed(process.execPath, [worker, mini])
    const args = ['collect', 'lfw', '--archive', mini, '--people', '270', '--out', ours, '--quiet']
    const wholeSeconds = (await chiquito(args)).seconds
    const startSeconds = (await chiquito(['--version'])).seconds
    await requireSame(theirs, ours)
    await Promise.all([theirs, ours].map(one => rm(one, { recursive: true })))
    if (round < 0) continue
    tar.push(tarSeconds * 1000)
    read.push(readSchema.parse(JSON.parse(stdout)).seconds * 1000)
    whole.push(wholeSeconds * 1000)
    started.push(startSeconds * 1000)
    if (!json) process.stderr.write(`round ${round + 1} of ${rounds}\n`)
  }
  return [
    row('time to read and draw, in the process (tar: whole process)', 'ms', read, tar, { target }),
    row('time of the whole process, every photo decoded and hashed', 'ms', whole, tar),
    row(
      `time of the whole process without its start (${median(started).toFixed(0)} ms)`,
      'ms',
      whole.map((ms, i) => ms - started[i]),
      tar,
    ),
  ]
}

/** Both sides must have taken out the same photos. */
async function requireSame(theirs: string, ours: string): Promise<void> {
  const photos = async (root: string) =>
    (await readdir(root, { recursive: true, withFileTypes: true }))
      .filter(entry => entry.isFile() && entry.name.endsWith('.jpg'))
      .map(entry => entry.name)
      .sort()
  const [a, b] = await Promise.all([photos(theirs), photos(ours)])
  if (a.join() !== b.join())
    throw new Error(`tar took out ${a.length} photos, collect lfw ${b.length} or others`)
}

async function memories(mini: string, folder: string, json: boolean): Promise<BenchRow[]> {
  const big = path.join(await mkdtemp(path.join(tmpdir(), 'chiquito-bench-big-')), 'lfw-big.tgz')
  try {
    const people = await makeBig(mini, big)
    const rows: BenchRow[] = []
    for (const count of draws) {
      const out = path.join(folder, `big-${count}`)
      const args = ['collect', 'lfw', '--archive', big, '--people', String(count), '--out', out, '--quiet']
      const { peakMb, seconds } = await chiquito(args)
      await rm(out, { recursive: true, force: true })
      if (peakMb === undefined) continue
      if (!json) process.stderr.write(`${count} people: ${peakMb.toFixed(0)} MB, ${seconds.toFixed(1)} s\n`)
      rows.push(
        row(`memory: ${count} of ${people} people, 200 MB`, 'MB', [peakMb], [Number.NaN], { limit: limitMb }),
      )
    }
    return rows
  } finally {
    await rm(path.dirname(big), { recursive: true, force: true })
  }
}

/** An archive of the same photos under many names. @returns how many people are in it */
async function makeBig(mini: string, big: string): Promise<number> {
  const photos: { readonly person: string; readonly content: Buffer }[] = []
  await readArchive(mini, () => ({ name: file }) => {
    const parts: Buffer[] = []
    const person = file.split('/').at(-2) ?? ''
    return {
      write: chunk => void parts.push(Buffer.from(chunk)),
      end: () => void photos.push({ person, content: Buffer.concat(parts) }),
    }
  })
  let people = 0
  function* entries(): Generator<Buffer> {
    for (let copy = 0, bytes = 0; bytes < bigBytes; copy++)
      for (const { person, content } of photos) {
        const called = `${person}_${copy}`
        people++
        bytes += content.length
        yield tarEntry({ name: `lfw/${called}/${called}_0001.jpg`, content })
      }
    yield tarEnd
  }
  await pipeline(
    Readable.from(entries(), { objectMode: false }),
    createGzip({ level: 1 }),
    createWriteStream(big),
  )
  return people
}
