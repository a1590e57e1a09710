import { type FoldScore, type Interval, repeatedAccuracy } from '../evaluate/index.js'
import type { TrainFoldsResult } from './train-folds.js'

/** One figure over the folds of a repeated cross-validation. */
export interface FoldedFigure {
  /** `accuracy`, `recall of CLASS`, `log loss`. */
  readonly name: string
  readonly mean: number
  /** 95 %; null where the folds do not tell. */
  readonly interval: Interval | null
  /** Of the fold where it is lowest, and where it is highest. */
  readonly lowest: number
  readonly highest: number
}

type Rounds = readonly Pick<TrainFoldsResult, 'labels' | 'folds' | 'count'>[]

/** Every figure of all folds, accuracy first. */
export function figuresOf(rounds: Rounds): {
  readonly accuracy: number
  readonly interval: Interval
  readonly figures: FoldedFigure[]
} {
  const folds = rounds.flatMap(one => one.folds)
  const { labels, count } = rounds[0]
  const scores = folds.map(({ photos, confusion }): FoldScore => {
    const right = confusion.reduce((sum, row, k) => sum + row[k], 0)
    return { count: confusion.flat().reduce((a, b) => a + b, 0), right, train: photos.train }
  })
  const whole = repeatedAccuracy(scores, count)
  const recalls = labels.flatMap((label, k) => {
    const supports = folds.map(({ confusion }) => confusion[k].reduce((a, b) => a + b, 0))
    // In one repetition every photo is measured once.
    const photos = supports.slice(0, rounds[0].folds.length).reduce((a, b) => a + b, 0)
    if (photos === 0) return []
    const own = folds.map(
      ({ confusion }, f): FoldScore => ({
        count: supports[f],
        right: confusion[k][k],
        train: photos - supports[f],
      }),
    )
    return [shareOf(`recall of ${label}`, own, photos)]
  })
  const losses = folds.flatMap(({ logLoss }) => (logLoss === undefined ? [] : [logLoss]))
  return {
    ...whole,
    figures: [
      shareOf('accuracy', scores, count),
      ...recalls,
      ...(losses.length < folds.length ? [] : [lossOf(losses)]),
    ],
  }
}

function shareOf(name: string, scores: readonly FoldScore[], photos: number): FoldedFigure {
  const { accuracy, interval } = repeatedAccuracy(scores, photos)
  const shares = scores.filter(({ count }) => count > 0).map(({ right, count }) => right / count)
  return { name, mean: accuracy, interval, lowest: Math.min(...shares), highest: Math.max(...shares) }
}

/** One photo may cost more than all others together, so no interval of few folds could be believed. */
function lossOf(losses: readonly number[]): FoldedFigure {
  return {
    name: 'log loss',
    mean: losses.reduce((a, b) => a + b, 0) / losses.length,
    interval: null,
    lowest: Math.min(...losses),
    highest: Math.max(...losses),
  }
}
