import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { z } from 'zod'
import { articlePhotos, checkoutRoot, chiquito, noArticlePhotos, timed } from './support/process.js'
import { type BenchOptions, type BenchResult, type BenchRow, row } from './support/result.js'

const name = 'memory'
const times = 10

/** Heads on a frozen trunk, then all layers. */
const trainings = [
  ['--recipe', 'auto', '--fine-tune', 'never'],
  // One epoch takes as much memory as many.
  ['--recipe', 'auto', '--fine-tune', 'always', '--epochs', '1'],
  ['--recipe', 'fastai-2018'],
] as const

/**
 * Peak memory of training on the article's photos, and on ten times as many: the same files under other names. Ten times
 * the photos take ten times as long: up to half an hour each where all layers learn.
 */
export async function benchMemory({ json, only = '' }: BenchOptions): Promise<BenchResult> {
  const photos = articlePhotos()
  if (photos === undefined) return { name, rows: [], skipped: noArticlePhotos }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const env = { CHIQUITO_CACHE: path.join(folder, 'cache') }
  try {
    const rows = [...('large photos'.includes(only) ? [await largePhotos(folder)] : [])]
    if (trainings.every(args => !trainingName(args).includes(only))) return { name, rows }
    const many = path.join(folder, 'many')
    await multiply(photos, many)
    for (const args of trainings) {
      const what = trainingName(args)
      if (!what.includes(only)) continue
      const peaks: number[] = []
      for (const data of [photos, many]) {
        const out = path.join(folder, `${args.join(' ')} ${peaks.length}`)
        const { peakMb } = await chiquito(['train', data, '--out', out, ...args, '--quiet'], env)
        if (peakMb === undefined) return { name, rows: [], skipped: 'this system does not tell peak memory' }
        peaks.push(peakMb)
        if (!json) process.stderr.write(`${what}: ${peakMb.toFixed(0)} MB\n`)
      }
      rows.push(row(`${what}, 540 photos (ours) and ${times * 540} (theirs)`, 'MB', [peaks[0]], [peaks[1]]))
    }
    return { name, rows }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function trainingName(args: readonly string[]): string {
  return `chiquito train ${args.join(' ')}`
}

/** Interlaced PNGs of one colour: a megabyte on disk, whole in memory before any of it can be shrunk. */
const largeSide = 9000
const largeCount = 7

/** Peak memory of seven such photos on as many threads, and of one. */
async function largePhotos(folder: string): Promise<BenchRow> {
  const file = path.join(folder, 'large.png')
  const input = { create: { width: largeSide, height: largeSide, channels: 3, background: '#369' } } as const
  await sharp({ ...input, limitInputPixels: false })
    .png({ progressive: true })
    .toFile(file)
  const files: string[] = []
  for (let i = 0; i < largeCount; i++) {
    files.push(path.join(folder, `large-${i}.png`))
    await copyFile(file, files[i])
  }
  const program = path.join(checkoutRoot(), 'dist-tools/bench/workers/large-photos.js')
  const peak = async (some: readonly string[]) => {
    const { stdout } = await timed(process.execPath, [program, String(largeCount), ...some])
    return z.object({ peakMb: z.number() }).parse(JSON.parse(stdout)).peakMb
  }
  const what = `${largeCount} PNGs of ${largeSide ** 2 / 1e6} megapixels on ${largeCount} threads (ours) and one (theirs)`
  return row(what, 'MB', [await peak(files)], [await peak(files.slice(0, 1))], { limit: 1024 })
}

async function multiply(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const target = path.join(to, path.relative(from, entry.parentPath))
    await mkdir(target, { recursive: true })
    for (let i = 0; i < times; i++)
      await copyFile(path.join(entry.parentPath, entry.name), path.join(target, `${i} ${entry.name}`))
  }
}
