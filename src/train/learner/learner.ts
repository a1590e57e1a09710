import { type Optimizer, sgd } from '../../autodiff/index.js'
import { type Backbone, featureWidth, type LayerGroup, loadBackbone } from '../../backbones/index.js'
import { argumentError, RandomStream } from '../../core/index.js'
import type { Photo, Split } from '../../dataset/index.js'
import { writeFileAtomic } from '../../files/index.js'
import {
  type Augmentation,
  checkAugmentation,
  drawAugmentation,
  PhotoReader,
  SIDE_ON,
  testTimeViews,
  type ViewRule,
} from '../../images/index.js'
import type { Features, Unreadable, View } from '../features/index.js'
import { fingerprintSeen, headSpec, partNames } from '../features/index.js'
import type { Classifier, HeadWeights } from '../heads/index.js'
import { fastaiHead, GrowingHead, type Head, HeadWork } from '../heads/index.js'
import { KEPT_BYTES } from '../loading/index.js'
import type { Restorable, Trainable } from '../loop/index.js'
import {
  type CycleOptions,
  type OneCycleOptions,
  oneCycle,
  type RateSearch,
  type RateSearchOptions,
  rateSearch,
  restarts,
  type Schedule,
  searchRate,
} from '../loop/index.js'
import type { NetworkWeights } from '../network/index.js'
import {
  checkMix,
  groupNumber,
  layerGroups,
  type NetworkRun,
  type Rates,
  ratesOf,
  rateText,
  tunedBackbone,
  withNetwork,
} from '../network/index.js'
import { figuresOf, modelFile, type Seen, seeThrough, validationOf, versions } from '../results/index.js'
import { type FitOptions, keepingStart, runStage, type Stage, stepSettings } from '../stages/index.js'
import type { StepState, Tensors } from '../steps/index.js'
import type { ImageData } from './image-data.js'
import type { LearnerOptions } from './options.js'
import { LearnerRecord } from './record.js'
import { TrunkFeatures } from './trunk-features.js'

/** Each view of the training photos costs memory; later epochs see the views again, in another order of photos. */
const mostViews = 8

/** A pretrained trunk with a head that learns, and where it is unfrozen learns with it: the article's `learn`. */
export class Learner {
  readonly stages: Stage[] = []
  /** The parts that can learn at rates of their own, from the input on; the last one is the head. */
  readonly layerGroups: readonly LayerGroup[]
  private readonly random: RandomStream
  private readonly features: TrunkFeatures
  private augmentation: Augmentation | undefined
  private augmentedEpochs = 0
  /** Index of the first group that learns. */
  private firstGroup: number
  private readonly growing: GrowingHead
  private readonly searches: RateSearch['points'][] = []
  /** The trunk's weights that are no longer the pretrained ones. */
  private trained: Tensors = new Map()
  private record: LearnerRecord | undefined
  private readonly reader = new PhotoReader({ keepBytes: KEPT_BYTES })

  private constructor(
    readonly backbone: Backbone,
    readonly data: ImageData,
    readonly rule: ViewRule,
    private readonly head: Head,
    private readonly options: LearnerOptions,
  ) {
    this.random = RandomStream.fromSeed(data.seed).fork('learner')
    this.layerGroups = layerGroups(backbone, head)
    this.firstGroup = this.layerGroups.length - 1
    this.growing = new GrowingHead(head, this.random.fork('head'))
    this.features = new TrunkFeatures(backbone, { ...options, data, rule, reader: this.reader })
  }

  /**
   * A learner on a named backbone, or on one loaded already. Its trunk is frozen at first.
   * Throws `model` for a backbone that cannot be had.
   */
  static async pretrained(
    backbone: string | Backbone,
    data: ImageData,
    options: LearnerOptions = {},
  ): Promise<Learner> {
    const trunk = typeof backbone === 'string' ? await loadBackbone(backbone, options) : backbone
    const rule = { size: data.size ?? trunk.inputSize, resize: data.resize }
    const features = featureWidth(trunk, headSpec(trunk))
    const head = (options.head ?? fastaiHead)(features, data.labels.length)
    const learner = new Learner(trunk, data, rule, head, options)
    await learner.recall()
    return learner
  }

