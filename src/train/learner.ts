import { type Optimizer, sgd } from '../autodiff/index.js'
import { type Backbone, featureWidth, loadBackbone } from '../backbones/index.js'
import type { RatePoint } from '../charts/index.js'
import { argumentError, RandomStream, type WorkOptions } from '../core/index.js'
import type { DeviceOptions } from '../engine/index.js'
import {
  type Augmentation,
  checkAugmentation,
  drawAugmentation,
  SIDE_ON,
  type ViewRule,
} from '../images/index.js'
import { type FeatureStore, type Photo, type Split, writeFileAtomic } from '../project/index.js'
import { earlyStop, keepBest, recordTo, stopOnAbort, stopOnDivergence, tellProgress } from './callbacks.js'
import type { Classifier } from './classifier.js'
import { FeatureExtractor, type Features, type Unreadable, type View } from './extractor.js'
import { fastaiHead, type Head } from './head.js'
import { HeadTrainer } from './head-trainer.js'
import { HeadWork } from './head-work.js'
import type { ImageData } from './image-data.js'
import { type Callback, type EpochRecord, fit } from './loop.js'
import { modelFile } from './model-file.js'
import { type RateSearchOptions, searchRate, suggestRate } from './rate-finder.js'
import { partNames, requireEveryClass } from './readable.js'
import { type CycleOptions, type OneCycleOptions, oneCycle, restarts, type Schedule } from './schedule.js'
import { type Seen, see } from './seen.js'
import { headSpec } from './spec.js'
import { versions } from './versions.js'

export interface LearnerOptions extends DeviceOptions, WorkOptions {
  /** Keep the frozen trunk's features on disk, keyed by content; on by default where a store is given. */
  readonly store?: FeatureStore | undefined
  /** What stands behind the trunk; fastai 0.7's head by default. */
  readonly head?: ((features: number, classes: number) => Head) | undefined
  /** SGD with momentum 0.9 by default. */
  readonly optimizer?: Optimizer | undefined
  readonly labelSmoothing?: number | undefined
  /** Weight of each class in the loss, in label order. */
  readonly classWeights?: readonly number[] | undefined
  /** Called with every step and epoch. */
  readonly log?: ((line: Readonly<Record<string, unknown>>) => void) | undefined
}

export interface FitOptions {
  /** What reports call the stage. */
  readonly name?: string | undefined
  /** End after this many epochs without a lower validation loss. */
  readonly earlyStop?: number | undefined
  /** Afterwards go back to the epoch with the lowest validation loss. */
  readonly keepBest?: boolean | undefined
}

/** One fit, as it went. */
export interface Stage {
  readonly name: string
  readonly schedule: string
  readonly epochs: readonly EpochRecord[]
  /** On the validation photos after the stage. */
  readonly accuracy: number
  readonly seconds: number
}

/** What the rate finder saw. */
export interface RateSearch {
  readonly points: readonly RatePoint[]
  /** A good rate to train with; undefined where the curve does not say. */
  readonly suggestion: number | undefined
  /** The curve as SVG. */
  plot(): Promise<string>
}

/** Each view of the training photos costs memory; later epochs see the views again, in another order of photos. */
const mostViews = 8

/** A pretrained trunk, frozen, with a head that learns: the article's `learn`. */
export class Learner {
  readonly stages: Stage[] = []
  private readonly random: RandomStream
  private readonly extractor: FeatureExtractor
  private readonly known = new Map<Split, Features>()
  private augmentation: Augmentation | undefined
  private augmentedEpochs = 0
  private trainer: HeadTrainer | undefined

  private constructor(
    readonly backbone: Backbone,
    readonly data: ImageData,
    readonly rule: ViewRule,
    private readonly head: Head,
    private readonly options: LearnerOptions,
  ) {
    this.random = RandomStream.fromSeed(data.seed).fork('learner')
    this.extractor = new FeatureExtractor({
      ...options,
      backbone,
      rule,
      spec: headSpec(backbone),
      root: data.dataset.root,
    })
  }

