import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { wilson } from '../../src/evaluate/index.js'
import { thresholdOf } from '../../src/train/known/index.js'
import { chiquito } from '../support/process.js'
import type { BenchResult, TextTable } from '../support/result.js'
import { answeredShortfall, farShortfalls, goals } from './goals.js'
import type { Problem } from './problems.js'
import { coverage, mean } from './shares.js'

/** Models whose recipe fine-tunes; mixtures of the same photos would say little more. */
const asked = ['article', 'insects', 'dogs and cats']
/** Of each class, where the photos are not divided: two of five are validation photos. */
const every = 5
const held = 2

const schema = z.object({ predictions: z.array(z.object({ path: z.string(), known: z.number() })) })
const runSchema = z.object({ choice: z.object({ fineTuning: z.object({ chosen: z.boolean() }) }) })

/** Of validation photos how many the model file's `known` answers, and how many photos of each unknown kind are "neither". */
interface Told {
  readonly problem: string
  readonly isTuned: boolean
  readonly answered: number
  readonly photos: number
  readonly rows: readonly {
    readonly problem: string
    readonly unknown: string
    readonly isFar: boolean
    readonly verdict: number
  }[]
}

/**
 * The default recipe by the command line, and what its model files say through `chiquito predict`. Runs are kept in the folder that
 * `CHIQUITO_BENCH_RUNS` names, and those that are there are not trained again.
 */
export async function benchTuned(
  name: string,
  problems: readonly Problem[],
  say: (what: string) => void,
): Promise<BenchResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chiquito-bench-'))
  const runs = process.env.CHIQUITO_BENCH_RUNS ?? path.join(folder, 'runs')
  const told: Told[] = []
  try {
    for (const problem of problems.filter(one => asked.includes(one.name))) {
      say(`${problem.name}: training`)
      told.push(await toldBy(problem, path.join(folder, problem.name), path.join(runs, problem.name)))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  if (told.length === 0)
    return { name, rows: [], skipped: `none of the photos of ${asked.join(', ')} are there` }
  return { name, rows: [], tables: [table(told)], failures: shortfalls(told) }
}

async function toldBy(problem: Problem, data: string, run: string): Promise<Told> {
  const { valid, train } = divided(problem)
  for (const [part, photos] of Object.entries({ train, valid }))
    for (const i of photos) {
      const folder = path.join(data, part, problem.labels[problem.truth[i]])
      await mkdir(folder, { recursive: true })
      await copyFile(problem.paths[i], path.join(folder, `${i}${path.extname(problem.paths[i])}`))
    }
  if (!existsSync(path.join(run, 'model.onnx')))
    await chiquito(['train', data, '--out', run, '--quiet', '--json'])
  const paths = [...valid.map(i => problem.paths[i]), ...problem.unknown.flatMap(kind => kind.paths)]
  const known = await knownOf(run, paths)
  const shareKnown = (some: readonly string[]) =>
    mean(some.map(one => ((known.get(one) ?? 0) >= thresholdOf({ coverage }) ? 1 : 0)))
  const rows = problem.unknown.map(({ name, isFar, paths: some }) => ({
    problem: problem.name,
    unknown: name,
    isFar,
    verdict: 1 - shareKnown(some),
  }))
  const answered = shareKnown(valid.map(i => problem.paths[i]))
  return { problem: problem.name, isTuned: await isTuned(run), answered, photos: valid.length, rows }
}

/** The article's photos are divided already. */
function divided({ name, paths, truth }: Problem): { train: number[]; valid: number[] } {
  const count = new Map<number, number>()
  const isValid = paths.map((file, i) => {
    if (name === 'article') return file.split(path.sep).includes('valid')
    const before = count.get(truth[i]) ?? 0
    count.set(truth[i], before + 1)
    return before % every < held
  })
  const numbers = paths.map((_, i) => i)
  return { train: numbers.filter(i => !isValid[i]), valid: numbers.filter(i => isValid[i]) }
}

async function knownOf(run: string, paths: readonly string[]): Promise<Map<string, number>> {
  const { stdout } = await chiquito(['predict', run, ...paths, '--quiet', '--json'])
  return new Map(schema.parse(JSON.parse(stdout)).predictions.map(one => [one.path, one.known]))
}

async function isTuned(run: string): Promise<boolean> {
  const metrics: unknown = JSON.parse(await readFile(path.join(run, 'metrics.json'), 'utf8'))
  return runSchema.parse(metrics).choice.fineTuning.chosen
}

/** So few photos can miss the goal by chance: each model's interval must reach it, and all of them together. */
function shortfalls(told: readonly Told[]): string[] {
  const [least, most] = goals.answered
  const photos = told.reduce((sum, one) => sum + one.photos, 0)
  const answered = told.reduce((sum, one) => sum + one.answered * one.photos, 0)
  return [
    ...told.flatMap(one => {
      const [low, high] = intervalOf(one)
      return high >= least && low <= most ? [] : answeredShortfall(one.problem, one.answered)
    }),
    ...answeredShortfall('all models', answered / photos),
    ...farShortfalls(told.flatMap(one => one.rows)),
  ]
}

function intervalOf({ answered, photos }: Pick<Told, 'answered' | 'photos'>): readonly [number, number] {
  return wilson(Math.round(answered * photos), photos) ?? [0, 1]
}

function table(told: readonly Told[]): TextTable {
  const lines = told.map(({ problem, answered, photos, rows, isTuned: tuned }) => {
    const [low, high] = intervalOf({ answered, photos })
    const far = mean(rows.filter(({ isFar }) => isFar).map(row => row.verdict))
    return [
      problem,
      tuned ? 'last layers' : 'head alone',
      `${answered.toFixed(3)} of ${photos} (${low.toFixed(2)} to ${high.toFixed(2)})`,
      far.toFixed(3),
      rows.map(row => `${row.unknown}${row.isFar ? '' : ' (near)'} ${row.verdict.toFixed(3)}`).join(', '),
    ]
  })
  const heads = ['model', 'learnt', 'validation photos answered', 'far', '']
  return { title: 'default recipe, by the output "known" of the model file', lines: [heads, ...lines] }
}
