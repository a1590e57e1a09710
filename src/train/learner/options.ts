import type { Optimizer } from '../../autodiff/index.js'
import type { PreprocessingOptions } from '../../backbones/index.js'
import type { WorkOptions } from '../../core/index.js'
import type { DeviceOptions } from '../../engine/index.js'
import type { FeatureStore } from '../../run/index.js'
import type { Checkpoint } from '../checkpoint/index.js'
import type { Head } from '../heads/index.js'

export interface LearnerOptions extends DeviceOptions, WorkOptions {
  /** How photos are prepared for a network given by its file, as for `loadBackbone`. */
  readonly preprocessing?: PreprocessingOptions | undefined
  /** Keep the frozen trunk's features on disk, keyed by content; on by default where a store is given. */
  readonly store?: FeatureStore | undefined
  /** What stands behind the trunk; fastai 0.7's head by default. */
  readonly head?: ((features: number, classes: number) => Head) | undefined
  /** SGD with momentum 0.9 by default. */
  readonly optimizer?: Optimizer | undefined
  /** The share of true photos that a saved classifier is to answer, 0.5 to 0.999; 0.95 by default. */
  readonly coverage?: number | undefined
  readonly labelSmoothing?: number | undefined
  /** Weight of each class in the loss, in label order. */
  readonly classWeights?: readonly number[] | undefined
  /** Called with every step and epoch. */
  readonly log?: ((line: Readonly<Record<string, unknown>>) => void) | undefined
  /** Where training is kept, so that the same calls on another day go on from there. */
  readonly checkpoint?: Checkpoint | undefined
}
