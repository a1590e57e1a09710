import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { loadBackbone } from '../src/backbones/index.js'
import { cacheFolder, type Dataset, FeatureStore, foldsOf, openDataset } from '../src/project/index.js'
import { type RecipeResult, recipeNamed } from '../src/train/index.js'
import { articlePhotos, checkoutRoot } from './support/process.js'
import type { BenchOptions, BenchResult, BenchRow } from './support/result.js'

const name = 'accuracy'
const seeds = [0, 1, 2, 3, 4]
const folds = 5

/** What the article and PyTorch reached after its stages (one run; mean of five seeds), to stand beside ours. */
const published = { first: 0.92, second: 0.95 }
const inPyTorch = { first: 0.88, second: 0.93 }

/**
 * Mean accuracy over seeds 0 to 4 on the article's validation photos, five-fold cross-validation over all its photos,
 * and over every set that `bench/python/sets.py` has laid out in `.cache/sets`; exact copies always in one fold.
 * "Theirs" is what the article published, or PyTorch with the same weights reached.
 */
export async function benchAccuracy({ json }: BenchOptions): Promise<BenchResult> {
  const tell = (text: string) => json || process.stderr.write(`${text}\n`)
  const rows: BenchRow[] = []
  const add = (what: string, ours: number, theirs: number) => {
    rows.push({ what, ours, theirs, unit: '', ratio: ours / theirs })
    tell(`${what}: ${ours.toFixed(4)}`)
  }
  const photos = articlePhotos()
  if (photos !== undefined) {
    const dataset = await openDataset(photos)
    const found: number[] = []
    for (const seed of seeds) found.push((await train('auto', dataset, seed)).seen.accuracy)
    add('auto, mean of 5 seeds', mean(found), Number.NaN)
    add('auto, five-fold over all photos', await crossValidated(dataset), Number.NaN)
  }
  for (const set of await publicSets())
    add(`auto, five-fold, ${path.basename(set)}`, await crossValidated(await openDataset(set)), Number.NaN)
  if (photos !== undefined) {
    const dataset = await openDataset(photos)
    const runs: RecipeResult[] = []
    for (const seed of seeds) runs.push(await train('fastai-2018', dataset, seed))
    const stage = (i: number) => mean(runs.map(run => run.stages[i].accuracy))
    add('stage one, mean of 5 seeds (article)', stage(0), published.first)
    add('stage one, mean of 5 seeds (PyTorch)', stage(0), inPyTorch.first)
    add('stage two, mean of 5 seeds (article)', stage(1), published.second)
    add('stage two, mean of 5 seeds (PyTorch)', stage(1), inPyTorch.second)
  }
  const skipped = photos === undefined ? 'no article photos in ../shared/datasets/chiquito' : undefined
  return { name, rows, skipped }
}

async function train(recipe: string, dataset: Dataset, seed: number): Promise<RecipeResult> {
  const backbone = await loadBackbone('efficientnet-lite0')
  const store = (namespace: string) => FeatureStore.open(path.join(cacheFolder(), 'features'), namespace)
  return recipeNamed(recipe).run({ dataset, backbone, seed, store })
}

/** Accuracy over all photos, each judged by a training that left its fold out. */
async function crossValidated(dataset: Dataset): Promise<number> {
  const all = dataset.photos.filter(photo => photo.split !== 'test')
  const foldOf = foldsOf(all, folds, 0)
  let right = 0
  let count = 0
  for (let fold = 0; fold < folds; fold++) {
    const photos = all.map(
      (photo, i) => ({ ...photo, split: foldOf[i] === fold ? 'valid' : 'train' }) as const,
    )
    const { seen } = await train('auto', { ...dataset, photos }, 0)
    right += seen.evaluation.right
    count += seen.evaluation.count
  }
  return right / count
}

async function publicSets(): Promise<string[]> {
  const folder = path.join(checkoutRoot(), '.cache', 'sets')
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter(entry => entry.isDirectory()).map(entry => path.join(folder, entry.name))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
