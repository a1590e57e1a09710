import type { AccuracyFigure, CalibrationFigures, ClassEvaluation, Interval } from '../../evaluate/index.js'
import type { AbstentionFacts, ClassFacts, ModelFacts, RepeatFacts, ShortcutFacts } from '../input.js'

/** What a model card tells. Plain data; what is not known is said to be unknown, or left out. */
export interface CardInput {
  readonly labels: readonly string[]
  /** The label that stands for everything else, where there is one. */
  readonly rest?: string | undefined
  readonly model: Pick<ModelFacts, 'recipe' | 'inputSize'> & {
    /** What is done to photos that are not square. */
    readonly resize: 'crop' | 'squash' | 'pad'
    readonly backbone: ModelFacts['backbone'] & {
      /** Its address on the Hugging Face Hub, `owner/name`. */
      readonly hub?: string | undefined
    }
    /** Photos that it carries, to check itself by. */
    readonly golden: number
    /** Whether it has the output `known`, and what that has to reach. */
    readonly threshold?: number | undefined
    /** Where its weights were stored otherwise than trained: how, and how many verdicts on how many photos changed by that. */
    readonly precision?:
      | {
          readonly weights: string
          readonly photos?: number | undefined
          readonly changed?: number | undefined
        }
      | undefined
  }
  /** What it was measured on, the validation photos first. */
  readonly figures: readonly MeasuredFacts[]
  /** Of the validation photos. */
  readonly perClass: readonly ClassRow[]
  readonly calibration?: CardCalibration | undefined
  readonly abstention?: AbstentionFacts | undefined
  readonly data: CardData
  readonly repeat: Pick<RepeatFacts, 'seed' | 'fingerprint' | 'versions'> & {
    /** Where it is known how the run was made. */
    readonly command?: string | undefined
    /** The time that it might take, in words, where that was limited: "30 s". */
    readonly limit?: string | undefined
  }
}

export type ClassRow = Pick<ClassEvaluation, 'label' | 'support' | 'recall' | 'recallInterval' | 'precision'>

/** Accuracy on one set of photos, or by one way of looking at them. */
export interface MeasuredFacts extends AccuracyFigure {
  /** "validation photos", "the same, mean of 5 views". */
  readonly what: string
  /** Whether each photo was looked at once, as it is. */
  readonly isPlain: boolean
  /** As the data set calls that part. */
  readonly part: 'validation' | 'test'
  /** Of the probabilities, where it is known. */
  readonly logLoss?: number | undefined
}

/** Whether the probabilities can be believed, in the figures that fit a table. */
export interface CardCalibration
  extends Pick<CalibrationFigures, 'ece' | 'floor' | 'logLoss' | 'brier' | 'count'> {
  readonly interval: Interval
  readonly temperature: number
  /** The photos that the temperature was found on, in words. */
  readonly fittedOn?: string | undefined
  readonly before: { readonly ece: number; readonly logLoss: number; readonly brier: number } | null
}

export interface CardData {
  /** Names of the parts, in the order of `counts`. */
  readonly parts: readonly string[]
  /** Empty where only the number of photos is known. */
  readonly classes: readonly Pick<ClassFacts, 'label' | 'counts'>[]
  readonly train: number
  readonly valid: number
  /** Photos under each licence, and from each source; null where a photo's is unknown. Undefined where nobody recorded any. */
  readonly origins?: CardOrigins | undefined
  /** Photos measured on that are exact copies of photos learnt from; undefined where nobody looked. */
  readonly leaks?: number | undefined
  /** Photos that could not be read. */
  readonly unreadable?: number | undefined
  /** Those that stand out; undefined where nobody looked. */
  readonly shortcuts?: ShortcutFacts['rows'] | undefined
}

export interface CardOrigins {
  readonly licences: readonly { readonly license: string | null; readonly photos: number }[]
  readonly sources: readonly { readonly source: string | null; readonly photos: number }[]
  readonly noChanges: number
  readonly noCommercialUse: number
}
