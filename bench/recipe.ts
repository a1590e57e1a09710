import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { articlePhotos, noArticlePhotos } from './support/process.js'
import { findPython, noPython } from './support/python.js'
import { type BenchOptions, type BenchResult, row } from './support/result.js'
import { trainOurs, trainTheirs } from './support/training.js'

const name = 'recipe'

/** What is compared: our command line, and the arguments of bench/python/recipe.py. */
const comparisons = [
  {
    what: "the article's stages one and two",
    ours: ['--recipe', 'fastai-2018', '--fine-tune', 'never'],
    theirs: ['--stages12'],
    target: 0.25,
  },
  {
    what: 'auto on the frozen trunk with report, fastai fine_tune(5)',
    ours: ['--recipe', 'auto', '--fine-tune', 'never'],
    theirs: ['--fine-tune', '5'],
    target: 0.05,
  },
]

/**
 * Photos on disk to a finished classifier on the frozen trunk, whole processes in turn, both on two threads with the
 * same weights: ours with an empty cache and with report, fastai's without its import.
 */
export async function benchRecipe({ json, only = '' }: BenchOptions): Promise<BenchResult> {
  const photos = articlePhotos()
  if (photos === undefined) return { name, rows: [], skipped: noArticlePhotos }
  const python = findPython()
  if (python === undefined) return { name, rows: [], skipped: noPython }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const rows = []
  try {
    for (const { what, ours, theirs, target } of comparisons.filter(one => one.what.includes(only))) {
      const mine = await trainOurs(photos, folder, ours)
      if (!json) process.stderr.write(`${what}: ours ${mine.seconds.toFixed(1)} s\n`)
      const fastai = await trainTheirs(python, 'recipe.py', [...theirs, photos])
      if (!json) process.stderr.write(`${what}: fastai ${fastai.seconds.toFixed(1)} s\n`)
      rows.push(row(what, 's', [mine.seconds], [fastai.seconds], { target }))
    }
    return { name, rows }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