  /**
   * A learner on a named backbone, or on one loaded already.
   * Throws `model` for a backbone that cannot be had.
   */
  static async pretrained(
    backbone: string | Backbone,
    data: ImageData,
    options: LearnerOptions = {},
  ): Promise<Learner> {
    const trunk = typeof backbone === 'string' ? await loadBackbone(backbone) : backbone
    const rule = { size: data.size ?? trunk.inputSize, resize: data.resize }
    const features = featureWidth(trunk, headSpec(trunk))
    const head = (options.head ?? fastaiHead)(features, data.labels.length)
    return new Learner(trunk, data, rule, head, options)
  }
  /** From now on the head learns from augmented photos, drawn anew for each epoch; `null` goes back to plain ones. */
  augment(augmentation: Partial<Augmentation> | null = {}): this {
    this.augmentation = augmentation === null ? undefined : { ...SIDE_ON, ...augmentation }
    if (this.augmentation) checkAugmentation(this.augmentation)
    return this
  }

  /** Learning-rate range test on the training photos; the weights are the same afterwards. */
  async findRate(options: RateSearchOptions = {}): Promise<RateSearch> {
    const { progress, signal } = this.options
    const work = await this.work(1)
    const points = await searchRate(work, { progress, signal, ...options })
    return {
      points,
      suggestion: suggestRate(points),
      plot: async () => (await import('../charts/index.js')).ratePlot(points, suggestRate(points)),
    }
  }

  /**
   * Trains the head: `cycles` epochs at a constant rate, or with `cycleLen` that many cosine cycles (SGDR).
   * Throws `diverged` when the loss is no longer finite; the weights are then those of the last good epoch.
   */
  async fit(rate: number, cycles: number, options: FitOptions & CycleOptions = {}): Promise<Stage> {
    const { cycleLen, cycleMult } = options
    return this.run(batches => restarts(rate, cycles, batches, { cycleLen, cycleMult }), options)
  }

  /** Trains the head with one cycle up to `maxRate` over the epochs. */
  async fitOneCycle(
    maxRate: number,
    epochs: number,
    options: FitOptions & OneCycleOptions = {},
  ): Promise<Stage> {
    return this.run(batches => oneCycle(maxRate, epochs, batches, options), options)
  }

  /** Shows the validation photos (or another part) to the head, plain or with `tta` augmented views beside. */
  async evaluate({ tta = 0, split = 'valid' }: { tta?: number; split?: Split } = {}): Promise<Seen> {
    if (!Number.isInteger(tta) || tta < 0 || tta > mostViews)
      throw argumentError('tta', `a whole number of views from 0 to ${mostViews}`, tta)
    const augmentation = this.augmentation ?? SIDE_ON
    const views = (photo: Photo): View[] =>
      Array.from({ length: tta + 1 }, (_, i) =>
        i === 0 ? null : drawAugmentation(this.random.fork('tta', photo.path, i), augmentation),
      )
    const features =
      tta === 0
        ? await this.plain(split)
        : await this.extract(split, `${partNames[split]} photos, ${tta + 1} views each`, views)
    const trainer = await this.headTrainer()
    const runner = await trainer.predictor()
    try {
      const { labels, dataset } = this.data
      return await see(runner, features, labels, dataset.photos, this.random.fork('galleries'))
    } finally {
      await runner.close()
    }
  }

  /** Photos that could not be read so far. */
  get unreadable(): Unreadable[] {
    return [...this.known.values()].flatMap(features => features.unreadable)
  }

  /** What has been learnt, to be used or saved. */
  async classifier(): Promise<Classifier> {
    const trainer = await this.headTrainer()
    const { backbone, rule, head, data } = this
    return { backbone, rule, head, labels: data.labels, spec: headSpec(backbone), weights: trainer.weights() }
  }

  /**
   * Writes the whole classifier as one `.onnx` file that says how to use it.
   * Throws `io` where it cannot be written; an older file is then still there.
   */
  async save(path: string): Promise<void> {
    const { data, stages } = this
    const { photos, evaluation } = await this.evaluate()
    const { accuracy: value, interval } = evaluation
    const bytes = await modelFile(await this.classifier(), photos, data.dataset.root, {
      recipe: stages.map(stage => stage.name).join(', ') || 'untrained',
      seed: data.seed,
      versions: versions(),
      data: {
        fingerprint: data.dataset.fingerprint,
        train: (await this.plain('train')).photos.length,
        valid: photos.length,
      },
      accuracy: { value, low: interval[0], high: interval[1] },
    })
    await writeFileAtomic(path, bytes)
  }

