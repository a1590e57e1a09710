import { foldsOfProblem, product } from './neither/folds.js'
import { bestOf, oursOf, ranking, shortfalls } from './neither/goals.js'
import { type Problem, problems } from './neither/problems.js'
import { type Answered, answered, coverage, mean, type Row, rowsOf } from './neither/shares.js'
import { benchTuned } from './neither/tuned.js'
import { startPython } from './support/python.js'
import type { BenchOptions, BenchResult, TextTable } from './support/result.js'

const name = 'neither'

/**
 * How well scores tell photos of other things from those that a classifier knows, five-fold, behind a frozen trunk: the share of unknown photos
 * below the 5 % quantile of photos left out, by the product's own score, by methods of the literature, and by pytorch-ood's detectors; and what
 * the product's own threshold makes of photos left out and unknown. `--only tuned` looks at fine-tuned models instead.
 */
export async function benchNeither({ json, only = '' }: BenchOptions): Promise<BenchResult> {
  const say = (what: string) => (json ? undefined : process.stderr.write(`${what}\n`))
  if (only === 'tuned') return benchTuned(name, await problems(), say)
  const started = await startPython('outlier_detectors.py')
  const peer = 'skipped' in started ? undefined : started.peer
  const rows: Row[] = []
  const answers: Answered[] = []
  const tables: TextTable[] = []
  try {
    for (const problem of await problems()) {
      if (!problem.name.includes(only)) continue
      say(problem.name)
      const found = await foldsOfProblem(problem, peer)
      const own = rowsOf(problem, found)
      rows.push(...own)
      answers.push(answered(problem, found))
      tables.push(caught(problem, own))
    }
  } finally {
    peer?.close()
  }
  if (rows.length === 0) return { name, rows: [], skipped: `no photos for "${only}"` }
  tables.push(byThreshold(rows, answers), beside(rows), means(rows))
  const notes = 'skipped' in started ? [`pytorch-ood is left out: ${started.skipped}`] : []
  return { name, rows: [], tables, notes, failures: shortfalls(rows, answers) }
}

function caught({ name, rows: photos, labels }: Problem, rows: readonly Row[]): TextTable {
  const heads = ['score', ...rows.map(titleOf)]
  const methods = [...rows[0].methods.keys()]
  const lines = methods.map(method => [
    method,
    ...rows.map(row => text(row.methods.get(method) ?? Number.NaN)),
  ])
  return { title: `${name}: ${photos.length} photos, ${labels.length} classes`, lines: [heads, ...lines] }
}

function byThreshold(rows: readonly Row[], answers: readonly Answered[]): TextTable {
  const lines = answers.map(({ problem, share, worstClass }) => {
    const own = rows.filter(row => row.problem === problem)
    const meanOf = (isFar: boolean) =>
      text(mean(own.filter(row => row.isFar === isFar).map(row => row.verdict)))
    const kinds = own.map(row => `${titleOf(row)} ${text(row.verdict)}`).join(', ')
    return [problem, text(share), text(worstClass), meanOf(true), meanOf(false), kinds]
  })
  const heads = ['model', 'answered', 'worst class', 'far', 'near', '']
  return {
    title: `by the output "known": photos left out that are answered, and unknown ones that are "neither"`,
    lines: [heads, ...lines],
  }
}

function beside(rows: readonly Row[]): TextTable {
  const lines = rows.map(row => {
    const [best, share] = bestOf(row)
    return [
      `${row.problem}, ${titleOf(row)}`,
      text(oursOf(row)),
      text(share),
      text(oursOf(row) - share),
      best,
    ]
  })
  return { title: 'beside the best method of each row', lines: [['row', product, 'best', '', ''], ...lines] }
}

function means(rows: readonly Row[]): TextTable {
  const [far, near] = [rows.filter(({ isFar }) => isFar), rows.filter(({ isFar }) => !isFar)]
  const lines = (['methods', 'peers'] as const).flatMap(part => {
    const [farther, nearer] = [new Map(ranking(far, part)), new Map(ranking(near, part))]
    return ranking(rows, part).map(([method, share]) => [
      part === 'peers' ? `pytorch-ood: ${method}` : method,
      text(share),
      text(farther.get(method) ?? Number.NaN),
      text(nearer.get(method) ?? Number.NaN),
    ])
  })
  return {
    title: `mean share of unknown photos abstained on at ${coverage}`,
    lines: [['score', 'all rows', 'far', 'near'], ...lines],
  }
}

function titleOf({ unknown, isFar }: Row): string {
  return isFar ? unknown : `${unknown} (near)`
}

function text(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(3)
}
