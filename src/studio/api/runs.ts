// Types alone: what goes over the wire about runs.

/** 95 %. */
export type Interval = readonly [number, number]

/** How far a run has come; `running` without a job under way means that it was killed. */
export type RunState = 'running' | 'finished' | 'interrupted' | 'diverged' | 'failed'

/** What a run came to. */
export interface RunFigures {
  readonly labels: readonly string[]
  readonly photos: { readonly train: number; readonly valid: number; readonly test: number }
  readonly count: number
  readonly right: number
  readonly accuracy: number
  readonly interval: Interval
  /** What so few photos do not bear out, in words; null where they do. */
  readonly mayBe: string | null
  /** Accuracy of always naming the commonest class. */
  readonly majority: number
  /** Counts [true class][answer]. */
  readonly confusion: readonly (readonly number[])[]
  /** The share of photos that is answered, not taken for "neither"; null where it answers always. */
  readonly coverage: number | null
  readonly calibration: {
    readonly ece: number
    readonly interval: Interval
    /** Errors of perfect probabilities on as many photos. */
    readonly floor: { readonly low: number; readonly high: number }
    readonly reliability: readonly {
      readonly count: number
      readonly confidence: number | null
      readonly accuracy: number | null
    }[]
  }
  /** Photos measured on that are copies of photos learnt from. */
  readonly leaks: number
  readonly unreadable: number
  /** Properties of files and pictures that tell a class apart, the strongest first. */
  readonly shortcuts: readonly {
    readonly property: string
    readonly class: string
    readonly stands: boolean
  }[]
  readonly notices: readonly string[]
  readonly seconds: number
}

/** A run of the workspace, as a list shows it. */
export interface RunSummary {
  /** Its name, which is that of its folder. */
  readonly id: string
  readonly state: RunState
  readonly started: string
  readonly ended: string | null
  readonly recipe: string
  readonly backbone: string
  readonly fineTune: 'auto' | 'always' | 'never' | null
  /** Side of what the network saw, where another than the usual was asked for. */
  readonly size: number | null
  readonly labels: readonly string[]
  readonly hasModel: boolean
  /** How it is gone on with where it was not finished; null where it was. */
  readonly goOn: {
    /** A process is at work on it: a job, or a command in a terminal. */
    readonly isBusy: boolean
    /** It learns from the photos that are here. */
    readonly isHere: boolean
    /** For a terminal. */
    readonly command: string
  } | null
  readonly figures: Pick<
    RunFigures,
    'accuracy' | 'interval' | 'count' | 'right' | 'photos' | 'seconds'
  > | null
}

/** `GET /api/runs` */
export interface RunsAnswer {
  /** The newest first. */
  readonly runs: readonly RunSummary[]
  /** Folders among the runs that cannot be read as one. */
  readonly damaged: readonly { readonly id: string; readonly problem: string }[]
}

/** A point of a curve that grows while a run learns. */
export type LivePoint =
  | { readonly kind: 'step'; readonly stage: string; readonly step: number; readonly loss: number }
  | {
      readonly kind: 'epoch'
      readonly stage: string
      readonly epoch: number
      readonly trainLoss: number
      readonly validLoss: number
      /** On the validation photos. */
      readonly accuracy: number
      readonly interval: Interval | null
    }
  | {
      readonly kind: 'candidate'
      readonly name: string
      /** Cross-validated on the training photos. */
      readonly accuracy: number
      readonly interval: Interval | null
      readonly logLoss: number
    }

/** `GET /api/runs/ID/live`: what a run has learnt so far; nothing where it has only been asked for. */
export interface LiveAnswer {
  readonly live: readonly LivePoint[]
}

/** `GET /api/runs/ID`: a run, and whether its photos can be looked at one by one. */
export interface RunAnswer extends RunSummary {
  readonly whole: RunFigures | null
  readonly isJudged: boolean
}

/** A photo that a run was measured on, and where it is now. */
export interface LookedPhoto {
  /** As it was called when it was judged. */
  readonly path: string
  readonly part: 'train' | 'valid' | 'test'
  readonly truth: string
  readonly label: string
  readonly probabilities: readonly number[]
  readonly known: number | null
  readonly abstained: boolean
  /** Null where it is no longer among the photos. */
  readonly id: string | null
  /** Its class as the data set has it now; null where it is no longer there. */
  readonly now: string | null
}

/** `GET /api/runs/ID/photos`; null until they were judged one by one (job `evaluate`). */
export interface RunPhotosAnswer {
  readonly judged: {
    readonly labels: readonly string[]
    /** The least `known` that is answered; null where the model answers always. */
    readonly threshold: number | null
    readonly photos: readonly LookedPhoto[]
    readonly unreadable: readonly { readonly path: string; readonly reason: string }[]
  } | null
}

interface Side {
  readonly right: number
  readonly accuracy: number
  readonly interval: Interval
}

/** `GET /api/compare?a=RUN&b=RUN`; null until they were compared (job `compare`). */
export interface CompareAnswer {
  readonly compared: {
    readonly first: Side
    readonly second: Side
    readonly count: number
    readonly bothRight: number
    readonly onlyFirstRight: number
    readonly onlySecondRight: number
    /** Chance of such a difference by luck alone. */
    readonly pValue: number
    /** The second's accuracy minus the first's. */
    readonly difference: number
    readonly interval: Interval
    readonly better: 'first' | 'second' | 'neither'
    readonly notes: readonly string[]
    /** Photos by the ids that they have now. */
    readonly differing: readonly {
      readonly path: string
      readonly id: string | null
      readonly truth: string
      readonly first: string
      readonly second: string
    }[]
  } | null
}

/** Seconds, roughly: at least, and at most where that depends on what is found on the way. */
export interface RoughSeconds {
  readonly least: number
  readonly most: number
}

/** `GET /api/training`: what can be chosen before a training, and how long it would take. */
export interface TrainingChoices {
  readonly photos: number
  /** With the usual network: of recipe `auto` by `fineTune`, and of the article's. */
  readonly seconds: Readonly<Record<'never' | 'auto' | 'always' | 'article', RoughSeconds>>
  /** Whether runs of this workspace told how fast this machine is; else it is taken for a usual one. */
  readonly isMeasured: boolean
  readonly backbones: readonly {
    readonly name: string
    readonly parameters: number
    readonly inputSize: number
    readonly licence: string
    /** Bytes that have to be fetched first, 0 where its weights are here; null where nobody knows how many. */
    readonly download: number | null
  }[]
}
