import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type ExportPhotos, photosForExport } from '../src/actions/export-photos.js'
import { argmax, RandomStream } from '../src/core/index.js'
import { openPlain, type PlainRuntime, type PlainSession } from '../src/engine/index.js'
import { type LabelledPhoto, readGiven, viewOf } from '../src/export/index.js'
import type { ModelMetadata } from '../src/run/index.js'
import { articlePhotos, checkoutRoot, chiquito, noArticlePhotos } from './support/process.js'
import { findPython, noPython } from './support/python.js'
import { type BenchOptions, type BenchResult, median, type TextTable } from './support/result.js'

const name = 'precision'
const manyRounds = 5
/** Photos that speed is measured on in a round. */
const timedPhotos = 20
/** Photos that Python takes ranges from: as many as ours. */
const calibrationPhotos = 128

/** The article's models: of the head alone, and with all layers fine-tuned. */
const models = { 'head alone': 'never', 'all layers': 'always' } as const

/** What is asked of the exported files of every model; sizes are of the whole file, golden and remembered photos included. */
const goals = {
  float16: { changed: 0, size: 0.5, time: 1.1 },
  int8: { changed: 0.01, size: 0.25, time: 0.75 },
} as const

/** A file in another precision, and what it is called. */
interface Variant {
  readonly name: string
  readonly file: string
}

/** Answers of one variant to the validation photos, and its time by that of float32. */
interface Measured {
  readonly bytes: number
  readonly probabilities: readonly (readonly number[])[]
  readonly known: readonly number[]
  readonly ratios: ReadonlyMap<PlainRuntime, number>
  readonly milliseconds: ReadonlyMap<PlainRuntime, number>
}

/**
 * float32, float16 and int8 of the article's models, and the same float32 file through onnxruntime's quantizer: size, verdicts and "neither" that
 * change on the validation photos, and time beside float32 in onnxruntime-node and onnxruntime-web with their own defaults.
 */