  /** From now on the network learns from augmented photos, drawn anew for each epoch; `null` goes back to plain ones. */
  augment(augmentation: Partial<Augmentation> | null = {}): this {
    this.augmentation = augmentation === null ? undefined : { ...SIDE_ON, ...augmentation }
    if (this.augmentation) checkAugmentation(this.augmentation)
    return this
  }

  /** Only the new head learns, on features of the trunk that are computed once: fast. */
  freeze(): this {
    return this.freezeTo(-1)
  }

  /**
   * This group and those after it learn, the ones before it do not.
   *
   * @param group its name, or its number from 0; negative numbers count from the end.
   */
  freezeTo(group: number | string): this {
    this.firstGroup = groupNumber(group, this.layerGroups)
    return this
  }

  /** Every layer learns. */
  unfreeze(): this {
    return this.freezeTo(0)
  }

  /** Learning-rate range test on the training photos, the same rate for all that learns; the weights are the same afterwards. */
  async findRate(options: RateSearchOptions = {}): Promise<RateSearch> {
    const { progress, signal } = this.options
    const shares = this.learning().map(() => 1)
    const known = this.record?.past?.searches[this.searches.length]
    const points =
      known ??
      (await this.withWork(1, shares, {}, work => searchRate(work, { progress, signal, ...options })))
    this.searches.push(points)
    if (!known) await this.remember()
    return rateSearch(points)
  }

  /**
   * Trains what is not frozen: `cycles` epochs at a constant rate, or with `cycleLen` that many cosine cycles (SGDR).
   * Several rates are for the {@link layerGroups}; those of frozen ones do not count.
   * Throws `diverged` when the loss is no longer finite; the weights are then those of the last good epoch.
   */
  async fit(rate: Rates, cycles: number, options: FitOptions & CycleOptions = {}): Promise<Stage> {
    const { cycleLen, cycleMult } = options
    return this.run(
      rate,
      (top, label, batches) => restarts(top, cycles, batches, { cycleLen, cycleMult, label }),
      options,
    )
  }

  /** Trains what is not frozen with one cycle up to `maxRate` over the epochs. */
  async fitOneCycle(
    maxRate: Rates,
    epochs: number,
    options: FitOptions & OneCycleOptions = {},
  ): Promise<Stage> {
    return this.run(
      maxRate,
      (top, label, batches) => oneCycle(top, epochs, batches, { ...options, label }),
      options,
    )
  }

  /** Shows the validation photos (or another part) to the network, plain or with `tta` augmented views beside. */
  async evaluate({ tta = 0, split = 'valid' }: { tta?: number; split?: Split } = {}): Promise<Seen> {
    if (!Number.isInteger(tta) || tta < 0 || tta > mostViews)
      throw argumentError('tta', `a whole number of views from 0 to ${mostViews}`, tta)
    this.record?.requireCaughtUp(this.stages.length, this.searches.length)
    const augmentation = this.augmentation ?? SIDE_ON
    const views = ({ sha256 }: Photo): View[] => [
      null,
      ...testTimeViews(this.data.seed, sha256, tta, augmentation),
    ]
    const features =
      tta === 0
        ? await this.features.plain(split)
        : await this.features.views(split, `${partNames[split]} photos, ${tta + 1} views each`, views)
    return this.look(features, this.growing.weights())
  }

  get unreadable(): Unreadable[] {
    return this.features.unreadable
  }

  /** What has been learnt, to be used or saved. */
  async classifier(): Promise<Classifier> {
    this.record?.requireCaughtUp(this.stages.length, this.searches.length)
    const { rule, head, data, features } = this
    const { trunk } = features
    const weights = this.growing.weights()
    return { backbone: trunk, rule, head, labels: data.labels, spec: headSpec(trunk), weights }
  }

