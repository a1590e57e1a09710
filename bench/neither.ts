import { featureWidth, loadBackbone } from '../src/backbones/index.js'
import { foldsOf, type Photo } from '../src/dataset/index.js'
import { argmax, softmaxRows } from '../src/evaluate/index.js'
import {
  autoCandidates,
  autoSpec,
  crossValidate,
  examplesOf,
  LogisticRegression,
  standardization,
} from '../src/train/index.js'
import { distances, nearness, type Score } from './neither/distances.js'
import { products, unit } from './neither/matrix.js'
import { type Problem, problems } from './neither/problems.js'
import type { BenchOptions, BenchResult, TextTable } from './support/result.js'

const name = 'neither'
const folds = 5
const coverage = 0.95
const threads = 2
const c = 0.1

/** Scores of one fold: of the photos left out, of those learnt (out of fold or leave one out, where that is cheap), and of each unknown kind. */
interface Fold {
  readonly held: Scores
  readonly learnt: Scores | undefined
  readonly unknown: readonly Scores[]
}

/** By name; `class` is the class that a photo is taken for, `truth` what it is. */
interface Scores {
  readonly by: ReadonlyMap<string, Score>
  readonly taken: readonly number[]
  readonly truth: readonly number[]
}

/**
 * How well scores tell photos of other things from those that a classifier knows, five-fold: the share of unknown photos
 * below the 5 % quantile of photos left out, and, for the scores that can be calibrated without refitting, the coverage and
 * that share with a conformal threshold from the photos learnt.
 */
export async function benchNeither({ json, only = '' }: BenchOptions): Promise<BenchResult> {
  const tables: TextTable[] = []
  const far = new Map<string, number[]>()
  const near = new Map<string, number[]>()
  for (const problem of await problems()) {
    if (!problem.name.includes(only)) continue
    if (!json) process.stderr.write(`${problem.name}\n`)
    const found: Fold[] = []
    for (let fold = 0; fold < folds; fold++) found.push(await scoresOf(problem, fold))
    tables.push(detected(problem, found, far, near), calibrated(problem, found))
  }
  tables.push({
    title: `mean share of unknown photos abstained on at ${coverage}`,
    lines: [
      ['score', 'far', 'near'],
      ...Array.from(far, ([score, values]) => [score, text(mean(values)), text(mean(near.get(score) ?? []))]),
    ],
  })
  return { name, rows: [], tables }
}

function detected(
  { name, unknown, rows, labels }: Problem,
  found: readonly Fold[],
  far: Map<string, number[]>,
  near: Map<string, number[]>,
): TextTable {
  const scores = [...found[0].held.by.keys()]
  const lines = scores.map(score => {
    const caught = unknown.map(({ isFar }, u) => {
      const shares = found.map(({ held, unknown }) => {
        const limit = quantile(held.by.get(score) ?? [], 1 - coverage)
        return share(unknown[u].by.get(score) ?? [], value => value < limit)
      })
      const table = isFar ? far : near
      table.set(score, [...(table.get(score) ?? []), mean(shares)])
      return text(mean(shares))
    })
    return [score, ...caught]
  })
  const heads = ['score', ...unknown.map(({ name, isFar }) => (isFar ? name : `${name} (near)`))]
  return { title: `${name}: ${rows.length} photos, ${labels.length} classes`, lines: [heads, ...lines] }
}

/** Which calibration photos a photo is compared with. */
const groupings = ['all', 'taken for the class', 'of the class'] as const

function calibrated({ name, unknown, labels }: Problem, found: readonly Fold[]): TextTable {
  const scores = [...(found[0].learnt?.by.keys() ?? [])]
  const lines = scores.flatMap(score =>
    groupings.map(grouping => {
      const covered: boolean[] = []
      const classes: number[] = []
      const caught = unknown.map(() => [] as number[])
      for (const { held, learnt, unknown: others } of found) {
        if (!learnt) continue
        const known = knownBy(learnt, score, grouping, labels.length)
        covered.push(...known(held))
        classes.push(...held.truth)
        for (const [u, other] of others.entries()) caught[u].push(share(known(other), one => !one))
      }
      const worst = Math.min(
        ...labels.map((_, k) =>
          share(
            covered.filter((_, i) => classes[i] === k),
            one => one,
          ),
        ),
      )
      return [
        `${score}, ${grouping}`,
        text(share(covered, one => one)),
        text(worst),
        ...caught.map(values => text(mean(values))),
      ]
    }),
  )
  const heads = ['threshold', 'coverage', 'worst class', ...unknown.map(({ name }) => name)]
  return { title: `${name}: with a conformal threshold from the photos learnt`, lines: [heads, ...lines] }
}

