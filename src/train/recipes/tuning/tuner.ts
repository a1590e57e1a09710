import type { FeatureSpec } from '../../../backbones/index.js'
import type { RandomStream } from '../../../core/index.js'
import type { Photo } from '../../../dataset/index.js'
import type { PhotoReader, ViewRule } from '../../../images/index.js'
import type { HeadWeights } from '../../heads/index.js'
import type { Restorable, Trainable, Validation } from '../../loop/index.js'
import type { KeptBatch, NetworkBatch, NetworkWeights } from '../../network/index.js'
import type { StepState } from '../../steps/index.js'
import type { RecipeOptions } from '../recipe.js'
import type { Depth } from './values.js'

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

/** A pretrained network with a linear head that can be fine-tuned, and judged, as often as one likes. */
export interface Tuner {
  readonly depth: Depth
  /** What learns, in words: `The last layers`. */
  readonly subject: string
  /** From these weights, the trunk's being the pretrained ones where it has none: a fit on some of the photos. */
  begin(
    start: TuningStart,
    photos: readonly Photo[],
    random: RandomStream,
    validate: () => Promise<Validation>,
  ): TuningWork
  /** What was learnt in the last fit, so far. */
  weights(): NetworkWeights
  /** Logits [photo][class] of plain views, with what was learnt so far. */
  logits(photos: readonly Photo[]): Promise<number[][]>
  close(): Promise<void>
}
