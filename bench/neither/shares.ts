import { thresholdOf } from '../../src/train/known/index.js'
import type { Score } from './distances.js'
import type { Fold, Scores } from './folds.js'
import type { Problem } from './problems.js'

export const coverage = 0.95

/** An unknown kind of one problem: the share of its photos that each method abstains on. */
export interface Row {
  readonly problem: string
  readonly unknown: string
  readonly isFar: boolean
  /** Below the 5 % quantile of the photos left out, so all methods answer as many true photos. */
  readonly methods: ReadonlyMap<string, number>
  readonly peers: ReadonlyMap<string, number>
  /** By the product's output `known` and its own threshold, which only photos learnt from set. */
  readonly verdict: number
}

/** Photos left out that the product's own threshold answers, of all folds together. */
export interface Answered {
  readonly problem: string
  readonly share: number
  readonly worstClass: number
}

export function rowsOf({ name, unknown }: Problem, found: readonly Fold[]): Row[] {
  return unknown.map((kind, u) => {
    const sharesOf = (part: 'methods' | 'peers') =>
      new Map(
        Array.from(found[0].held[part].keys(), method => {
          const share = ({ held, unknown: others }: Fold) =>
            below(others[u][part].get(method) ?? [], quantile(held[part].get(method) ?? [], 1 - coverage))
          return [method, mean(found.map(share))]
        }),
      )
    return {
      problem: name,
      unknown: kind.name,
      isFar: kind.isFar,
      methods: sharesOf('methods'),
      peers: sharesOf('peers'),
      verdict: mean(found.map(fold => 1 - answeredOf(fold.unknown[u]))),
    }
  })
}

export function answered({ name, labels }: Problem, found: readonly Fold[]): Answered {
  const photos = found.flatMap(({ truth, held }) =>
    truth.map((label, i) => ({ label, known: held.known[i] })),
  )
  const share = (some: typeof photos) => answeredOf({ known: some.map(({ known }) => known) })
  const byClass = labels.map((_, k) => share(photos.filter(({ label }) => label === k)))
  return { problem: name, share: share(photos), worstClass: Math.min(...byClass) }
}

function answeredOf({ known }: Pick<Scores, 'known'>): number {
  return known.filter(one => one >= thresholdOf({ coverage })).length / known.length
}

function below(values: Score, limit: number): number {
  return values.filter(one => one < limit).length / values.length
}

function quantile(values: Score, part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(part * values.length)]
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
