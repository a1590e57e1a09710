import { RandomStream } from '../../core/index.js'
import { PhotoReader } from '../../images/index.js'
import type { Classifier } from '../heads/index.js'
import { KEPT_BYTES } from '../loading/index.js'
import type { Stage } from '../stages/index.js'
import { AutoPlan } from './auto-plan.js'
import { AutoFeatures, autoSpec, choose, type Decision, learn } from './frozen/index.js'
import { logOnce } from './log-once.js'
import type { Choice, Recipe, RecipeOptions, RecipeResult } from './recipe.js'
import { type Before, rememberPhotos } from './remember.js'
import { type Shown, show, showMore } from './show.js'
import {
  brokenOff,
  chooseTuning,
  type Depth,
  decidedAtOnce,
  fineTune,
  openTuner,
  Pace,
  type Trial,
  type Tuned,
  type Tuner,
  type TuningDecision,
} from './tuning/index.js'

/** Why a network is not fine-tuned after all. */
const spoilt =
  'Only the head was kept: fine-tuning ended worse on the photos it learnt from than it began, at every rate tried.'

/**
 * Logistic regression on the frozen trunk's features. Which part of the photo, which layers and how strong a penalty
 * is decided by cross-validation on the training photos alone; the chosen candidate then learns from photos and their
 * mirror images. Where that pays, by cross-validation too, the last layers are fine-tuned from there.
 */
export const auto: Recipe = {
  name: 'auto',
  description:
    'the best head by cross-validation on the training photos; the last layers fine-tuned where that pays',
  resize: 'squash',
  async run(options) {
    const random = RandomStream.fromSeed(options.seed).fork('auto')
    const reader = new PhotoReader({ keepBytes: KEPT_BYTES, beside: options.beside })
    const features = new AutoFeatures({ ...options, reader }, autoSpec(options.backbone))
    const plan = new AutoPlan(options)
    const lap = stopwatch()
    try {
      await plan.begin(features)
      const decision = await choose(features, random, options)
      const choosing = lap()
      const frozen = await learn(decision, features, options)
      const learning = lap()
      const before: Before = { features, decision }
      const frozenAlone = await decidedAtOnce({ ...options, decision, features })
      if (frozenAlone) plan.headIsAll()
      const head = await ready({ classifier: frozen, features }, before, random, options)
      const stages = (deciding: number) =>
        frozenStages(decision, head.seen, { choosing: choosing + deciding, learning })
      const atOnce = frozenAlone ?? plan.tooLate()
      if (!atOnce)
        await options.meanwhile?.({
          ...head,
          stages: stages(0),
          unreadable: features.unreadable(),
          choice: choiceOf(decision),
        })
      lap()
      const { asked, tuned, deciding } = atOnce
        ? { asked: atOnce, tuned: undefined, deciding: 0 }
        : await tuning(frozen, decision, features, reader, plan, random, options)
      plan.allIsLearnt(tuned !== undefined)
      const end = tuned ? await ready(tuned, { ...before, asked }, random, options) : head
      const shown = { ...end, features: tuned?.features ?? features, before: features }
      const more = await showMore(shown, plan.hasTimeForMoreViews(), random, options)
      await tuned?.features.close()
      return {
        ...end,
        ...more,
        stages: [...stages(deciding), ...(tuned ? [tuned.stage] : [])],
        unreadable: features.unreadable(),
        choice: choiceOf(
          decision,
          asked.chosen && !tuned ? { ...asked, chosen: false, reason: spoilt } : asked,
        ),
      }
    } finally {
      await features.close()
      await reader.close()
    }
  },
}

/** A classifier that knows its photos, and the validation photos as it sees them. */
async function ready(
  { classifier, features }: Shown,
  before: Before,
  random: RandomStream,
  options: RecipeOptions,
): Promise<Pick<RecipeResult, 'classifier' | 'seen'>> {
  const known = await rememberPhotos({ classifier, features }, before, random.fork('known'), options)
  const knowing = { ...classifier, known }
  const end = { classifier: knowing, features, before: before.features }
  return { classifier: knowing, seen: await show(end, 'valid', random, options) }
}

interface TuningResult {
  readonly asked: TuningDecision
  readonly tuned: Tuned | undefined
  /** Seconds that the decision took. */
  readonly deciding: number
}

/** Decides whether fine-tuning pays, and does it. */
async function tuning(
  frozen: Classifier,
  decision: Decision,
  features: AutoFeatures,
  reader: PhotoReader,
  plan: AutoPlan,
  random: RandomStream,
  options: RecipeOptions,
): Promise<TuningResult> {
  const { spec, rule, weights: head } = frozen
  const lap = stopwatch()
  const { photos } = await features.of(rule.resize, 'train')
  const tuners = new Map<Depth, Promise<Tuner>>()
  const open = (wanted: Depth, signal: AbortSignal | undefined) => {
    const depth = plan.isWhole ? 'all' : wanted
    const work = { ...options, signal, spec, rule, head, photos, reader, random: random.fork('tuning') }
    const tuner = tuners.get(depth) ?? openTuner(work, depth)
    tuners.set(depth, tuner)
    return tuner
  }
  const trial: Trial = { ...options, decision, features, open, pace: new Pace(options), schedule: plan }
  const doing = async (asked: TuningDecision): Promise<Omit<TuningResult, 'deciding'>> => {
    const { chosen, reason, candidates, otherwise } = asked
    const part = otherwise ? 'fine-tuning much' : 'fine-tuning'
    await logOnce(options, part, [{ event: 'fine-tuning', chosen, reason, candidates }])
    if (!chosen) return { asked, tuned: undefined }
    const learn = (signal: AbortSignal | undefined) =>
      fineTune({ ...trial, signal, reader }, frozen, asked, random)
    if (options.fineTune === 'always') return { asked, tuned: await learn(options.signal) }
    const found = await plan.inTime(asked.isBrief ? 'little' : 'whole', options.signal, learn)
    return found.isLate ? doing(otherwise ?? brokenOff(plan)) : { asked, tuned: found.result }
  }
  try {
    plan.tryTuning(decision)
    const asked = await chooseTuning(trial, random.fork('tuning'))
    const deciding = lap()
    return { ...(await doing(asked)), deciding }
  } finally {
    for (const tuner of tuners.values()) await (await tuner.catch(() => undefined))?.close()
  }
}

/** What came before fine-tuning, as reports tell it. */
function frozenStages(
  { choice, c }: Decision,
  { accuracy }: Pick<RecipeResult['seen'], 'accuracy'>,
  seconds: { readonly choosing: number; readonly learning: number },
): Stage[] {
  const schedule = `logistic regression, C ${c}, photos and their mirror images`
  return [
    { name: 'choosing', schedule: choice.method, epochs: [], accuracy, seconds: seconds.choosing },
    { name: 'learning', schedule, epochs: [], accuracy, seconds: seconds.learning },
  ]
}

/** @param asked - undefined as long as it is not known */
function choiceOf({ choice }: Decision, asked?: TuningDecision): Choice {
  if (!asked) return choice
  const { chosen, reason, candidates } = asked
  return {
    method: choice.method,
    candidates: [...choice.candidates, ...candidates],
    fineTuning: { chosen, reason },
  }
}

/** Tells the seconds since it was asked last. */
function stopwatch(): () => number {
  let last = performance.now()
  return () => {
    const now = performance.now()
    const seconds = (now - last) / 1000
    last = now
    return seconds
  }
}
