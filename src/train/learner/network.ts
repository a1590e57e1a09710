import { type Optimizer, sgd } from '../../autodiff/index.js'
import type { Backbone, LayerGroup } from '../../backbones/index.js'
import { argumentError, type RandomStream } from '../../core/index.js'
import type { Photo, Split } from '../../dataset/index.js'
import { type Augmentation, drawAugmentation, PhotoReader, type ViewRule } from '../../images/index.js'
import { type Features, headSpec, partNames, type View } from '../features/index.js'
import {
  type Classifier,
  GrowingHead,
  type Head,
  type HeadBatch,
  type HeadWeights,
  headProbabilities,
  headWork,
  otherThingsOf,
} from '../heads/index.js'
import { type KnownPhotos, remember, type Unknowing } from '../known/index.js'
import { KEPT_BYTES } from '../loading/index.js'
import type { Restorable, Trainable } from '../loop/index.js'
import {
  checkMix,
  type NetworkRun,
  type NetworkWeights,
  tunedBackbone,
  withNetwork,
} from '../network/index.js'
import { type Seen, seeThrough, validationOf } from '../results/index.js'
import { type FitOptions, stepSettings } from '../stages/index.js'
import type { StepState, StepWork, Tensors } from '../steps/index.js'
import type { LearnerData } from './learner-data.js'
import type { LearnerOptions } from './options.js'
import type { LearnerState } from './record.js'
import { TrunkFeatures } from './trunk-features.js'

/** Each view of the training photos costs memory; later epochs see the views again, in another order of photos. */
export const mostViews = 8

export interface LearnerNetworkOptions {
  readonly backbone: Backbone
  readonly data: LearnerData
  readonly rule: ViewRule
  readonly head: Head
  readonly random: RandomStream
  readonly options: LearnerOptions
}

/** One fit, or one search of rates, as the network is asked for it. */
export interface Lesson {
  /** How many fits came before. */
  readonly number: number
  readonly epochs: number
  /** The groups that learn, the head last, and the rate of each as a share of the schedule's. */
  readonly groups: readonly LayerGroup[]
  readonly shares: readonly number[]
  /** Plain photos without it. */
  readonly augmentation: Augmentation | undefined
  /** Epochs before that saw augmented views. */
  readonly augmentedEpochs: number
  readonly options: FitOptions
  /** Shows the validation photos to the learner as it stands. */
  evaluate(): Promise<Seen>
}

/** A learner's trunk and head: what they have learnt, how they learn on, and what they see. */
export class LearnerNetwork {
  readonly features: TrunkFeatures
  private readonly growing: GrowingHead
  /** The trunk's weights that are no longer the pretrained ones. */
  private trained: Tensors = new Map()
  private readonly reader = new PhotoReader({ keepBytes: KEPT_BYTES })

  constructor(private readonly given: LearnerNetworkOptions) {
    const { backbone, data, rule, head, random, options } = given
    this.growing = new GrowingHead(head, random.fork('head'))
    this.features = new TrunkFeatures(backbone, { ...options, data, rule, reader: this.reader })
  }

  /** What the head knows now. */
  head(): HeadWeights {
    return this.growing.weights()
  }

  /** What a record keeps of it. */
  state(): Pick<LearnerState, 'drawn' | 'head' | 'trunk' | 'unreadable'> {
    const { growing, trained, features } = this
    const unreadable = features.unreadableByPart
    return { drawn: growing.drawn, head: growing.weights(), trunk: trained, unreadable }
  }

  /** Goes on from what a record kept. */
  async recall({ unreadable, head, drawn, trunk }: LearnerState): Promise<void> {
    this.features.recall(unreadable)
    this.growing.take(head, drawn)
    if (trunk.size > 0) await this.take({ trunk, head })
  }

  /** What brings back the network as it is now. */
  mark(): () => Promise<void> {
    const { growing, trained, features } = this
    const { backbone } = this.given
    const head = growing.weights()
    return async () => {
      await growing.close()
      growing.take(head)
      this.trained = trained
      await features.replaceTrunk(trained.size > 0 ? tunedBackbone(backbone, trained) : backbone)
    }
  }

  /** What has been learnt, to be used or saved. */
  classifier(): Classifier {
    const { rule, head, data } = this.given
    const { trunk } = this.features
    const weights = this.growing.weights()
    return { backbone: trunk, rule, head, labels: data.labels, spec: headSpec(trunk), weights }
  }

