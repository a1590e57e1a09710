import {
  comparePredictions,
  type FoldScore,
  type Interval,
  pairedFolds,
  repeatedAccuracy,
} from '../evaluate/index.js'
import type { TrialResult } from './jobs/trial.js'

/** The trials of one way of training, in the order of the rounds. */
export interface Trials {
  readonly name: string
  readonly results: readonly TrialResult[]
}

/** One way of training beside the best of them, on what both were tried on. */
export interface BesideBest {
  /** Its accuracy minus the best's, with its 95 % interval. */
  readonly difference: number
  readonly interval: Interval
  /** Photos that the best has right more often, and that this one has. */
  readonly lost: number
  readonly won: number
  /**
   * Chance of that, or of more, if neither were better: exact two-sided sign test over photos; of one repetition it is McNemar's
   * test.
   */
  readonly pValue: number
}

/** What a way of training has come to. */
export interface Standing {
  readonly name: string
  readonly trials: number
  /** Photos measured, each once a repetition. */
  readonly photos: number
  readonly accuracy: number
  readonly interval: Interval
  readonly logLoss: number
  /** Trials that fine-tuned layers. */
  readonly tuned: number
  /** Null for the best itself. */
  readonly besideBest: BesideBest | null
}

/** What chance is taken for proof that a way of training is behind: it is looked at again and again, so one of twenty would be too often. */
const NO_LUCK = 0.01

/** All of them, the best first: by accuracy, then log loss, then as they were asked for. */
export function standings(all: readonly Trials[]): Standing[] {
  const figures = all.filter(({ results }) => results.length > 0).map(of => ({ of, ...figuresOf(of) }))
  const most = Math.max(0, ...figures.map(({ trials }) => trials))
  // Who was stopped early cannot be the best of those that were tried on everything.
  const part = ({ trials }: { readonly trials: number }) => (trials === most ? 0 : 1)
  const sorted = figures.toSorted(
    (a, b) => part(a) - part(b) || b.accuracy - a.accuracy || a.logLoss - b.logLoss,
  )
  return sorted.map(({ of, ...own }, place) => ({
    ...own,
    name: of.name,
    besideBest: place === 0 ? null : beside(sorted[0].of, of),
  }))
}

/** The names of those that are behind the best by more than luck explains: they need no more trials. */
export function beaten(all: readonly Trials[]): Set<string> {
  const behind = standings(all).filter(
    ({ besideBest }) => besideBest && besideBest.difference < 0 && besideBest.pValue < NO_LUCK,
  )
  return new Set(behind.map(({ name }) => name))
}

function figuresOf({ results }: Trials): Omit<Standing, 'name' | 'besideBest'> {
  const photos = new Set(results.flatMap(({ photos }) => photos.map(([path]) => path))).size
  const losses = results.flatMap(({ photos }) => photos.map(([, , , loss]) => loss))
  return {
    ...repeatedAccuracy(results.map(scoreOf), photos),
    trials: results.length,
    photos,
    logLoss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    tuned: results.filter(({ isTuned }) => isTuned).length,
  }
}

function scoreOf({ photos, learnt }: TrialResult): FoldScore {
  return {
    count: photos.length,
    right: photos.filter(([, truth, said]) => truth === said).length,
    train: learnt,
  }
}

/** On the trials that both have had. */
function beside(best: Trials, other: Trials): BesideBest {
  const rounds = Math.min(best.results.length, other.results.length)
  const [first, second] = [best, other].map(({ results }) => results.slice(0, rounds))
  const leads = new Map<string, number>()
  for (const [sign, results] of [
    [1, first],
    [-1, second],
  ] as const)
    for (const { photos } of results)
      for (const [path, truth, said] of photos)
        leads.set(path, (leads.get(path) ?? 0) + (truth === said ? sign : 0))
  const photos = [...leads.values()]
  const { onlyFirstRight, onlySecondRight, pValue } = comparePredictions(
    photos.map(() => 1),
    photos.map(lead => (lead >= 0 ? 1 : 0)),
    photos.map(lead => (lead <= 0 ? 1 : 0)),
  )
  const counts = { photos: photos.length, firstMoreOften: onlyFirstRight, secondMoreOften: onlySecondRight }
  return {
    ...pairedFolds(first.map(scoreOf), second.map(scoreOf), counts),
    lost: onlyFirstRight,
    won: onlySecondRight,
    pValue,
  }
}