export async function benchPrecision({
  json,
  rounds = manyRounds,
  only = '',
}: BenchOptions): Promise<BenchResult> {
  const photos = articlePhotos()
  if (photos === undefined) return { name, rows: [], skipped: noArticlePhotos }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const tables: TextTable[] = []
  const failures: string[] = []
  try {
    for (const [title, fineTune] of Object.entries(models)) {
      if (!title.includes(only)) continue
      const run = path.join(folder, fineTune)
      const say = (what: string) => (json ? undefined : process.stderr.write(`${title}: ${what}\n`))
      say('training')
      await chiquito(['train', photos, '--out', run, '--fine-tune', fineTune, '--quiet'])
      say('exporting')
      const variants = await exported(run)
      const model = await openedRun(run)
      variants.push(...(await byPython(run, model, variants[0].file)))
      say('comparing')
      const results = await measured(variants, model, rounds)
      tables.push(tableOf(title, variants, results, model.metadata))
      failures.push(...failuresOf(title, variants, results))
    }
    const notes = findPython() === undefined ? [noPython] : []
    return { name, rows: [], tables, failures, notes }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function exported(run: string): Promise<Variant[]> {
  const variants: Variant[] = []
  for (const precision of ['float32', 'float16', 'int8']) {
    const file = path.join(run, `${precision}.onnx`)
    // However many verdicts change: they are counted here.
    const allowed = precision === 'float32' ? [] : ['--allow-changed', '1000000']
    await chiquito(['export', run, '--precision', precision, '--out', file, ...allowed, '--quiet'])
    variants.push({ name: precision, file })
  }
  return variants
}

interface OpenedRun {
  readonly metadata: ModelMetadata
  readonly photos: ExportPhotos
}

async function openedRun(run: string): Promise<OpenedRun> {
  const file = path.join(run, 'model.onnx')
  const given = await readGiven(file)
  return { metadata: given.metadata, photos: await photosForExport(given, 'int8', { model: run }) }
}

/** onnxruntime's own quantizer on the float32 file, on as many photos learnt from. */
async function byPython(run: string, { metadata, photos }: OpenedRun, model: string): Promise<Variant[]> {
  const python = findPython()
  if (python === undefined) return []
  const { root, photos: all } = photos.learnt
  const drawn = RandomStream.fromSeed(0)
    .shuffle([...all])
    .slice(0, calibrationPhotos)
  const views = path.join(run, 'views.bin')
  await writeFile(views, Buffer.concat(await viewsOf(drawn, root, metadata)))
  const script = path.join(checkoutRoot(), 'bench/python/quantize.py')
  const variants: Variant[] = []
  for (const way of ['careful', 'plain']) {
    const out = path.join(run, `python-${way}.onnx`)
    const args = [script, model, views, String(metadata.view.size), out, way]
    await promisify(execFile)(python, args)
    const what = way === 'careful' ? 'Conv, Add and pooling' : 'all it can'
    variants.push({ name: `quantize_static, ${what}`, file: out })
  }
  return variants
}

function viewsOf(
  photos: readonly LabelledPhoto[],
  root: string,
  { view }: ModelMetadata,
): Promise<Uint8Array[]> {
  return Promise.all(photos.map(photo => viewOf(photo, root, view)))
}

async function measured(
  variants: readonly Variant[],
  { metadata, photos: { held } }: OpenedRun,
  rounds: number,
): Promise<Measured[]> {
  const views = await viewsOf(held.photos, held.root, metadata)
  const shape = [1, metadata.view.size, metadata.view.size, 3]
  const results: Measured[] = []
  const [base] = variants
  for (const variant of variants) {
    const bytes = await readFile(variant.file)
    const ratios = new Map<PlainRuntime, number>()
    const milliseconds = new Map<PlainRuntime, number>()
    const answers: Float32Array[][] = []
    for (const runtime of ['onnxruntime-node', 'onnxruntime-web'] as const) {
      const session = await opened(runtime, bytes)
      const beside = await opened(runtime, await readFile(base.file))
      if (runtime === 'onnxruntime-node')
        for (const view of views) answers.push(await session.run(view, shape, ['probabilities', 'known']))
      const times = await timesOf([beside, session], views.slice(0, timedPhotos), shape, rounds)
      ratios.set(runtime, median(times.map(([first, second]) => second / first)))
      milliseconds.set(runtime, median(times.map(([, second]) => second)))
      await session.close()
      await beside.close()
    }
    results.push({
      bytes: bytes.length,
      probabilities: answers.map(([probabilities]) => Array.from(probabilities)),
      known: answers.map(([, known]) => known[0]),
      ratios,
      milliseconds,
    })
  }
  return results
}

async function opened(runtime: PlainRuntime, bytes: Uint8Array): Promise<PlainSession> {
  const session = await openPlain(runtime, bytes)
  if (session === undefined) throw new Error(`${runtime} is not installed`)
  return session
}

/** Milliseconds a photo of two sessions, round by round in turn. */
async function timesOf(
  [first, second]: readonly [PlainSession, PlainSession],
  views: readonly Uint8Array[],
  shape: readonly number[],
  rounds: number,
): Promise<(readonly [number, number])[]> {
  const once = async (session: PlainSession) => {
    const started = performance.now()
    for (const view of views) await session.run(view, shape, ['probabilities'])
    return (performance.now() - started) / views.length
  }
  const times: (readonly [number, number])[] = []
  for (let round = -1; round < rounds; round++) {
    const pair = [await once(first), await once(second)] as const
    // The first one is for the runtime to settle.
    if (round >= 0) times.push(pair)
  }
  return times
}

function tableOf(
  title: string,
  variants: readonly Variant[],
  results: readonly Measured[],
  { abstention }: ModelMetadata,
): TextTable {
  const threshold = abstention && 'threshold' in abstention ? abstention.threshold : 0
  const [base] = results
  const lines = variants.map((variant, i) => {
    const result = results[i]
    const neither = result.known.filter((known, j) => known < threshold !== base.known[j] < threshold)
    return [
      variant.name,
      (result.bytes / 1e6).toFixed(2),
      (result.bytes / base.bytes).toFixed(2),
      `${changedOf(base, result)} of ${base.probabilities.length}`,
      String(neither.length),
      largestOf(base, result).toFixed(4),
      sumsOf(result),
      ...[...result.ratios].map(
        ([runtime, ratio]) =>
          `${ratio.toFixed(2)} (${(result.milliseconds.get(runtime) ?? 0).toFixed(1)} ms)`,
      ),
    ]
  })
  const heads = [
    '',
    'MB',
    'of float32',
    'verdicts changed',
    '“neither” changed',
    'probability off by',
    'sums',
  ]
  return {
    title: `the article's model, ${title}`,
    lines: [[...heads, 'time of float32: onnxruntime-node', 'onnxruntime-web'], ...lines],
  }
}

function changedOf(base: Measured, result: Measured): number {
  return result.probabilities.filter((row, j) => argmax(row) !== argmax(base.probabilities[j])).length
}

function largestOf(base: Measured, result: Measured): number {
  return Math.max(
    ...result.probabilities.flatMap((row, j) => row.map((p, k) => Math.abs(p - base.probabilities[j][k]))),
  )
}

/** The smallest and largest sum of a photo's probabilities. */
function sumsOf({ probabilities }: Measured): string {
  const sums = probabilities.map(row => row.reduce((sum, p) => sum + p, 0))
  return `${Math.min(...sums).toFixed(3)} to ${Math.max(...sums).toFixed(3)}`
}

function failuresOf(title: string, variants: readonly Variant[], results: readonly Measured[]): string[] {
  return Object.entries(goals).flatMap(([precision, goal]) => {
    const result = results[variants.findIndex(variant => variant.name === precision)]
    const [base] = results
    const share = changedOf(base, result) / base.probabilities.length
    const time = result.ratios.get('onnxruntime-node') ?? Number.NaN
    return [
      ...(share > goal.changed ? [`${title}, ${precision}: ${share} of the verdicts change`] : []),
      ...(result.bytes / base.bytes > goal.size
        ? [`${title}, ${precision}: ${(result.bytes / base.bytes).toFixed(2)} of the size`]
        : []),
      ...(time <= goal.time ? [] : [`${title}, ${precision}: ${time.toFixed(2)} of the time`]),
    ]
  })
}