  /**
   * Writes the whole classifier as one `.onnx` file that says how to use it.
   * Throws `io` where it cannot be written; an older file is then still there.
   */
  async save(path: string): Promise<void> {
    const { data, stages } = this
    const seen = await this.evaluate()
    const facts = {
      recipe: stages.map(stage => stage.name).join(', ') || 'untrained',
      seed: data.seed,
      versions: versions(),
      ...figuresOf(seen, fingerprintSeen(data.dataset, this.unreadable), await this.readable('train')),
    }
    const bytes = await modelFile(await this.classifier(), seen.photos, data.dataset.root, facts)
    await writeFileAtomic(path, bytes)
  }

  /** How many photos of a part can be read. */
  async readable(split: Split): Promise<number> {
    return this.data.photos(split).length === 0 ? 0 : (await this.features.part(split)).photos.length
  }

  /** Frees the networks. */
  async close(): Promise<void> {
    await this.features.rest()
    await this.growing.close()
    await this.reader.close()
  }

  private async run(
    asked: Rates,
    plan: (rate: number, label: string, batches: number) => Schedule,
    options: FitOptions,
  ): Promise<Stage> {
    const { name = `fit ${this.stages.length + 1}` } = options
    const started = performance.now()
    const learning = this.learning()
    const rates = ratesOf(asked, this.layerGroups).slice(-learning.length)
    const top = Math.max(...rates)
    if (!(top > 0)) throw argumentError('rate', 'above 0 for a group that learns', rates)
    const label = rateText(rates)
    const { epochs, name: schedule } = plan(top, label, 1)
    const number = this.stages.length
    const known = this.record?.stage(number, name, schedule)
    if (known) {
      this.stages.push(known)
      return known
    }
    const shares = rates.map(rate => rate / top)
    const saved = this.record?.fit(number)
    const given = { ...this.options, ...options, name, started, saved }
    const fitted = () =>
      this.withWork(epochs, shares, options, work =>
        runStage(work, plan(top, label, work.batchesPerEpoch), given),
      )
    const stage = await (options.keepStart
      ? keepingStart(fitted, { ...given, schedule, before: this.stages.at(-1), goBack: this.mark() })
      : fitted())
    if (this.augmentation) this.augmentedEpochs += epochs
    this.stages.push(stage)
    await this.remember()
    return stage
  }

  /** What brings back the network as it is now; the accuracy that it has. */
  private mark(): () => Promise<number> {
    const { growing, trained, features, backbone } = this
    const head = growing.weights()
    return async () => {
      await growing.close()
      growing.take(head)
      this.trained = trained
      await features.replaceTrunk(trained.size > 0 ? tunedBackbone(backbone, trained) : backbone)
      return (await this.evaluate()).accuracy
    }
  }

  /** Takes up what a learner before a kill had come to. */
  private async recall(): Promise<void> {
    const { options, backbone, growing, features } = this
    if (!options.checkpoint) return
    const trunk = () => backbone.network({ size: this.rule.size, batch: 1 }).initializers
    this.record = LearnerRecord.of(options.checkpoint, growing.weights(), trunk)
    if (!this.record.past) return
    const { past } = this.record
    features.recall(past.unreadable)
    growing.take(past.head, past.drawn)
    this.augmentedEpochs = past.augmentedEpochs
    if (past.trunk.size > 0) await this.take(past)
  }

  /** Keeps what has been learnt, so that a kill costs nothing of it. */
  private async remember(): Promise<void> {
    const { stages, searches, augmentedEpochs, growing, trained: trunk } = this
    const { unreadableByPart: unreadable } = this.features
    const state = { stages, searches, augmentedEpochs, unreadable, trunk }
    await this.record?.write({ ...state, drawn: growing.drawn, head: growing.weights() })
  }

