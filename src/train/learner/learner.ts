import { type Backbone, featureWidth, type LayerGroup, loadBackbone } from '../../backbones/index.js'
import { argumentError, RandomStream } from '../../core/index.js'
import { fingerprintSeen, type Split } from '../../dataset/index.js'
import { writeFileAtomic } from '../../files/index.js'
import {
  type Augmentation,
  checkAugmentation,
  SIDE_ON,
  testTimeViews,
  type ViewRule,
} from '../../images/index.js'
import { headSpec, type Unreadable } from '../features/index.js'
import { type Classifier, fastaiHead, type Head } from '../heads/index.js'
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
import { groupNumber, layerGroups, type Rates, ratesOf, rateText } from '../network/index.js'
import { figuresOf, modelFile, type Seen, versions } from '../results/index.js'
import { type FitOptions, keepingStart, runStage, type Stage } from '../stages/index.js'
import type { LearnerData } from './learner-data.js'
import { LearnerNetwork, type Lesson, mostViews } from './network.js'
import type { LearnerOptions } from './options.js'
import { LearnerRecord } from './record.js'

/** A pretrained trunk with a head that learns, and where it is unfrozen learns with it: the article's `learn`. */
export class Learner {
  readonly stages: Stage[] = []
  /** The parts that can learn at rates of their own, from the input on; the last one is the head. */
  readonly layerGroups: readonly LayerGroup[]
  private readonly network: LearnerNetwork
  private augmentation: Augmentation | undefined
  private augmentedEpochs = 0
  /** Index of the first group that learns. */
  private firstGroup: number
  private readonly searches: RateSearch['points'][] = []
  private record: LearnerRecord | undefined

  private constructor(
    readonly backbone: Backbone,
    readonly data: LearnerData,
    readonly rule: ViewRule,
    head: Head,
    private readonly options: LearnerOptions,
  ) {
    const random = RandomStream.fromSeed(data.seed).fork('learner')
    this.layerGroups = layerGroups(backbone, head)
    this.firstGroup = this.layerGroups.length - 1
    this.network = new LearnerNetwork({ backbone, data, rule, head, random, options })
  }

  /**
   * A learner on a named backbone, or on one loaded already. Its trunk is frozen at first.
   * Throws `model` for a backbone that cannot be had.
   */
  static async pretrained(
    backbone: string | Backbone,
    data: LearnerData,
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
    const alike = this.learning().map(() => 1)
    const lesson = this.lesson(1, alike, {})
    const search = () =>
      this.network.learn(lesson, work => searchRate(work, { progress, signal, ...options }))
    const known = this.record?.past?.searches[this.searches.length]
    const points = known ?? (await search())
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
    if (tta === 0) return this.network.see(split)
    const augmentation = this.augmentation ?? SIDE_ON
    return this.network.see(split, tta + 1, ({ sha256 }) => [
      null,
      ...testTimeViews(this.data.seed, sha256, tta, augmentation),
    ])
  }

  get unreadable(): Unreadable[] {
    return this.network.features.unreadable
  }

  /** What has been learnt, to be used or saved. */
  async classifier(): Promise<Classifier> {
    this.record?.requireCaughtUp(this.stages.length, this.searches.length)
    return { ...this.network.classifier(), known: await this.network.known() }
  }

  /**
   * Writes the whole classifier as one `.onnx` file that says how to use it.
   * Throws `io` where it cannot be written; an older file is then still there.
   */
  async save(path: string): Promise<void> {
    const { data, stages } = this
    const seen = await this.evaluate()
    const classifier = await this.classifier()
    const facts = {
      recipe: stages.map(stage => stage.name).join(', ') || 'untrained',
      seed: data.seed,
      versions: versions(),
      ...figuresOf(
        seen,
        classifier,
        fingerprintSeen(data.dataset, this.unreadable),
        await this.readable('train'),
      ),
    }
    const bytes = await modelFile(classifier, seen.photos, data.dataset.root, facts)
    await writeFileAtomic(path, bytes)
  }

  /** How many photos of a part can be read. */
  async readable(split: Split): Promise<number> {
    return this.data.photos(split).length === 0 ? 0 : (await this.network.features.part(split)).photos.length
  }

  /** Frees the networks. */
  async close(): Promise<void> {
    await this.network.close()
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
    const lesson = this.lesson(epochs, shares, options)
    const fitted = () =>
      this.network.learn(lesson, work => runStage(work, plan(top, label, work.batchesPerEpoch), given))
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
    const goBack = this.network.mark()
    return async () => {
      await goBack()
      return (await this.evaluate()).accuracy
    }
  }

  /** Takes up what a learner before a kill had come to. */
  private async recall(): Promise<void> {
    const { options, backbone, network } = this
    if (!options.checkpoint) return
    const trunk = () => backbone.network({ size: this.rule.size, batch: 1 }).initializers
    this.record = LearnerRecord.of(options.checkpoint, network.head(), trunk)
    const { past } = this.record
    if (!past) return
    this.augmentedEpochs = past.augmentedEpochs
    await network.recall(past)
  }

  /** Keeps what has been learnt, so that a kill costs nothing of it. */
  private async remember(): Promise<void> {
    const { stages, searches, augmentedEpochs } = this
    await this.record?.write({ stages, searches, augmentedEpochs, ...this.network.state() })
  }

  private lesson(epochs: number, shares: readonly number[], options: FitOptions): Lesson {
    const { augmentation, augmentedEpochs } = this
    const number = this.stages.length
    const evaluate = () => this.evaluate()
    const groups = this.learning()
    return { number, epochs, shares, groups, augmentation, augmentedEpochs, options, evaluate }
  }

  private learning(): LayerGroup[] {
    return this.layerGroups.slice(this.firstGroup)
  }
}
