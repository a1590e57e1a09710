import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { loadBackbone } from '../src/backbones/index.js'
import { type Dataset, foldsOf, openDataset, type Photo } from '../src/dataset/index.js'
import { cacheFolder } from '../src/files/index.js'
import { FeatureStore } from '../src/run/index.js'
import { type RecipeOptions, type RecipeResult, recipeNamed } from '../src/train/index.js'
import { logisticRegression } from './support/baseline.js'
import { articlePhotos, checkoutRoot, noArticlePhotos } from './support/process.js'
import type { BenchOptions, BenchResult, BenchRow } from './support/result.js'

const name = 'accuracy'
const manySeeds = 5
const folds = 5
const threads = 2

/** After stages one, two, three and with TTA: what the article published, and fastai with our weights, one run each. */
const published = [0.92, 0.95, 0.98, 0.98]
const inFastai = [0.83, 0.86, 0.99, 0.98]
const steps = ['stage one', 'stage two', 'stage three', 'stage three and TTA']
/** What ours should reach at least. */
const goals = [undefined, undefined, 0.97, 0.975]

/** One or more rows, measured when asked for. */
interface Measurement {
  readonly what: string
  measure(): Promise<readonly BenchRow[]>
}

/**
 * Accuracy on the article's validation photos, mean over seeds 0 to 4 (`--rounds` of them); five-fold
 * cross-validation over all its photos and over every set that `bench/python/sets.py` has laid out in `.cache/sets`,
 * exact copies always in one fold. "Theirs" is scikit-learn's logistic regression on the last layer's features of the
 * same photos in the same folds; for `decision` the better of never and always fine-tuning, which `auto` is to be at most half a
 * standard error behind; for `fastai-2018` what the article published, or fastai with the same weights reached.
 */
export async function benchAccuracy({
  json,
  rounds = manySeeds,
  only = '',
}: BenchOptions): Promise<BenchResult> {
  const rows: BenchRow[] = []
  for (const { what, measure } of await measurements(rounds)) {
    if (!what.includes(only)) continue
    for (const row of await measure()) {
      rows.push(row)
      if (!json) process.stderr.write(`${row.what}: ${row.ours.toFixed(4)} (${row.theirs.toFixed(4)})\n`)
    }
  }
  return { name, rows, skipped: articlePhotos() === undefined ? noArticlePhotos : undefined }
}

async function measurements(rounds: number): Promise<Measurement[]> {
  const photos = articlePhotos()
  const seeds = Array.from({ length: rounds }, (_, seed) => seed)
  const sets = (await publicSets()).flatMap(set => [
    crossValidation(path.basename(set), set),
    decisions(path.basename(set), set),
  ])
  if (photos === undefined) return sets
  const chiquito = [
    {
      what: "auto on the article's validation photos",
      measure: async () => {
        const dataset = await openDataset(photos)
        const runs = await inTurn(seeds, seed => train(dataset, seed, { recipe: 'auto', fineTune: 'auto' }))
        const held = dataset.photos.map(photo => (photo.split === 'valid' ? 0 : -1))
        const theirs = await logisticRegression(dataset.root, dataset.photos, held)
        const ours = mean(runs.map(run => run.seen.accuracy))
        return [line(`auto, mean of ${rounds} seeds (logistic regression)`, ours, theirs, 0.985)]
      },
    },
    crossValidation('all photos of the article', photos, 0.98),
    decisions('all photos of the article', photos),
    {
      what: "fastai-2018 on the article's validation photos",
      measure: async () => {
        const dataset = await openDataset(photos)
        return stagesOf(await inTurn(seeds, seed => train(dataset, seed, { recipe: 'fastai-2018' })))
      },
    },
  ]
  return [...chiquito, ...sets]
}

/** Mean accuracies after each stage and with TTA, beside the article's and fastai's. */
function stagesOf(runs: readonly RecipeResult[]): BenchRow[] {
  const reached = steps.map((_, i) =>
    mean(runs.map(({ stages, tta }) => (i < 3 ? stages[i].accuracy : (tta?.seen.accuracy ?? Number.NaN)))),
  )
  return steps.flatMap((step, i) => [
    line(`${step}, mean of ${runs.length} seeds (article)`, reached[i], published[i], goals[i]),
    line(`${step}, mean of ${runs.length} seeds (fastai)`, reached[i], inFastai[i], goals[i]),
  ])
}

/** All photos of a set, each judged by a training that left its fold out: with fine-tuning where auto wants it, and never. */
function crossValidation(title: string, folder: string, least?: number): Measurement {
  const what = `auto, five-fold, ${title}`
  const measure = async () => {
    const dataset = await openDataset(folder)
    const photos = dataset.photos.filter(photo => photo.split !== 'test')
    const foldOf = foldsOf(photos, folds, 0)
    const theirs = await logisticRegression(dataset.root, photos, foldOf)
    const [ours, frozen] = await inTurn(['auto', 'never'] as const, fineTune =>
      crossValidated(dataset, photos, foldOf, fineTune),
    )
    return [
      line(`${what} (logistic regression)`, ours, theirs, least),
      line(`${what}, frozen trunk (logistic regression)`, frozen, theirs),
    ]
  }
  return { what, measure }
}

/** Whether `auto` decides well: five-fold, beside the better of a frozen trunk and of fine-tuning all layers on the same photos. */
function decisions(title: string, folder: string): Measurement {
  const what = `decision, five-fold, ${title}`
  const measure = async () => {
    const dataset = await openDataset(folder)
    const photos = dataset.photos.filter(photo => photo.split !== 'test')
    const foldOf = foldsOf(photos, folds, 0)
    const [auto, never, always] = await inTurn(['auto', 'never', 'always'] as const, fineTune =>
      crossValidated(dataset, photos, foldOf, fineTune),
    )
    const better = Math.max(never, always)
    const error = Math.sqrt((better * (1 - better)) / photos.length)
    return [
      line(`${what} (the better of the two below)`, auto, better, 1 - error / 2 / better),
      line(`${what} (frozen trunk)`, auto, never),
      line(`${what} (all layers)`, auto, always),
    ]
  }
  return { what, measure }
}

async function crossValidated(
  dataset: Dataset,
  all: readonly Photo[],
  foldOf: readonly number[],
  fineTune: RecipeOptions['fineTune'],
): Promise<number> {
  let right = 0
  let count = 0
  for (let fold = 0; fold < folds; fold++) {
    const photos = all.map(
      (photo, i) => ({ ...photo, split: foldOf[i] === fold ? 'valid' : 'train' }) as const,
    )
    const { seen } = await train({ ...dataset, photos }, 0, { recipe: 'auto', fineTune })
    right += seen.evaluation.right
    count += seen.evaluation.count
  }
  return right / count
}

async function train(
  dataset: Dataset,
  seed: number,
  { recipe, fineTune }: { readonly recipe: string; readonly fineTune?: RecipeOptions['fineTune'] },
): Promise<RecipeResult> {
  const backbone = await loadBackbone('efficientnet-lite0')
  const store = (namespace: string) => FeatureStore.open(path.join(cacheFolder(), 'features'), namespace)
  return recipeNamed(recipe).run({ dataset, backbone, seed, store, fineTune, threads })
}

async function publicSets(): Promise<string[]> {
  const folder = path.join(checkoutRoot(), '.cache', 'sets')
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter(entry => entry.isDirectory()).map(entry => path.join(folder, entry.name))
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}

function line(what: string, ours: number, theirs: number, least?: number): BenchRow {
  return { what, ours, theirs, unit: '', ratio: ours / theirs, least }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
