import type { RatePoint } from '../charts/index.js'
import type {
  AbstentionFigures,
  BackgroundFigures,
  CalibrationFigures,
  Evaluation,
  Interval,
} from '../evaluate/index.js'

/** An encoded picture (JPEG, PNG, WebP, AVIF or GIF bytes) or a base64 data URI of one. About 240 px are enough. */
export type Picture = Uint8Array | string

/** Everything a report shows. Plain data: the report measures nothing itself and leaves out what is not given. */
export interface ReportInput {
  /** Heading; made of the labels by default. */
  readonly title?: string | undefined
  /** When the run ended, ISO 8601. */
  readonly made?: string | undefined
  /** Which photos were judged, as an adjective; 'validation' by default. */
  readonly part?: string | undefined
  readonly evaluation: Evaluation
  readonly calibration?: CalibrationFacts | undefined
  readonly tta?: TtaFacts | undefined
  readonly test?: TestFacts | undefined
  readonly abstention?: AbstentionFacts | undefined
  readonly model: ModelFacts
  readonly stages: readonly StageFacts[]
  readonly choice?: ChoiceFacts | undefined
  readonly rates?: RateFacts | undefined
  readonly augmented?: AugmentedFacts | undefined
  readonly galleries: readonly Gallery[]
  readonly data: DataFacts
  readonly repeat: RepeatFacts
  readonly timings: readonly Timing[]
}

/** What a summary for a terminal shows of a report. */
export type SummaryInput = Pick<
  ReportInput,
  'evaluation' | 'calibration' | 'tta' | 'test' | 'stages' | 'part' | 'choice' | 'abstention'
> & {
  readonly data: Pick<DataFacts, 'leaks' | 'hints' | 'unreadable' | 'photos'> & {
    /** Photos judged that the run is known to have learnt from, which are then the `leaks`. */
    readonly learnt?: number | undefined
  }
}

/** The same photos judged with test-time augmentation. */
export interface TtaFacts {
  /** Augmented views beside the plain photo. */
  readonly views: number
  readonly evaluation: Evaluation
  readonly calibration?: CalibrationFigures | undefined
}

/** Whether the probabilities can be believed. */
export interface CalibrationFacts extends CalibrationFigures {
  /** The photos that the temperature was found on, in words, where it is known. */
  readonly fittedOn?: string | undefined
}

/** When the model says that a photo shows none of its labels. */
export interface AbstentionFacts {
  /** On photos by which its threshold was not chosen, where there are any. */
  readonly figures?: AbstentionFigures | undefined
  /** Those photos, as an adjective; as `part` of the report by default. */
  readonly part?: string | undefined
  /** The share of true photos that is to be answered, and by what that was arranged, in words. */
  readonly coverage?: number | undefined
  readonly method?: string | undefined
  /** Why it never does: a sentence. */
  readonly why?: string | undefined
  /** On photos of other things, where some were given to learn from. */
  readonly background?: BackgroundFigures | undefined
}

/** Photos kept apart as test, by which nothing was chosen. */
export interface TestFacts {
  readonly evaluation: Evaluation
  /** Test photos with the same bytes as a training photo. */
  readonly leaks: DataFacts['leaks']
}

export interface ModelFacts {
  /** Path of the model file, as the person would type it. */
  readonly file: string
  readonly bytes: number
  readonly backbone: {
    readonly name: string
    readonly licence?: string | undefined
    readonly source?: string | undefined
  }
  readonly recipe: string
  /** Side of the square the network sees, in pixels. */
  readonly inputSize: number
  /** How a photo becomes that square, in words. */
  readonly resize: string
  /** Command line that classifies a photo with this model. */
  readonly predict: string
  /** Further facts, such as the temperature: name and value. */
  readonly more?: readonly (readonly [name: string, value: string])[] | undefined
}

export interface EpochFacts {
  readonly trainLoss: number | null
  readonly validLoss: number | null
  readonly accuracy: number | null
}

/** One stage of training; a head that is solved rather than stepped has no epochs. */
export interface StageFacts {
  readonly name: string
  readonly note?: string | undefined
  readonly seconds: number
  readonly accuracy: number | null
  /** 95 %, of the accuracy. */
  readonly interval?: Interval | null | undefined
  readonly epochs: readonly EpochFacts[]
}