/** Conformal p-values: the rank among calibration photos, which include the photo itself. */
function knownBy(learnt: Scores, score: string, grouping: (typeof groupings)[number], classes: number) {
  const values = learnt.by.get(score) ?? []
  const groups = Array.from({ length: classes }, (_, k) =>
    values.filter(
      (_, i) => grouping === 'all' || (grouping === 'of the class' ? learnt.truth : learnt.taken)[i] === k,
    ),
  )
  return ({ by, taken }: Scores) =>
    (by.get(score) ?? []).map((value, i) => {
      const own = groups[taken[i]]
      const below = own.filter(one => one <= value).length
      return (1 + below) / (own.length + 1) > 1 - coverage + 1e-9
    })
}

async function scoresOf({ rows, truth, labels, unknown }: Problem, fold: number): Promise<Fold> {
  const classes = labels.length
  const photos: Photo[] = rows.map((_, i) => ({
    path: `${i}`,
    label: truth[i],
    split: 'train',
    bytes: 1,
    sha256: `${i}`,
  }))
  const foldOf = foldsOf(photos, folds, 0)
  const inFold = photos.filter((_, i) => foldOf[i] === fold)
  const learnt = photos.filter((_, i) => foldOf[i] !== fold)
  const rowsOf = (some: readonly Photo[]) => some.map(photo => rows[Number(photo.path)])
  const groups = [rowsOf(learnt), rowsOf(inFold), ...unknown.map(one => one.rows)]
  const { logits, outOfFold, standardized } = await head(learnt, groups, classes)
  const labelsLearnt = learnt.map(({ label }) => label)
  const { width, blocks } = await last()
  const nearnesses = (change: (row: Float32Array) => Float32Array) => {
    const units = groups.map(group => group.map(change))
    return units.map((group, g) => {
      const cosines = products(group, units[0])
      const at = (i: number, j: number) => cosines.data[i * cosines.width + j]
      return nearness(at, group.length, labelsLearnt, classes, i => (g === 0 ? i : -1))
    })
  }
  const ranked = nearnesses(row => unit(row.subarray(0, width)))
  const layered = nearnesses(row => inBlocks(row, blocks))
  const own = { logits: outOfFold, near: ranked[0] }
  const ownLayers = { logits: outOfFold, near: layered[0] }
  const farther = groups
    .slice(1)
    .map((_, g) => distances(standardized[0], labelsLearnt, classes, standardized[g + 1]))
  const scored = groups.map((_, g) => {
    const answers = g === 0 ? outOfFold : logits[g]
    const base = [
      ...simple(answers, ranked[g], own),
      ...simple(answers, layered[g], ownLayers)
        .slice(2)
        .map(([name, score]) => [`${name}, all layers`, score] as const),
    ]
    const more = g === 0 ? [] : Object.entries(farther[g - 1])
    return {
      by: new Map<string, Score>([...base, ...more]),
      taken: (g === 0 ? outOfFold : logits[g]).map(argmax),
      truth: g === 0 ? labelsLearnt : g === 1 ? inFold.map(({ label }) => label) : [],
    }
  })
  return { learnt: scored[0], held: scored[1], unknown: scored.slice(2) }
}

