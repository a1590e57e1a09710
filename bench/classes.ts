import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { featureWidth, loadBackbone } from '../src/backbones/index.js'
import { RandomStream } from '../src/core/index.js'
import { foldsOf, openDataset, type Photo } from '../src/dataset/index.js'
import { logLoss, softmaxRows } from '../src/evaluate/index.js'
import { encodePng } from '../src/images/index.js'
import {
  autoCandidates,
  autoSpec,
  crossValidate,
  examplesOf,
  FeatureExtractor,
  standardization,
} from '../src/train/index.js'
import { npy } from './support/npy.js'
import { startPython } from './support/python.js'
import { type BenchOptions, type BenchResult, type BenchRow, row } from './support/result.js'

const name = 'classes'
const threads = 2
/** Classes and photos of each; the goal stands for the first. */
const sets = [
  { classes: 200, each: 4, target: 2 },
  { classes: 9, each: 50, target: undefined },
]
const cs = [0.01, 0.03, 0.1, 0.3]
const mostFolds = 5
/** Two solvers that stop at the same gradient stop at almost the same loss. */
const tolerance = 0.02

const answerSchema = z.object({ seconds: z.number(), logLoss: z.array(z.number()) })

/**
 * Cross-validation with many classes: every candidate of `auto`, the same penalties and folds on the same features, by
 * our L-BFGS and by scikit-learn's (the same stopping tolerance). Photos are drawn, features are the embedded network's.
 */
export async function benchClasses({ json, rounds = 1, only = '' }: BenchOptions): Promise<BenchResult> {
  const started = await startPython('classes.py', [String(threads)])
  if ('skipped' in started) return { name, rows: [], skipped: started.skipped }
  const { peer } = started
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const rows: BenchRow[] = []
  const failures: string[] = []
  try {
    for (const { classes, each, target } of sets) {
      const what = `cross-validation, ${classes} classes of ${each} photos`
      if (!what.includes(only)) continue
      const problem = await problemOf(path.join(folder, String(classes)), classes, each)
      const seconds = { ours: [] as number[], theirs: [] as number[] }
      for (let round = 0; round < rounds; round++) {
        const ours = await solve(problem)
        const theirs = answerSchema.parse(await peer.ask({ folder: problem.folder, cs }))
        seconds.ours.push(ours.seconds)
        seconds.theirs.push(theirs.seconds)
        const far = ours.logLoss.findIndex((loss, i) => Math.abs(loss / theirs.logLoss[i] - 1) > tolerance)
        if (far >= 0)
          failures.push(`${what}: log loss ${ours.logLoss[far]} and ${theirs.logLoss[far]} in place ${far}`)
        if (!json)
          process.stderr.write(`${what}: ${ours.seconds.toFixed(1)} s and ${theirs.seconds.toFixed(1)} s\n`)
      }
      rows.push(row(what, 's', seconds.ours, seconds.theirs, { target }))
    }
    return { name, rows, failures }
  } finally {
    peer.close()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Problem {
  readonly folder: string
  readonly photos: readonly Photo[]
  readonly foldOf: readonly number[]
  readonly folds: number
  readonly candidates: readonly ReturnType<typeof examplesOf>[]
}

/** Draws photos, computes their features, and leaves for Python what cross-validation looks at. */
async function problemOf(folder: string, classes: number, each: number): Promise<Problem> {
  await drawPhotos(folder, classes, each)
  const backbone = await loadBackbone('efficientnet-lite0')
  const dataset = await openDataset(folder, { split: 'none' })
  const rule = { size: backbone.inputSize, resize: 'squash' } as const
  const spec = autoSpec(backbone)
  const extractor = new FeatureExtractor({ backbone, spec, rule, root: dataset.root, threads })
  const features = await extractor.extract(dataset.photos, { task: 'photos' })
  await extractor.close()
  const folds = Math.min(mostFolds, each)
  const foldOf = foldsOf(features.photos, folds, 0)
  const candidates = autoCandidates(backbone).map(({ spec: own, blocks }) => {
    const change = standardization(features.views[0], features.width, featureWidth(backbone, own), blocks)
    return examplesOf(features, features.views, change, classes)
  })
  for (const [i, { rows, width, photos }] of candidates.entries())
    await writeFile(path.join(folder, `rows-${i}.npy`), npy(rows, [photos, width]))
  const labels = features.photos.map(photo => photo.label)
  const facts = { labels, foldOf, folds, candidates: candidates.length }
  await writeFile(path.join(folder, 'problem.json'), JSON.stringify(facts))
  return { folder, photos: features.photos, foldOf, folds, candidates }
}

async function solve({ candidates, foldOf, folds, photos }: Problem) {
  const started = performance.now()
  const truth = photos.map(photo => photo.label)
  const losses: number[] = []
  for (const examples of candidates) {
    const results = await crossValidate(examples, { repetitions: [foldOf], folds, cs, threads })
    for (const { repetitions } of results)
      losses.push(logLoss(truth, softmaxRows(repetitions[0].logits)) ?? Number.NaN)
  }
  return { seconds: (performance.now() - started) / 1000, logLoss: losses }
}

/** Side of a drawn photo, in pixels: as many as the network sees. */
const side = 224

/** Stripes of two colours: direction, width and colours are the class's, place and noise the photo's. */
async function drawPhotos(folder: string, classes: number, each: number): Promise<void> {
  for (let label = 0; label < classes; label++) {
    const own = RandomStream.fromSeed(label).fork('class')
    const [angle, length] = [own.uniform(0, Math.PI), own.uniform(8, 60)]
    const colours = [0, 1].map(() => [0, 1, 2].map(() => own.uniform(20, 235)))
    const home = path.join(folder, String(label).padStart(4, '0'))
    await mkdir(home, { recursive: true })
    for (let photo = 0; photo < each; photo++) {
      const random = own.fork('photo', photo)
      const [phase, turn] = [random.uniform(0, 7), angle + random.uniform(-0.3, 0.3)]
      const data = new Uint8Array(side * side * 3)
      for (let at = 0; at < side * side; at++) {
        const along = (at % side) * Math.cos(turn) + Math.floor(at / side) * Math.sin(turn)
        const colour = colours[Math.sin((2 * Math.PI * along) / length + phase) > 0 ? 1 : 0]
        for (let c = 0; c < 3; c++)
          data[at * 3 + c] = Math.max(0, Math.min(255, colour[c] + random.integer(20)))
      }
      await writeFile(path.join(home, `${photo}.png`), await encodePng({ width: side, height: side, data }))
    }
  }
}