  /** What it knows its photos by: those learnt from, and how familiar the validation photos are beside them. */
  async known(): Promise<KnownPhotos | Unknowing> {
    const classifier = this.classifier()
    const { backbone, spec, labels } = classifier
    const { data, options } = this.given
    const looks = ({ views: [rows = new Float32Array()], ...seen }: Features) => ({ ...seen, rows })
    const learnt = looks(await this.features.plain('train'))
    const held = looks(await this.features.plain('valid'))
    const { background, likeness: find } = data.beside
    const others =
      background &&
      (await otherThingsOf(classifier, looks(await this.features.elsewhere(background)), options))
    await this.features.rest()
    // A frozen trunk sees photos that were learnt from as it sees others; only the head is too sure of them.
    const isFrozen = this.trained.size === 0
    const seen = isFrozen ? learnt : held
    const probabilities = await headProbabilities(classifier, seen.rows, options)
    const by: 'train' | 'valid' = isFrozen ? 'train' : 'valid'
    const ranked = { ...seen, by, probabilities, isOverSure: isFrozen }
    const { progress, signal } = options
    const likeness = find && { root: data.dataset.root, find, progress, signal }
    return remember({
      ...options,
      backbone,
      spec,
      isTuned: !isFrozen,
      classes: labels.length,
      seed: data.seed,
      learnt,
      ranked,
      others,
      likeness,
    })
  }

  /** A part of the photos through the network, plain, or in several views each, so many. */
  async see(split: Split, count = 1, views?: (photo: Photo) => readonly View[]): Promise<Seen> {
    const features = views
      ? await this.features.views(split, `${partNames[split]} photos, ${count} views each`, views)
      : await this.features.plain(split)
    return this.look(features, this.growing.weights())
  }

  /** Does something with the training photos as work for the loop; what is learnt meanwhile is kept. */
  async learn<Result>(
    lesson: Lesson,
    use: <Batch>(work: Trainable<Batch> & Restorable<StepState>) => Promise<Result>,
  ): Promise<Result> {
    checkMix(lesson.options)
    const isFrozen = lesson.groups.length === 1
    return isFrozen ? use(await this.headWork(lesson)) : withNetwork(await this.networkRun(lesson), use)
  }

  /** Frees the networks. */
  async close(): Promise<void> {
    await this.features.rest()
    await this.growing.close()
    await this.reader.close()
  }

  /** The training photos' features as work for the loop, with as many augmented views as there are epochs. */
  private async headWork(lesson: Lesson): Promise<StepWork<HeadBatch>> {
    const { number, augmentation, options: fit } = lesson
    const { random, data, options } = this.given
    if (fit.mixup || fit.erase)
      throw argumentError('mixup and erase', 'left out while the trunk is frozen: unfreeze first', fit)
    const features = augmentation
      ? await this.augmented(augmentation, lesson)
      : await this.features.plain('train')
    await this.features.plain('valid')
    await this.features.rest()
    const batchSize = this.batchSize(features.photos.length)
    const settings = { ...options, ...stepSettings(fit), optimizer: this.optimizer, batchSize }
    return headWork({
      trainer: await this.growing.open(settings),
      features,
      classes: data.labels.length,
      batchSize,
      random: random.fork('fit', number),
      validate: async () => validationOf(await lesson.evaluate()),
    })
  }

  /** The whole network, or its last groups, as work for the loop. */
  private async networkRun({
    number,
    groups,
    shares,
    augmentation,
    options: fit,
  }: Lesson): Promise<NetworkRun> {
    const { features, reader, growing } = this
    const { head, rule, data, random, options } = this.given
    const { photos } = await features.part('train')
    await features.part('valid')
    await features.rest()
    const weights = growing.weights()
    await growing.close()
    return {
      ...options,
      ...fit,
      ...{ head, groups, weights, photos, augmentation, shares, reader, rule },
      optimizer: this.optimizer,
      backbone: features.trunk,
      spec: headSpec(features.trunk),
      batchSize: this.batchSize(photos.length),
      random: random.fork('network', number),
      root: data.dataset.root,
      validate: async learnt => validationOf(await this.lookThrough(learnt)),
      keep: learnt => this.take(learnt),
    }
  }

  /** The network goes on with these weights. */
  private async take({ trunk, head }: NetworkWeights): Promise<void> {
    this.growing.take(head)
    this.trained = new Map([...this.trained, ...trunk])
    await this.features.replaceTrunk(tunedBackbone(this.given.backbone, this.trained))
  }

  /** The validation photos as a network in training sees them. */
  private async lookThrough({ trunk, head }: NetworkWeights): Promise<Seen> {
    const { features } = this
    return this.look(await features.through(tunedBackbone(features.trunk, trunk), 'valid'), head)
  }

  private look(features: Features, weights: HeadWeights): Promise<Seen> {
    const { head, data, random, options } = this.given
    return seeThrough(head, weights, features, data, random.fork('galleries'), options)
  }

  private augmented(
    augmentation: Augmentation,
    { epochs, augmentedEpochs: first }: Lesson,
  ): Promise<Features> {
    const { random } = this.given
    const count = Math.min(epochs, mostViews)
    return this.features.views('train', `training photos, ${count} augmented views each`, photo =>
      Array.from({ length: count }, (_, i) =>
        drawAugmentation(random.fork('augment', photo.sha256, first + i), augmentation),
      ),
    )
  }

  private get optimizer(): Optimizer {
    return this.given.options.optimizer ?? sgd({ momentum: 0.9 })
  }

  private batchSize(photos: number): number {
    return Math.min(this.given.data.batchSize, photos)
  }
}
