import { z } from 'zod'
import { featureWidth } from '../../backbones/index.js'
import type { RandomStream } from '../../core/index.js'
import { foldsOf } from '../../dataset/index.js'
import { accuracy, fitTemperature, logLoss, predictions, softmaxRows, wilson } from '../../evaluate/index.js'
import { anyNumber } from '../checkpoint/index.js'
import { crossValidate, type OutOfFold, type ViewedExamples } from '../cross-validate.js'
import type { Features } from '../extractor.js'
import { keptColumns, type Standardization, standardization, standardizeInto } from '../standardize.js'
import { type AutoCandidate, autoCandidates } from './auto-candidates.js'
import type { AutoFeatures } from './auto-features.js'
import type { Candidate, Choice, RecipeOptions } from './recipe.js'

/** Penalties tried, strongest first: each solution is a good start for the next. */
const cs = [0.01, 0.03, 0.1, 0.3]
const mostFolds = 5
/** Photos below which the folds are drawn more than once, as one draw says too little. */
const manyPhotos = 300
const repetitionsOfFew = 3

/** What cross-validation decided. */
export interface Decision {
  readonly candidate: AutoCandidate
  readonly c: number
  /** What logits are best divided by, found on photos left out. */
  readonly temperature: number
  /** Photos left out that were taken for another class, and the log loss; over several drawings their mean. */
  readonly wrong: number
  readonly logLoss: number
  readonly choice: Choice
}

interface Judged {
  readonly candidate: AutoCandidate
  readonly c: number
  readonly outOfFold: OutOfFold
  readonly accuracy: number
  readonly logLoss: number
}

const decisionSchema = z.object({
  candidate: z.string(),
  c: z.number(),
  temperature: z.number(),
  wrong: z.number(),
  logLoss: anyNumber,
  choice: z.object({
    method: z.string(),
    candidates: z.array(
      z.object({
        name: z.string(),
        accuracy: z.number(),
        interval: z.tuple([z.number(), z.number()]),
        logLoss: anyNumber,
        chosen: z.boolean(),
      }),
    ),
  }),
})

/**
 * Cross-validates every candidate and penalty on the training photos; the lowest log loss wins. A run that is gone on
 * with has decided already.
 */
export async function choose(
  features: AutoFeatures,
  random: RandomStream,
  options: RecipeOptions,
): Promise<Decision> {
  const { checkpoint, backbone } = options
  if (!checkpoint) return compareAll(features, random, options)
  const { candidate: name, ...decision } = await checkpoint.once('choice', decisionSchema, async () => {
    const { candidate, choice, ...rest } = await compareAll(features, random, options)
    const candidates = choice.candidates.map(({ interval: [low, high], ...one }) => ({
      ...one,
      interval: [low, high] satisfies [number, number],
    }))
    return { ...rest, candidate: candidate.name, choice: { method: choice.method, candidates } }
  })
  const candidate = autoCandidates(backbone).find(one => one.name === name)
  if (!candidate) throw checkpoint.broken(`there is no candidate "${name}"`)
  return { ...decision, candidate }
}

async function compareAll(
  features: AutoFeatures,
  random: RandomStream,
  options: RecipeOptions,
): Promise<Decision> {
  const { backbone, progress } = options
  const candidates = autoCandidates(backbone)
  for (const { resize } of candidates) await features.of(resize, 'train')
  await features.rest()
  const judged: Judged[] = []
  const task = 'cross-validation'
  const { photos } = await features.of('squash', 'train')
  const [repetitions, folds] = drawFolds(photos, options.dataset.labels, random)
  const total = candidates.length * repetitions.length * folds
  progress?.({ kind: 'start', task, total })
  let done = 0
  const onFold = () => progress?.({ kind: 'advance', task, done: ++done, total })
  for (const candidate of candidates) {
    const plain = await features.of(candidate.resize, 'train')
    const width = featureWidth(backbone, candidate.spec)
    const change = standardization(plain.views[0], plain.width, width, candidate.blocks)
    const examples = examplesOf(plain, plain.views.slice(0, 1), change, options.dataset.labels.length)
    const results = await crossValidate(examples, { ...options, repetitions, folds, cs, onFold })
    judged.push(...results.map(outOfFold => judge(candidate, outOfFold, plain)))
  }
  progress?.({ kind: 'end', task })
  const decision = decide(judged, photos, repetitions.length, folds)
  for (const line of [...judged.map(candidateLine), choiceLine(decision)]) options.log?.(line)
  return decision
}

