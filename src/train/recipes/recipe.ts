import type { Backbone } from '../../backbones/index.js'
import type { WorkOptions } from '../../core/index.js'
import type { Background, Dataset, LikenessFinder } from '../../dataset/index.js'
import type { DeviceOptions } from '../../engine/index.js'
import type { Interval } from '../../evaluate/index.js'
import type { DecodedBeside, ViewRule } from '../../images/index.js'
import type { FeatureStore } from '../../run/index.js'
import type { Checkpoint } from '../checkpoint/index.js'
import type { FeatureHelp, Unreadable } from '../features/index.js'
import type { Classifier } from '../heads/index.js'
import type { RateSearch } from '../loop/index.js'
import type { Seen } from '../results/index.js'
import type { Stage } from '../stages/index.js'
import type { TimePlan } from '../time-plan/index.js'

export type FineTune = 'auto' | 'always' | 'never'

export const fineTunes: readonly FineTune[] = ['auto', 'always', 'never']

export interface RecipeOptions extends DeviceOptions, WorkOptions {
  readonly dataset: Dataset
  readonly backbone: Backbone
  readonly seed: number
  /** Side of what the network sees; the backbone's own by default. */
  readonly size?: number | undefined
  /**
   * `auto`, the default: recipe `auto` fine-tunes the last layers where cross-validation finds that it pays, `fastai-2018`
   * all layers, as the article did. `always`: all layers. `never`: the head alone learns.
   */
  readonly fineTune?: FineTune | undefined
  /** Epochs of that; the recipe's own number by default. */
  readonly epochs?: number | undefined
  /** The share of true photos that the classifier is to answer, 0.5 to 0.999; 0.95 by default. */
  readonly coverage?: number | undefined
  /** Photos of other things, which the classifier is to answer with none of its labels. */
  readonly background?: Background | undefined
  /** Finds photos that look alike: none of them makes another one look known. */
  readonly likeness?: LikenessFinder | undefined
  /** What else is learnt of photos when they are decoded first. */
  readonly beside?: DecodedBeside | undefined
  /** Opens the store of features for what they depend on; without it nothing is kept. */
  readonly store?: ((namespace: string) => FeatureStore) | undefined
  /** Others that compute features which the store does not have. */
  readonly help?: FeatureHelp | undefined
  readonly log?: ((line: Readonly<Record<string, unknown>>) => void) | undefined
  /** Given a classifier that can be used already, while a better one is sought; the search waits for it. */
  readonly meanwhile?: ((usable: RecipeResult) => Promise<void>) | undefined
  /** When all is to be done, if that is limited; told what is ahead, so that it can tell how long that takes. */
  readonly time?: TimePlan | undefined
  /** Where training is kept, so that a run that was cut off goes on from there. */
  readonly checkpoint?: Checkpoint | undefined
}

/** A way of training that was compared with others. */
export interface Candidate {
  readonly name: string
  /** Out of fold, on training photos alone. */
  readonly accuracy: number
  readonly interval: Interval
  readonly logLoss: number
  readonly chosen: boolean
  readonly note?: string | undefined
}

/** How a recipe made up its mind. */
export interface Choice {
  /** In words. */
  readonly method: string
  readonly candidates: readonly Candidate[]
  /** Whether all layers were fine-tuned, and why: a sentence. */
  readonly fineTuning?: { readonly chosen: boolean; readonly reason: string } | undefined
}

export interface RecipeResult {
  readonly classifier: Classifier
  readonly stages: readonly Stage[]
  /** The validation photos as the finished classifier sees them, through their plain views. */
  readonly seen: Seen
  /** The same with test-time augmentation. */
  readonly tta?: { readonly views: number; readonly seen: Seen } | undefined
  /** The photos kept apart as `test`, if there are any. */
  readonly test?: Seen | undefined
  readonly unreadable: readonly Unreadable[]
  readonly choice?: Choice | undefined
  readonly rates?: RateSearch | undefined
}

/** A way from photos to a classifier, start to end. */
export interface Recipe {
  readonly name: string
  /** One line for help texts. */
  readonly description: string
  /** The rule its plain views follow, for pictures in the report. */
  readonly resize: ViewRule['resize']
  run(options: RecipeOptions): Promise<RecipeResult>
}
