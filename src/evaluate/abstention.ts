import { type Interval, wilson } from './metrics.js'

/** How many photos a model answers, and how it does on those. */
export interface AbstentionFigures {
  /** The least `known` that is answered. */
  readonly threshold: number
  readonly count: number
  /** Photos that do not count, as they or copies of them had a part in making the model. */
  readonly leftOut: number
  readonly abstained: number
  /** Share of the photos that is answered, with its 95 % interval. */
  readonly coverage: number
  readonly interval: Interval
  /** The photos of each class: how many of them are abstained on. */
  readonly perClass: readonly {
    readonly label: string
    readonly count: number
    readonly abstained: number
    readonly coverage: number | null
    readonly interval: Interval | null
  }[]
  /** Of the photos that are answered. */
  readonly answered: {
    readonly count: number
    readonly right: number
    readonly accuracy: number | null
    readonly interval: Interval | null
  }
  /** Wrong verdicts that abstaining kept back. */
  readonly wrongKeptBack: number
}

export interface Abstentions {
  readonly labels: readonly string[]
  /** The class of each photo, the one that it was taken for, and whether the model abstained. */
  readonly truth: readonly number[]
  readonly taken: readonly number[]
  readonly abstained: readonly boolean[]
  readonly threshold: number
  readonly leftOut?: number | undefined
}

/** Measures what a model answers of photos that show one of its labels: at least one. */
export function evaluateAbstention({
  labels,
  truth,
  taken,
  abstained,
  threshold,
  leftOut = 0,
}: Abstentions): AbstentionFigures {
  const count = truth.length
  const away = abstained.filter(Boolean).length
  const isRight = truth.map((label, i) => label === taken[i])
  const right = isRight.filter((one, i) => one && !abstained[i]).length
  const answered = count - away
  return {
    threshold,
    count,
    leftOut,
    abstained: away,
    coverage: answered / count,
    interval: wilson(answered, count) ?? [0, 1],
    perClass: labels.map((label, k) => {
      const own = abstained.filter((_, i) => truth[i] === k)
      const none = own.filter(Boolean).length
      return {
        label,
        count: own.length,
        abstained: none,
        coverage: own.length === 0 ? null : 1 - none / own.length,
        interval: wilson(own.length - none, own.length),
      }
    }),
    answered: {
      count: answered,
      right,
      accuracy: answered === 0 ? null : right / answered,
      interval: wilson(right, answered),
    },
    wrongKeptBack: isRight.filter((one, i) => !one && abstained[i]).length,
  }
}

/** How a model does on photos of other things. */
export interface BackgroundFigures {
  /** Photos of other things that it learnt from. */
  readonly learnt: number
  /** Others that it was asked of, and how many of those are "neither". */
  readonly measured: number
  readonly caught: number
  /** Their share, with its 95 % interval; null where it was asked of none. */
  readonly share: number | null
  readonly interval: Interval | null
}

/** The figures of counts. */
export function backgroundFigures({
  learnt,
  measured,
  caught,
}: Pick<BackgroundFigures, 'learnt' | 'measured' | 'caught'>): BackgroundFigures {
  const share = measured === 0 ? null : caught / measured
  return { learnt, measured, caught, share, interval: wilson(caught, measured) }
}
