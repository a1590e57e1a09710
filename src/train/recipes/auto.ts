import { featureWidth } from '../../backbones/index.js'
import { float32, RandomStream } from '../../core/index.js'
import type { Split } from '../../dataset/index.js'
import { accuracy, logLoss, predictions, softmaxRows } from '../../evaluate/index.js'
import { PhotoReader, testTimeViews } from '../../images/index.js'
import { type Classifier, HeadRunner, type HeadWeights, linearHead } from '../heads/index.js'
import { KEPT_BYTES } from '../loading/index.js'
import { LogisticRegression, standardization } from '../logistic/index.js'
import { type NetworkWeights, tunedBackbone } from '../network/index.js'
import { type Seen, see } from '../results/index.js'
import type { Stage } from '../stages/index.js'
import {
  AutoFeatures,
  autoSpec,
  choose,
  type Decision,
  examplesOf,
  firstColumns,
  unstandardized,
} from './frozen/index.js'
import { logOnce } from './log-once.js'
import type { Choice, Recipe, RecipeOptions } from './recipe.js'
import {
  calmness,
  chooseTuning,
  openTuner,
  Pace,
  type Tuner,
  type TuningDecision,
  tune,
} from './tuning/index.js'

const ttaViews = 4
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
    const reader = new PhotoReader({ keepBytes: KEPT_BYTES })
    const features = new AutoFeatures({ ...options, reader }, autoSpec(options.backbone))
    let tuner: Promise<Tuner> | undefined
    try {
      const started = performance.now()
      const decision = await choose(features, random, options)
      const chosen = performance.now()
      const frozen = await learn(decision, features, options)
      const learnt = performance.now()
      const { photos } = await features.of(frozen.rule.resize, 'train')
      const open = () => {
        const { spec, rule, weights: head } = frozen
        const depth = options.fineTune === 'always' ? 'all' : 'last'
        const views = random.fork('tuning')
        tuner ??= openTuner({ ...options, spec, rule, head, photos, reader, random: views }, depth)
        return tuner
      }
      const pace = new Pace(options)
      const asked = await chooseTuning(decision, features, random.fork('tuning'), { open, pace }, options)
      const { reason, candidates } = asked
      const line = { event: 'fine-tuning', chosen: asked.chosen, reason, candidates }
      await logOnce(options, 'fine-tuning', [line])
      const decided = performance.now()
      const tuned = asked.chosen
        ? await fineTune(frozen, asked, features, { reader, open, pace }, random, options)
        : undefined
      const tuning = asked.chosen && !tuned ? { ...asked, chosen: false, reason: spoilt } : asked
      await (await tuner)?.close()
      tuner = undefined
      const end = tuned ?? { classifier: frozen, features }
      const look = (split: Split, tta: number) =>
        show(end.classifier, end.features, split, tta, random, options)
      const seen = await look('valid', 0)
      const tta = { views: ttaViews, seen: await look('valid', ttaViews) }
      const hasTest = options.dataset.photos.some(photo => photo.split === 'test')
      const tested = hasTest ? (await features.of(frozen.rule.resize, 'test')).photos.length : 0
      const test = tested > 0 ? await look('test', 0) : undefined
      const before = tuned ? await show(frozen, features, 'valid', 0, random, options) : seen
      const stages: Stage[] = [
        {
          name: 'choosing',
          schedule: decision.choice.method,
          epochs: [],
          accuracy: before.accuracy,
          seconds: (chosen - started + decided - learnt) / 1000,
        },
        {
          name: 'learning',
          schedule: `logistic regression, C ${decision.c}, photos and their mirror images`,
          epochs: [],
          accuracy: before.accuracy,
          seconds: (learnt - chosen) / 1000,
        },
        ...(tuned ? [tuned.stage] : []),
      ]
      await tuned?.features.close()
      return {
        classifier: end.classifier,
        stages,
        seen,
        tta,
        test,
        unreadable: features.unreadable(),
        choice: choiceOf(decision, tuning),
      }
    } finally {
      await (await tuner?.catch(() => undefined))?.close()
      await features.close()
      await reader.close()
    }
  },
}

function choiceOf({ choice }: Decision, { chosen, reason, candidates }: TuningDecision): Choice {
  return {
    method: choice.method,
    candidates: [...choice.candidates, ...candidates],
    fineTuning: { chosen, reason },
  }
}

interface Tuned {
  readonly classifier: Classifier
  /** What the trained trunk sees. */
  readonly features: AutoFeatures
  readonly stage: Stage
}

interface Tuning {
  readonly reader: PhotoReader
  readonly open: () => Promise<Tuner>
  readonly pace: Pace
}

