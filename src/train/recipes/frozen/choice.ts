import { z } from 'zod'
import { featureWidth } from '../../../backbones/index.js'
import type { RandomStream } from '../../../core/index.js'
import {
  accuracy,
  clearTemperature,
  logLoss,
  predictions,
  softmaxRows,
  wilson,
} from '../../../evaluate/index.js'
import { anyNumber } from '../../checkpoint/index.js'
import { allAlike, type Features } from '../../features/index.js'
import {
  crossValidate,
  keptColumns,
  type OutOfFold,
  type Standardization,
  standardization,
} from '../../logistic/index.js'
import type { Candidate, Choice, RecipeOptions } from '../recipe.js'
import { type AutoCandidate, autoCandidates } from './candidates.js'
import { examplesOf } from './examples.js'
import type { AutoFeatures } from './features.js'
import { methodOf, type Plan, planOf } from './plan.js'

/** Penalties tried, strongest first: each solution is a good start for the next. */
const cs = [0.01, 0.03, 0.1, 0.3]
/** What progress calls the comparison. */
export const comparing = 'cross-validation'
/** The penalty where nothing can be compared: in the middle of those tried. */
const usualC = 0.1

/**
 * Deviation of the prior on the logarithm of a head's temperature: less than that of other networks, as its penalty is the one
 * with the lowest log loss on the same photos.
 */
const HEAD_SPREAD = 0.15

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
  /** What the temperature was found on; not there where nothing was compared, or a run that was cut off had decided. */
  readonly outOfFold?: LeftOut | undefined
}

/** Logits [photo][class] of photos left out, each so often as folds were drawn. */
export interface LeftOut {
  readonly truth: readonly number[]
  readonly logits: readonly number[][]
  readonly drawings: number
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
    const { candidate, choice, c, temperature, wrong, logLoss } = await compareAll(features, random, options)
    const candidates = choice.candidates.map(({ interval: [low, high], ...one }) => ({
      ...one,
      interval: [low, high] satisfies [number, number],
    }))
    const decided = { c, temperature, wrong, logLoss, candidate: candidate.name }
    return { ...decided, choice: { method: choice.method, candidates } }
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
  const { backbone, progress, dataset, time } = options
  const candidates = autoCandidates(backbone)
  for (const { resize } of candidates) await features.of(resize, 'train')
  await features.rest()
  const task = comparing
  const { photos } = await features.of('squash', 'train')
  const varied = await telling(candidates, features, options)
  const plan = planOf(photos, random, featureWidth(backbone, varied[0].spec) * dataset.labels.length)
  if (!plan) return undecided(varied[0], photos)
  const total = varied.length * plan.repetitions.length * plan.judged
  progress?.({ kind: 'start', task, total })
  let done = 0
  const onFold = () => progress?.({ kind: 'advance', task, done: ++done, total })
  const shown: Judged[] = []
  let took = 0
  for (const candidate of varied) {
    const began = time?.elapsed ?? 0
    if (shown.length > 0 && time?.isLate && !time.isTrifle(took)) {
      time.spared.push(
        shown.length === 1 ? 'all but one of the heads compared' : 'some of the heads compared',
      )
      break
    }
    const plain = await features.of(candidate.resize, 'train')
    const change = changeOf(candidate, plain, options)
    const examples = examplesOf(plain, plain.views.slice(0, 1), change, dataset.labels.length)
    const results = await crossValidate(examples, { ...options, ...plan, cs, onFold })
    const judged = results.map(outOfFold => judge(candidate, outOfFold, plain))
    for (const one of judged) options.log?.(candidateLine(one))
    shown.push(judged.reduce((a, b) => (b.logLoss < a.logLoss ? b : a)))
    took = (time?.elapsed ?? 0) - began
  }
  progress?.({ kind: 'end', task })
  const decision = await decide(shown, photos, plan, options.signal)
  options.log?.(choiceLine(decision))
  return decision
}