/** Scores that need no second fit: probabilities, neighbours, and ranks of both together. */
function simple(
  logits: readonly number[][],
  near: readonly number[][],
  own: { readonly logits: readonly number[][]; readonly near: readonly number[][] },
): [string, Score][] {
  const classes = logits[0]?.length ?? 0
  const surest = (rows: readonly number[][]) => softmaxRows(rows).map(row => Math.max(...row))
  const all = (rows: readonly number[][]) => rows.map(row => row[classes])
  const inside = (rows: readonly number[][], answers: readonly number[][]) =>
    rows.map((row, i) => row[argmax(answers[i])])
  const margin = (rows: readonly number[][]) =>
    rows.map(row => {
      const sorted = row.slice(0, classes).sort((a, b) => b - a)
      return sorted[0] - sorted[1]
    })
  const logRank = (values: readonly number[], calibration: readonly number[]) =>
    values.map(value =>
      Math.log((1 + calibration.filter(one => one <= value).length) / (calibration.length + 1)),
    )
  const tail = (values: readonly number[], calibration: readonly number[]) => {
    const [low, middle] = [quantile(calibration, 0.05), quantile(calibration, 0.5)]
    return values.map(value => -8 * Math.max(0, (low - value) / (middle - low)))
  }
  const sum = (a: Score, b: Score, weight: number) => a.map((value, i) => value + weight * b[i])
  const ranks = {
    msp: logRank(surest(logits), surest(own.logits)),
    near: logRank(all(near), all(own.near)),
    inside: logRank(inside(near, logits), inside(own.near, own.logits)),
    margin: logRank(margin(near), margin(own.near)),
  }
  return [
    ['highest probability', surest(logits)],
    ['energy', logits.map(row => Math.log(row.reduce((total, one) => total + Math.exp(one), 0)))],
    ['3 nearest', all(near)],
    ['3 nearest of the class', inside(near, logits)],
    ['margin of nearness', margin(near)],
    ['probability + 3 nearest', sum(ranks.msp, ranks.near, 3)],
    [
      'probability + 3 nearest with tail',
      sum(sum(ranks.msp, ranks.near, 3), tail(all(near), all(own.near)), 1),
    ],
    ['probability + 3 of the class', sum(ranks.msp, ranks.inside, 3)],
    ['margin + 3 nearest', sum(ranks.margin, ranks.near, 3)],
    ['margin + 3 of the class', sum(ranks.margin, ranks.inside, 3)],
  ]
}

/** The head that `auto` prefers, fitted and out of fold; and the columns it reads. */
async function head(learnt: readonly Photo[], groups: readonly (readonly Float32Array[])[], classes: number) {
  const { backbone } = await last()
  const [{ spec, blocks }] = autoCandidates(backbone)
  const width = groups[0][0].length
  const change = standardization(flat(groups[0]), width, featureWidth(backbone, spec), blocks)
  const examples = groups.map((rows, g) => {
    const photos = g === 0 ? learnt : rows.map((_, i) => ({ ...learnt[0], path: `${i}` }))
    return examplesOf({ photos, width, views: [], unreadable: [] }, [flat(rows)], change, classes)
  })
  const foldOf = foldsOf(learnt, folds, 1)
  const [{ repetitions }] = await crossValidate(examples[0], {
    repetitions: [foldOf],
    folds,
    cs: [c],
    threads,
  })
  const regression = await LogisticRegression.open(examples[0], { threads })
  const model = await regression.fit({ c })
  await regression.close()
  const standardized = examples.map(({ rows, width: own, photos }) =>
    Array.from({ length: photos }, (_, i) => rows.subarray(i * own, (i + 1) * own)),
  )
  const logits = standardized.map(rows =>
    rows.map(row => {
      const at = (k: number) => {
        let sum = model.bias[k]
        for (let j = 0; j < row.length; j++) sum += model.weight[k * row.length + j] * row[j]
        return sum
      }
      return Array.from({ length: classes }, (_, k) => at(k))
    }),
  )
  return { logits, outOfFold: repetitions[0].logits, standardized }
}

async function last() {
  const backbone = await loadBackbone('efficientnet-lite0')
  const width = backbone.layers[backbone.layers.length - 1].channels
  const blocks = autoSpec(backbone).layers.flatMap(({ name, pools }) =>
    pools.map(pool => featureWidth(backbone, { layers: [{ name, pools: [pool] }] })),
  )
  return { backbone, width, blocks }
}

/** What is pooled of each layer given length 1. */
function inBlocks(row: Float32Array, blocks: readonly number[]): Float32Array {
  const out = new Float32Array(row.length)
  let from = 0
  for (const block of blocks) {
    out.set(unit(row.subarray(from, from + block)), from)
    from += block
  }
  return unit(out)
}

function flat(rows: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(rows.length * rows[0].length)
  for (const [i, row] of rows.entries()) out.set(row, i * row.length)
  return out
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(part * values.length)]
}

function share<T>(values: readonly T[], holds: (value: T) => boolean): number {
  return values.filter(holds).length / values.length
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function text(value: number): string {
  return value.toFixed(3)
}
