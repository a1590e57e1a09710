import { product } from './folds.js'
import { type Answered, mean, type Row } from './shares.js'

/** What is asked of "neither" at a coverage of 95 %. */
export const goals = {
  /** True photos answered that took no part. */
  answered: [0.93, 0.97],
  /** Far things caught: on the article's model, and on average over models without a rest class. */
  far: 0.95,
  /** How far behind a row's best method ours may be. */
  behind: 0.03,
} as const

/** Mean over rows of the share that each score abstains on, best first. */
export function ranking(rows: readonly Row[], part: 'methods' | 'peers'): [name: string, share: number][] {
  const names = [...(rows[0]?.[part].keys() ?? [])]
  const shares = names.map((name): [string, number] => [
    name,
    mean(rows.map(row => row[part].get(name) ?? 0)),
  ])
  return shares.sort(([, a], [, b]) => b - a)
}

/** The best method of a row beside ours. */
export function bestOf({ methods }: Row): [name: string, share: number] {
  return [...methods]
    .filter(([name]) => name !== product)
    .reduce((best, one) => (one[1] > best[1] ? one : best))
}

export function oursOf({ methods }: Row): number {
  return methods.get(product) ?? Number.NaN
}

/** What did not reach its goal, named. */
export function shortfalls(rows: readonly Row[], answers: readonly Answered[]): string[] {
  return [
    ...answers.flatMap(one => answeredShortfall(one.problem, one.share)),
    ...farShortfalls(rows),
    ...rows.flatMap(behindBest),
    ...behindPeers(rows),
  ]
}

export function answeredShortfall(what: string, share: number): string[] {
  const [least, most] = goals.answered
  return share >= least && share <= most
    ? []
    : [`${what}: ${share.toFixed(3)} of photos that took no part are answered, not ${least} to ${most}`]
}

/** @param rows shares by the product's own threshold */
export function farShortfalls(rows: readonly Pick<Row, 'problem' | 'isFar' | 'verdict'>[]): string[] {
  const far = rows.filter(({ isFar }) => isFar)
  const shareOf = (problem: string) =>
    mean(far.filter(row => row.problem === problem).map(row => row.verdict))
  const names = [...new Set(far.map(({ problem }) => problem))]
  const all = mean(names.map(shareOf))
  return [
    ...names
      .filter(name => name === 'article' && shareOf(name) < goals.far)
      .map(name => `${name}: ${shareOf(name).toFixed(3)} of far things are "neither", not ${goals.far}`),
    ...(all < goals.far
      ? [`all models: ${all.toFixed(3)} of far things are "neither", not ${goals.far}`]
      : []),
  ]
}

function behindBest(row: Row): string[] {
  const [name, best] = bestOf(row)
  const distance = best - oursOf(row)
  return distance <= goals.behind
    ? []
    : [
        `${row.problem}, ${row.unknown}: ${oursOf(row).toFixed(3)}, ${distance.toFixed(3)} behind ${name}; at most ${goals.behind} is asked`,
      ]
}

function behindPeers(rows: readonly Row[]): string[] {
  const [best] = ranking(rows, 'peers')
  if (!best) return []
  const own = mean(rows.map(oursOf))
  return own >= best[1]
    ? []
    : [`mean of all rows: ${own.toFixed(3)}, behind pytorch-ood's ${best[0]} (${best[1].toFixed(3)})`]
}