function changeOf(candidate: AutoCandidate, plain: Features, { backbone }: RecipeOptions): Standardization {
  return standardization(
    plain.views[0],
    plain.width,
    featureWidth(backbone, candidate.spec),
    candidate.blocks,
  )
}

/** The candidates that see a difference between photos. Throws `data` where none does. */
async function telling(
  candidates: readonly AutoCandidate[],
  features: AutoFeatures,
  options: RecipeOptions,
): Promise<AutoCandidate[]> {
  const varied: AutoCandidate[] = []
  for (const candidate of candidates) {
    const { scale } = changeOf(candidate, await features.of(candidate.resize, 'train'), options)
    if (keptColumns(scale).length > 0) varied.push(candidate)
  }
  if (varied.length === 0) {
    const { photos } = await features.of('squash', 'train')
    throw allAlike(photos.length, options.backbone.name)
  }
  return varied
}

/** A candidate that was tried, with one of its penalties. */
function candidateLine({ candidate, c, accuracy, logLoss }: Judged) {
  return { event: 'candidate', name: candidate.name, c, accuracy, logLoss }
}

function choiceLine({ candidate, c, temperature, choice }: Decision) {
  return { event: 'choice', name: candidate.name, c, temperature, method: choice.method }
}

function judge(candidate: AutoCandidate, outOfFold: OutOfFold, { photos }: Features): Judged {
  const { repetitions, c } = outOfFold
  const means = (of: (truth: number[], rows: number[][]) => number | null) =>
    repetitions.reduce((sum, held) => {
      const truth = held.photos.map(photo => photos[photo].label)
      return sum + (of(truth, softmaxRows(held.logits)) ?? 0)
    }, 0) / repetitions.length
  return {
    candidate,
    c,
    outOfFold,
    accuracy: means((truth, rows) => accuracy(truth, predictions(rows))),
    logLoss: means(logLoss),
  }
}

/** @param shown each candidate with its best penalty */
async function decide(
  shown: readonly Judged[],
  photos: Features['photos'],
  plan: Plan,
  signal: AbortSignal | undefined,
): Promise<Decision> {
  const best = shown.reduce((a, b) => (b.logLoss < a.logLoss ? b : a))
  const held = best.outOfFold.repetitions[0].photos.length
  const outOfFold = leftOutOf(best, photos)
  const { truth, logits, drawings } = outOfFold
  return {
    candidate: best.candidate,
    c: best.c,
    // All drawings of folds count alike, and together as one look at each photo.
    temperature: await clearTemperature(truth, logits, { spread: HEAD_SPREAD, drawings, signal }),
    wrong: (1 - best.accuracy) * photos.length,
    logLoss: best.logLoss,
    choice: {
      method: methodOf(plan, photos.length, held),
      candidates: shown.map(one => candidateOf(one, best, held)),
    },
    outOfFold,
  }
}

/** Where there is nothing to compare by. */
function undecided(candidate: AutoCandidate, photos: Features['photos']): Decision {
  return {
    candidate,
    c: usualC,
    temperature: 1,
    wrong: 0,
    logLoss: Number.NaN,
    choice: {
      method:
        `Nothing was compared: cross-validation leaves photos out, and of the ${photos.length} training photos fewer ` +
        `than two classes can spare one. ${candidate.name}, C ${usualC}.`,
      candidates: [],
    },
  }
}

function leftOutOf({ outOfFold: { repetitions } }: Judged, photos: Features['photos']): LeftOut {
  return {
    truth: repetitions.flatMap(held => held.photos.map(photo => photos[photo].label)),
    logits: repetitions.flatMap(held => held.logits),
    drawings: repetitions.length,
  }
}

function candidateOf(one: Judged, best: Judged, held: number): Candidate {
  return {
    name: `${one.candidate.name}, C ${one.c}`,
    accuracy: one.accuracy,
    interval: wilson(Math.round(one.accuracy * held), held) ?? [0, 1],
    logLoss: one.logLoss,
    chosen: one === best,
  }
}