/** What was tried before training, and what won. */
export interface ChoiceFacts {
  /** How candidates were compared, in words. */
  readonly method: string
  readonly candidates: readonly Candidate[]
  /** Whether all layers were fine-tuned, and why: a sentence. */
  readonly fineTuning?: string | undefined
}

export interface Candidate {
  readonly name: string
  /** Cross-validated accuracy. */
  readonly accuracy: number
  readonly interval?: Interval | undefined
  readonly logLoss?: number | undefined
  readonly chosen: boolean
  readonly note?: string | undefined
}

export interface RateFacts {
  readonly points: readonly RatePoint[]
  readonly suggestion?: number | undefined
}

export interface AugmentedFacts {
  readonly path: string
  readonly original: Picture
  readonly versions: readonly Picture[]
  /** The augmentation in words. */
  readonly note: string
}

export type GalleryKind = 'mostRight' | 'mostWrong' | 'mostUncertain' | 'randomRight' | 'randomWrong'

export interface Gallery {
  readonly kind: GalleryKind
  /** Class of the gallery; galleries of all classes together have none. */
  readonly label?: number | undefined
  readonly photos: readonly GalleryPhoto[]
}

export interface GalleryPhoto {
  readonly picture: Picture
  /** The photo as the network sees it, in grey, with what spoke for its answer in blue and what spoke against it in orange. */
  readonly heat?: Picture | undefined
  readonly path: string
  /** Class numbers. */
  readonly truth: number
  readonly predicted: number
  /** Probability of the predicted class. */
  readonly probability: number
}

export interface DataFacts {
  readonly root: string
  /** How the parts came about, in words. */
  readonly split: string
  /** Names of the parts, in the order of `counts`. */
  readonly parts: readonly string[]
  readonly classes: readonly ClassFacts[]
  readonly formats: readonly { readonly name: string; readonly count: number }[]
  /** Under which licences the photos are offered, in words, where they were collected with them. */
  readonly licences?: string | undefined
  /** Groups of files with the same bytes. */
  readonly copies: readonly (readonly string[])[]
  /** Validation photos with the same bytes as a training photo. */
  readonly leaks: readonly { readonly train: string; readonly valid: string }[]
  readonly unreadable: readonly Excluded[]
  /** Photos in all, those that could not be used among them. */
  readonly photos?: number | undefined
  /** Files that were never meant as photos, or were left out for another reason. */
  readonly skipped: readonly Excluded[]
  /** Ways the classes could be told apart without looking at the subject, a sentence each. */
  readonly hints: readonly string[]
  /** What checks of the photos found, a sentence each. */
  readonly faults?: readonly string[] | undefined
  /** How well properties of the files tell the classes apart, the strongest first; absent where nobody looked. */
  readonly shortcuts?: ShortcutFacts | undefined
}

export interface ShortcutFacts {
  readonly rows: readonly {
    readonly property: string
    readonly label: string
    /** Area under the ROC curve, 0 to 1, with its 95 % interval. */
    readonly auc: number
    readonly interval: Interval
    /** Whether it is strong enough that a model may have learnt it. */
    readonly stands: boolean
  }[]
  /** What may explain it, a sentence each. */
  readonly notes: readonly string[]
}

export interface ClassFacts {
  readonly label: string
  /** Photos in each part. */
  readonly counts: readonly number[]
  readonly sizes?: SizeFacts | undefined
}

/** Width and height in pixels. */
export interface SizeFacts {
  readonly smallest: readonly [number, number]
  readonly median: readonly [number, number]
  readonly largest: readonly [number, number]
}

export interface Excluded {
  readonly path: string
  readonly reason: string
}

export interface RepeatFacts {
  readonly command: string
  readonly seed: number
  /** Digest of the photos and their labels. */
  readonly fingerprint: string
  readonly versions: Readonly<Record<string, string>>
  readonly machine?: string | undefined
}

export interface Timing {
  readonly name: string
  readonly seconds: number
}