  private learning(): LayerGroup[] {
    return this.layerGroups.slice(this.firstGroup)
  }

  private get isFrozen(): boolean {
    return this.firstGroup === this.layerGroups.length - 1
  }

  /** Does something with the training photos as work for the loop; what is learnt meanwhile is kept. */
  private async withWork<Result>(
    epochs: number,
    shares: readonly number[],
    options: FitOptions,
    use: <Batch>(work: Trainable<Batch> & Restorable<StepState>) => Promise<Result>,
  ): Promise<Result> {
    checkMix(options)
    if (this.isFrozen) return use(await this.headWork(epochs, options))
    return withNetwork(await this.network(shares, options), use)
  }

  /** The training photos' features as work for the loop, with as many augmented views as there are epochs. */
  private async headWork(epochs: number, options: FitOptions): Promise<HeadWork> {
    if (options.mixup || options.erase)
      throw argumentError('mixup and erase', 'left out while the trunk is frozen: unfreeze first', options)
    const features = this.augmentation
      ? await this.augmented(this.augmentation, epochs)
      : await this.features.plain('train')
    await this.features.plain('valid')
    await this.features.rest()
    const batchSize = this.batchSize(features.photos.length)
    const { optimizer } = this
    const settings = { ...this.options, ...stepSettings(options), optimizer, batchSize }
    return new HeadWork({
      trainer: await this.growing.open(settings),
      features,
      classes: this.data.labels.length,
      batchSize,
      random: this.random.fork('fit', this.stages.length),
      validate: async () => validationOf(await this.evaluate()),
    })
  }

  /** The whole network, or its last groups, as work for the loop. */
  private async network(shares: readonly number[], options: FitOptions): Promise<NetworkRun> {
    const { head, rule, data, augmentation, reader, features } = this
    const { photos } = await features.part('train')
    await features.part('valid')
    await features.rest()
    const weights = this.growing.weights()
    await this.growing.close()
    return {
      ...this.options,
      ...options,
      optimizer: this.optimizer,
      backbone: features.trunk,
      head,
      spec: headSpec(features.trunk),
      batchSize: this.batchSize(photos.length),
      groups: this.learning(),
      weights,
      random: this.random.fork('network', this.stages.length),
      photos,
      augmentation,
      shares,
      reader,
      root: data.dataset.root,
      rule,
      validate: async learnt => validationOf(await this.lookThrough(learnt)),
      keep: learnt => this.take(learnt),
    }
  }

  /** The network goes on with these weights. */
  private async take({ trunk, head }: NetworkWeights): Promise<void> {
    this.growing.take(head)
    this.trained = new Map([...this.trained, ...trunk])
    await this.features.replaceTrunk(tunedBackbone(this.backbone, this.trained))
  }

  /** The validation photos as a network in training sees them. */
  private async lookThrough({ trunk, head }: NetworkWeights): Promise<Seen> {
    const { features } = this
    return this.look(await features.through(tunedBackbone(features.trunk, trunk), 'valid'), head)
  }

  private look(features: Features, weights: HeadWeights): Promise<Seen> {
    const { head, data, random, options } = this
    return seeThrough(head, weights, features, data, random.fork('galleries'), options)
  }

  private augmented(augmentation: Augmentation, epochs: number): Promise<Features> {
    const first = this.augmentedEpochs
    const count = Math.min(epochs, mostViews)
    return this.features.views('train', `training photos, ${count} augmented views each`, photo =>
      Array.from({ length: count }, (_, i) =>
        drawAugmentation(this.random.fork('augment', photo.sha256, first + i), augmentation),
      ),
    )
  }

  private get optimizer(): Optimizer {
    return this.options.optimizer ?? sgd({ momentum: 0.9 })
  }

  private batchSize(photos: number): number {
    return Math.min(this.data.batchSize, photos)
  }
}
