import { loadBackbone } from '../../src/backbones/index.js'
import { argmax } from '../../src/core/index.js'
import { foldsOf, type Photo } from '../../src/dataset/index.js'
import { softmaxRows } from '../../src/evaluate/index.js'
import type { Peer } from '../support/peer.js'
import { theirs } from './detectors.js'
import { distances, nearness, type Score } from './distances.js'
import { type Answers, type Head, learnHead } from './head.js'
import { products, unit } from './matrix.js'
import { ours } from './ours.js'
import type { Problem } from './problems.js'

const folds = 5

/** The product's score, by its own code. */
export const product = 'ours'

/** Scores by name, higher for what is more familiar; `known` is the product's output. */
export interface Scores {
  readonly methods: ReadonlyMap<string, Score>
  /** Those of pytorch-ood. */
  readonly peers: ReadonlyMap<string, Score>
  readonly known: Score
}

/** Scores of one fold: of the photos left out, and of each unknown kind. */
export interface Fold {
  readonly truth: readonly number[]
  readonly held: Scores
  readonly unknown: readonly Scores[]
}

/** All five folds of a problem. Methods learn from the photos of four folds. */
export async function foldsOfProblem(problem: Problem, peer: Peer | undefined): Promise<Fold[]> {
  const found: Fold[] = []
  for (let fold = 0; fold < folds; fold++) found.push(await foldOfProblem(problem, fold, peer))
  return found
}

async function foldOfProblem(
  { rows, truth, labels, unknown }: Problem,
  fold: number,
  peer: Peer | undefined,
): Promise<Fold> {
  const backbone = await loadBackbone('efficientnet-lite0')
  const width = backbone.layers[backbone.layers.length - 1].channels
  const photos: Photo[] = rows.map((_, i) => ({
    path: `${i}`,
    label: truth[i],
    split: 'train',
    bytes: 1,
    sha256: `${i}`,
  }))
  const foldOf = foldsOf(photos, folds, 0)
  const learnt = photos.filter((_, i) => foldOf[i] !== fold)
  const inFold = photos.filter((_, i) => foldOf[i] === fold)
  const rowsOf = (some: readonly Photo[]) => some.map(photo => rows[Number(photo.path)])
  const groups = [rowsOf(learnt), rowsOf(inFold), ...unknown.map(one => one.rows)]
  const head = await learnHead(backbone, learnt, groups, labels.length)
  const known = await ours(backbone, learnt, groups, head)
  const last = groups.map(group => group.map(row => row.subarray(0, width)))
  const labelsLearnt = learnt.map(({ label }) => label)
  const methods = methodsOf(head, last, labelsLearnt, labels.length)
  const peers = peer ? await theirs(peer, labelsLearnt, head, last) : new Map<string, Score[]>()
  const scored = known.map((one, g) => ({
    methods: new Map([...methods[g], [product, one.familiarity]]),
    peers: new Map(Array.from(peers, ([name, scores]) => [name, scores[g]])),
    known: one.known,
  }))
  const [held, ...others] = scored
  return { truth: inFold.map(({ label }) => label), held, unknown: others }
}

/** The methods of the literature, of each group asked. */
function methodsOf(
  { answers }: Head,
  last: readonly (readonly Float32Array[])[],
  truth: readonly number[],
  classes: number,
): [string, Score][][] {
  const units = last.map(group => group.map(unit))
  return last.slice(1).map((_, g) => {
    const asked = answers[g + 1]
    const cosines = products(units[g + 1], units[0])
    const near = nearness((i, j) => cosines.data[i * cosines.width + j], asked.logits.length, truth, classes)
    const read = distances(answers[0].read, truth, classes, asked.read)
    const top = distances(last[0], truth, classes, last[g + 1])
    return [
      ...fromLogits(asked),
      ['residual', read.residual],
      ['residual, last layer', top.residual],
      ['Mahalanobis', read.mahalanobis],
      ['Mahalanobis, last layer', top.mahalanobis],
      ['relative Mahalanobis', read.relative],
      ['relative Mahalanobis, last layer', top.relative],
      ['5th nearest', near.map(one => one.fifth)],
      ['3 nearest', near.map(one => one.all)],
      ['3 nearest of the class', near.map((one, i) => one.inside[argmax(asked.logits[i])])],
    ]
  })
}

function fromLogits({ logits }: Answers): [string, Score][] {
  return [
    ['highest probability', softmaxRows(logits).map(row => Math.max(...row))],
    ['energy', logits.map(row => Math.log(row.reduce((total, one) => total + Math.exp(one), 0)))],
  ]
}