  /** Frees the networks. */
  async close(): Promise<void> {
    await this.extractor.close()
    await this.trainer?.close()
    this.trainer = undefined
  }

  private async run(plan: (batches: number) => Schedule, options: FitOptions): Promise<Stage> {
    const { progress, signal, log } = this.options
    const { name = `fit ${this.stages.length + 1}` } = options
    const started = performance.now()
    const epochs = plan(1).epochs
    const work = await this.work(epochs)
    const schedule = plan(work.batchesPerEpoch)
    const trainer = await this.headTrainer()
    trainer.forgetMomentum()
    const callbacks: Callback[] = [stopOnDivergence(work), stopOnAbort(signal), tellProgress(name, progress)]
    if (options.earlyStop !== undefined) callbacks.push(earlyStop(options.earlyStop))
    if (options.keepBest) callbacks.push(keepBest(work))
    if (log) callbacks.push(recordTo(line => log({ stage: name, ...line })))
    const records = await fit(work, schedule, callbacks)
    if (this.augmentation) this.augmentedEpochs += epochs
    const accuracy = options.keepBest ? (await work.validate()).accuracy : (records.at(-1)?.accuracy ?? 0)
    const seconds = (performance.now() - started) / 1000
    const stage = { name, schedule: schedule.name, epochs: records, accuracy, seconds }
    this.stages.push(stage)
    return stage
  }

  /** The training photos' features as work for the loop, with as many augmented views as there are epochs. */
  private async work(epochs: number): Promise<HeadWork> {
    const features = this.augmentation
      ? await this.augmented(this.augmentation, epochs)
      : await this.plain('train')
    await this.plain('valid')
    await this.extractor.close()
    const trainer = await this.headTrainer()
    return new HeadWork({
      trainer,
      features,
      classes: this.data.labels.length,
      batchSize: this.batchSize(features.photos.length),
      random: this.random.fork('fit', this.stages.length),
      validate: async () => {
        const { evaluation } = await this.evaluate()
        return { validLoss: evaluation.logLoss, accuracy: evaluation.accuracy }
      },
    })
  }

  private augmented(augmentation: Augmentation, epochs: number): Promise<Features> {
    const first = this.augmentedEpochs
    const count = Math.min(epochs, mostViews)
    return this.extract('train', `training photos, ${count} augmented views each`, photo =>
      Array.from({ length: count }, (_, i) =>
        drawAugmentation(this.random.fork('augment', photo.path, first + i), augmentation),
      ),
    )
  }

  /** How many photos of a part can be read. */
  async readable(split: Split): Promise<number> {
    return this.data.photos(split).length === 0 ? 0 : (await this.plain(split)).photos.length
  }

  private async plain(split: Split): Promise<Features> {
    const known = this.known.get(split)
    if (known) return known
    const features = await this.extract(split, `${partNames[split]} photos`, () => [null])
    if (split !== 'test') requireEveryClass(this.data.labels, features.photos, features.unreadable, split)
    this.known.set(split, features)
    return features
  }

  private extract(split: Split, task: string, views: (photo: Photo) => View[]): Promise<Features> {
    const { progress, signal } = this.options
    return this.extractor.extract(this.data.photos(split), { task, views, progress, signal })
  }

  private async headTrainer(): Promise<HeadTrainer> {
    if (this.trainer) return this.trainer
    const { head, options, random } = this
    const photos = (await this.plain('train')).photos.length
    this.trainer = await HeadTrainer.open({
      ...options,
      head,
      optimizer: options.optimizer ?? sgd({ momentum: 0.9 }),
      batchSize: this.batchSize(photos),
      random: random.fork('head'),
    })
    return this.trainer
  }

  private batchSize(photos: number): number {
    return Math.min(this.data.batchSize, photos)
  }
}
