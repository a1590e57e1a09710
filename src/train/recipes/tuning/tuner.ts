import { type FeatureSpec, featureWidth, type LayerGroup } from '../../../backbones/index.js'
import type { RandomStream } from '../../../core/index.js'
import type { Photo } from '../../../dataset/index.js'
import type { PhotoReader, ViewRule } from '../../../images/index.js'
import { type Head, type HeadWeights, linearHead } from '../../heads/index.js'
import type { Restorable, Trainable, Validation } from '../../loop/index.js'
import {
  type Cut,
  type KeptBatch,
  type NetworkBatch,
  NetworkTrainer,
  type NetworkWeights,
  type NetworkWorkOptions,
} from '../../network/index.js'
import type { StepState } from '../../steps/index.js'
import type { RecipeOptions } from '../recipe.js'
import { averageDecay, batchSize, type Depth, dropout, labelSmoothing, optimizer, shares } from './values.js'

/** What is to be fine-tuned, and how its photos are seen. */
export interface TunerOptions extends RecipeOptions {
  /** What the head reads. */
  readonly spec: FeatureSpec
  readonly rule: ViewRule
  readonly reader: PhotoReader
  /** Photos to learn from, in one fit or another. */
  readonly photos: readonly Photo[]
  /** Views of photos come from it. */
  readonly random: RandomStream
  /** What a head starts with has these shapes. */
  readonly head: HeadWeights
}

/** What a fit begins with. */
export type TuningStart = Pick<NetworkWeights, 'head'> & Partial<NetworkWeights>

/** One fit, for the loop. */
export type TuningWork = Trainable<NetworkBatch | KeptBatch> & Restorable<StepState>

/** How photos reach a network in training, and what it then says of others: all that differs from one tuner to another. */
export interface TunerViews {
  /** Before photos are judged, again and again, that are not learnt from. */
  lookAt(photos: readonly Photo[], signal: AbortSignal | undefined): Promise<void>
  work(photos: readonly Photo[], options: NetworkWorkOptions): TuningWork
  /** Logits [photo][class] of plain views, with these weights. */
  logits(photos: readonly Photo[], weights: NetworkWeights): Promise<number[][]>
  close(): Promise<void>
}

/** A pretrained network with a linear head that can be fine-tuned, and judged, as often as one likes. */
export class Tuner {
  constructor(
    private readonly options: TunerOptions,
    readonly depth: Depth,
    private readonly trainer: NetworkTrainer,
    readonly views: TunerViews,
  ) {}

  /** What learns, in words: `The last layers`. */
  get subject(): string {
    return this.depth === 'last' ? 'The last layers' : 'All layers'
  }

  /** From these weights, the trunk's being the pretrained ones where it has none: a fit on some of the photos. */
  begin(
    start: TuningStart,
    photos: readonly Photo[],
    random: RandomStream,
    validate: () => Promise<Validation>,
  ): TuningWork {
    const { trainer, options } = this
    trainer.begin(start, random)
    const classes = options.dataset.labels.length
    return this.views.work(photos, {
      ...{ trainer, classes, shares, random, validate },
      batchSize: batchSizeOf(options),
    })
  }

  /** What was learnt in the last fit, so far. */
  weights(): NetworkWeights {
    return this.trainer.weights()
  }

  /** Logits [photo][class] of plain views, with what was learnt so far. */
  logits(photos: readonly Photo[]): Promise<number[][]> {
    return this.views.logits(photos, this.weights())
  }

  async close(): Promise<void> {
    await Promise.all([this.trainer.close(), this.views.close()])
  }
}

/** The head that is fine-tuned: the frozen one, with dropout. */
export function tunedHead({ backbone, spec, dataset }: TunerOptions): Head {
  return linearHead(featureWidth(backbone, spec), dataset.labels.length, { dropout })
}

/** Photos a step learns from. */
export function batchSizeOf({ photos }: TunerOptions): number {
  return Math.min(batchSize, photos.length)
}

/** The network in training, or the part behind a cut. */
export function openTrainer(
  options: TunerOptions,
  groups: readonly LayerGroup[],
  cut?: Cut,
): Promise<NetworkTrainer> {
  return NetworkTrainer.open({
    ...options,
    ...{ groups, cut, optimizer, labelSmoothing, averageDecay },
    head: tunedHead(options),
    weights: options.head,
    size: options.rule.size,
    batchSize: batchSizeOf(options),
    batchNorm: 'none',
  })
}
