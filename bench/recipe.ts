import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { articlePhotos, checkoutRoot, chiquito, noArticlePhotos, timed } from './support/process.js'
import { findPython, noPython } from './support/python.js'
import { type BenchOptions, type BenchResult, row } from './support/result.js'

const name = 'recipe'

/** What is compared: our command line, and the arguments of bench/python/recipe.py. */
const comparisons = [
  { what: "the article's stages one and two", recipe: 'fastai-2018', theirs: ['--stages12'] },
  { what: 'auto with report, fastai fine_tune(5)', recipe: 'auto', theirs: ['--fine-tune', '5'] },
]

/**
 * Photos on disk to a finished classifier, whole processes in turn, both on two threads with the same weights: ours
 * with an empty cache and with report, fastai's without its import.
 */
export async function benchRecipe({ json }: BenchOptions): Promise<BenchResult> {
  const photos = articlePhotos()
  if (photos === undefined) return { name, rows: [], skipped: noArticlePhotos }
  const python = findPython()
  if (python === undefined) return { name, rows: [], skipped: noPython }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const rows = []
  try {
    for (const { what, recipe, theirs } of comparisons) {
      const out = path.join(folder, recipe)
      const ours = await chiquito(
        ['train', photos, '--out', out, '--recipe', recipe, '--threads', '2', '--quiet'],
        {
          CHIQUITO_CACHE: path.join(folder, `${recipe}-cache`),
        },
      )
      if (!json) process.stderr.write(`${what}: ours ${ours.seconds.toFixed(1)} s\n`)
      const script = path.join(checkoutRoot(), 'bench/python/recipe.py')
      const { stdout } = await timed(python, [script, ...theirs, photos])
      const seconds = secondsIn(stdout)
      if (!json) process.stderr.write(`${what}: fastai ${seconds.toFixed(1)} s\n`)
      rows.push(row(what, 's', [ours.seconds], [seconds]))
    }
    return { name, rows }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The last line the script prints is a JSON object with `seconds`. */
function secondsIn(stdout: string): number {
  const answer: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  if (
    typeof answer === 'object' &&
    answer !== null &&
    'seconds' in answer &&
    typeof answer.seconds === 'number'
  )
    return answer.seconds
  throw new Error(`bench/python/recipe.py answered ${stdout}`)
}