/** A candidate that was tried, with one of its penalties. */
function candidateLine({ candidate, c, accuracy, logLoss }: Judged) {
  return { event: 'candidate', name: candidate.name, c, accuracy, logLoss }
}

function choiceLine({ candidate, c, temperature, choice }: Decision) {
  return { event: 'choice', name: candidate.name, c, temperature, method: choice.method }
}

/** Standardised rows and one-hot targets for views of the same photos. */
export function examplesOf(
  { photos, width: extracted }: Features,
  views: readonly Float32Array[],
  change: Standardization,
  classes: number,
): ViewedExamples {
  const width = keptColumns(change.scale).length
  const size = photos.length * width
  const rows = new Float32Array(views.length * size)
  const targets = new Float32Array(views.length * photos.length * classes)
  for (const [v, view] of views.entries()) {
    standardizeInto(rows.subarray(v * size, (v + 1) * size), view, extracted, change)
    for (const [i, { label }] of photos.entries()) targets[(v * photos.length + i) * classes + label] = 1
  }
  return { rows, width, targets, classes, photos: photos.length, views: views.length }
}

/** Stratified folds with exact copies together; fewer than five where a class is smaller than that. */
function drawFolds(
  photos: Features['photos'],
  labels: readonly string[],
  random: RandomStream,
): [number[][], number] {
  const classes = new Map<number, Set<string>>()
  for (const { label, sha256 } of photos) classes.set(label, (classes.get(label) ?? new Set()).add(sha256))
  const smallest = Math.min(...Array.from(classes.values(), distinct => distinct.size))
  const folds = Math.max(2, Math.min(mostFolds, smallest))
  const times = photos.length < manyPhotos ? repetitionsOfFew : 1
  const repetitions = Array.from({ length: times }, (_, r) =>
    foldsOf(photos, folds, random.fork('folds', r).uint32(), labels),
  )
  return [repetitions, folds]
}

function judge(candidate: AutoCandidate, outOfFold: OutOfFold, { photos }: Features): Judged {
  const truth = photos.map(photo => photo.label)
  const means = (of: (rows: number[][]) => number | null) =>
    outOfFold.logits.reduce((sum, logits) => sum + (of(softmaxRows(logits)) ?? 0), 0) /
    outOfFold.logits.length
  return {
    candidate,
    c: outOfFold.c,
    outOfFold,
    accuracy: means(rows => accuracy(truth, predictions(rows))),
    logLoss: means(rows => logLoss(truth, rows)),
  }
}

function decide(
  judged: readonly Judged[],
  photos: Features['photos'],
  repetitions: number,
  folds: number,
): Decision {
  const best = judged.reduce((a, b) => (b.logLoss < a.logLoss ? b : a))
  const shown = [...new Set(judged.map(one => one.candidate))].map(candidate =>
    judged.filter(one => one.candidate === candidate).reduce((a, b) => (b.logLoss < a.logLoss ? b : a)),
  )
  return {
    candidate: best.candidate,
    c: best.c,
    temperature: temperatureOf(best, photos),
    wrong: (1 - best.accuracy) * photos.length,
    logLoss: best.logLoss,
    choice: {
      method:
        `${folds}-fold cross-validation on the ${photos.length} training photos, exact copies in one fold` +
        `${repetitions > 1 ? `, ${repetitions} times` : ''}; the lowest log loss wins. Shown with each candidate's best penalty.`,
      candidates: shown.map(one => candidateOf(one, best, photos.length)),
    },
  }
}

/** Found on logits of photos that were left out; all repetitions count alike. */
function temperatureOf({ outOfFold }: Judged, photos: Features['photos']): number {
  const truth = outOfFold.logits.flatMap(() => photos.map(photo => photo.label))
  return fitTemperature(truth, outOfFold.logits.flat()).temperature
}

function candidateOf(one: Judged, best: Judged, photos: number): Candidate {
  return {
    name: `${one.candidate.name}, C ${one.c}`,
    accuracy: one.accuracy,
    interval: wilson(Math.round(one.accuracy * photos), photos) ?? [0, 1],
    logLoss: one.logLoss,
    chosen: one === best,
  }
}