/** Fine-tunes from the frozen classifier on; undefined where that only spoils it. */
async function fineTune(
  frozen: Classifier,
  { temperature, learnt }: TuningDecision,
  features: AutoFeatures,
  { reader, open, pace }: Tuning,
  random: RandomStream,
  options: RecipeOptions,
): Promise<Tuned | undefined> {
  const { rule } = frozen
  const { photos } = await features.of(rule.resize, 'train')
  const { photos: held } = await features.of(rule.resize, 'valid')
  const start = learnt ?? { head: await calmed(frozen, features, options) }
  await features.rest()
  const truth = held.map(photo => photo.label)
  const measure = (logits: readonly number[][]) => {
    const rows = softmaxRows(logits, temperature)
    return { validLoss: logLoss(truth, rows) ?? 0, accuracy: accuracy(truth, predictions(rows)) ?? 0 }
  }
  const started = { ...options, open, pace, start, photos, held, measure }
  const done = await tune(random.fork('fine-tuning'), started)
  if (!done) return undefined
  const { weights, stage } = done
  const classifier = tunedClassifier(frozen, weights, temperature, options)
  const { backbone } = classifier
  const own = { ...options, backbone, store: undefined, reader, progress: undefined }
  return { classifier, features: features.through(own), stage }
}

/** The frozen classifier's head, as sure of the training photos as label smoothing wants it. */
async function calmed(
  { rule, head, weights }: Classifier,
  features: AutoFeatures,
  { device, threads, signal }: RecipeOptions,
): Promise<HeadWeights> {
  const { photos, views, width } = await features.of(rule.resize, 'train')
  const runner = await HeadRunner.open(head, weights, { device, threads })
  try {
    const rows = await runner.probabilities(firstColumns(views[0], width, head.features))
    const logits = rows.map(row => row.map(p => Math.log(Math.max(p, Number.MIN_VALUE))))
    const truth = photos.map(({ label }) => label)
    return scaled(weights, 1 / (await calmness(truth, logits, signal)))
  } finally {
    await runner.close()
  }
}

function tunedClassifier(
  frozen: Classifier,
  { trunk, head }: NetworkWeights,
  temperature: number,
  { backbone }: RecipeOptions,
): Classifier {
  const weights = scaled(head, 1 / temperature)
  return { ...frozen, backbone: tunedBackbone(backbone, trunk), weights, temperature }
}

/** A linear head whose logits are this many times as large. */
function scaled(weights: HeadWeights, factor: number): HeadWeights {
  return new Map(
    Array.from(weights, ([name, { data, shape }]) => {
      const values = new Float32Array(data.length)
      for (let i = 0; i < values.length; i++) values[i] = data[i] * factor
      return [name, float32(values, shape)]
    }),
  )
}

/** Fits the chosen candidate on all training photos and their mirror images. */
async function learn(
  { candidate, c, temperature }: Decision,
  features: AutoFeatures,
  options: RecipeOptions,
): Promise<Classifier> {
  const { backbone, dataset } = options
  const plain = await features.of(candidate.resize, 'train')
  const width = featureWidth(backbone, candidate.spec)
  const change = standardization(plain.views[0], plain.width, width, candidate.blocks)
  const classes = dataset.labels.length
  const examples = examplesOf(plain, plain.views, change, classes)
  const regression = await LogisticRegression.open(examples, options)
  try {
    const rowWeights = new Float32Array(examples.photos * examples.views).fill(1 / examples.views)
    const model = await regression.fit({ c, rowWeights, signal: options.signal })
    const rule = { size: options.size ?? backbone.inputSize, resize: candidate.resize }
    return {
      backbone,
      rule,
      spec: candidate.spec,
      labels: dataset.labels,
      head: linearHead(width, classes),
      weights: unstandardized(model, change, temperature),
      temperature,
    }
  } finally {
    await regression.close()
  }
}

/** A part of the data set through the finished classifier, plain or with augmented views beside. */
async function show(
  classifier: Classifier,
  features: AutoFeatures,
  split: Split,
  tta: number,
  random: RandomStream,
  { dataset, backbone, seed, device, threads }: RecipeOptions,
): Promise<Seen> {
  const { rule, head, weights, spec, labels } = classifier
  const plain = await features.of(rule.resize, split)
  const width = featureWidth(backbone, spec)
  const rows = plain.views.map(view => firstColumns(view, plain.width, width))
  if (tta > 0) {
    const more = await features.extract(rule.resize, plain.photos, `${tta} more views each`, ({ sha256 }) =>
      testTimeViews(seed, sha256, tta),
    )
    rows.push(...more.views.map(view => firstColumns(view, plain.width, width)))
  }
  await features.rest()
  const runner = await HeadRunner.open(head, weights, { device, threads })
  try {
    return await see(
      runner,
      { ...plain, width, views: rows },
      labels,
      dataset.photos,
      random.fork('galleries'),
    )
  } finally {
    await runner.close()
  }
}
