import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { articlePhotos, noArticlePhotos } from './support/process.js'
import { findPython, noPython } from './support/python.js'
import { type BenchOptions, type BenchResult, type BenchRow, median, row } from './support/result.js'
import { type Trained, trainOurs, trainTheirs } from './support/training.js'

const name = 'fine-tune'

type Program = 'fastai-2018' | 'auto' | 'fastai' | 'modern'

/** Which times are set against each other: ours, then theirs. */
const comparisons = [
  { what: "the article's three stages and TTA (fastai)", ours: 'fastai-2018', theirs: 'fastai', target: 0.5 },
  { what: "auto (fastai, the article's three stages and TTA)", ours: 'auto', theirs: 'fastai', target: 0.25 },
  { what: 'auto (a modern recipe in PyTorch)', ours: 'auto', theirs: 'modern', target: 0.45 },
] as const

/**
 * Photos on disk to a classifier whose layers have all been trained, whole processes in turn, on two threads with the
 * same weights: ours with an empty cache and with report and TTA, the others without their imports; and the accuracy
 * that each reaches. One round by default: each is minutes.
 */
export async function benchFineTune({ json, rounds = 1, only = '' }: BenchOptions): Promise<BenchResult> {
  const photos = articlePhotos()
  if (photos === undefined) return { name, rows: [], skipped: noArticlePhotos }
  const python = findPython()
  if (python === undefined) return { name, rows: [], skipped: noPython }
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const found = new Map<Program, Trained[]>()
  const compared = comparisons.filter(({ what }) => what.includes(only))
  const wanted = new Set<Program>(compared.flatMap(({ ours, theirs }) => [ours, theirs]))
  try {
    for (let round = 0; round < rounds; round++) {
      const seed = ['--seed', String(round)]
      const programs: readonly [Program, () => Promise<Trained>][] = [
        ['fastai-2018', () => trainOurs(photos, folder, ['--recipe', 'fastai-2018', ...seed])],
        ['fastai', () => trainTheirs(python, 'recipe.py', ['--stages123', ...seed, photos])],
        ['auto', () => trainOurs(photos, folder, ['--recipe', 'auto', '--fine-tune', 'auto', ...seed])],
        ['modern', () => trainTheirs(python, 'modern.py', [...seed, photos])],
      ]
      for (const [program, train] of programs) {
        if (!wanted.has(program)) continue
        const trained = await train()
        found.set(program, [...(found.get(program) ?? []), trained])
        if (!json) process.stderr.write(`${program}: ${described(trained)}\n`)
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const rows = rowsOf(program => found.get(program) ?? []).filter(({ what }) => what.includes(only))
  return { name, rows, notes: notesOf(found.get('auto') ?? []) }
}

function rowsOf(runs: (program: Program) => readonly Trained[]): BenchRow[] {
  const seconds = (program: Program) => runs(program).map(run => run.seconds)
  const times = comparisons.map(({ what, ours, theirs, target }) =>
    row(`${what}: time`, 's', seconds(ours), seconds(theirs), { target }),
  )
  const accuracy = (what: string, ours: Program, theirs: Program, of: (run: Trained) => number) => {
    const [a, b] = [ours, theirs].map(program => median(runs(program).map(of)))
    return { what: `${what}: accuracy`, unit: '', ours: a, theirs: b, ratio: a / b }
  }
  return [
    ...times,
    accuracy('three stages (fastai)', 'fastai-2018', 'fastai', run => run.accuracy),
    accuracy('three stages and TTA (fastai)', 'fastai-2018', 'fastai', run => run.tta ?? Number.NaN),
    accuracy('auto (a modern recipe in PyTorch)', 'auto', 'modern', run => run.accuracy),
  ]
}

/** A fine-tuning that did not take place is no faster than one that did. */
function notesOf(runs: readonly Trained[]): string[] {
  const frozen = runs.filter(({ stages }) => !stages.some(stage => stage.name === 'fine-tuning'))
  return frozen.map(() => 'auto decided against fine-tuning')
}

function described({ seconds, accuracy, tta, stages }: Trained): string {
  const reached = stages.map(stage => `${stage.name} ${stage.accuracy.toFixed(3)}`)
  const ends = [`accuracy ${accuracy.toFixed(3)}`, ...(tta === undefined ? [] : [`TTA ${tta.toFixed(3)}`])]
  return [`${seconds.toFixed(1)} s`, ...reached, ...ends].join(', ')
}
