import { argumentError } from '../../core/index.js'
import { type Group, type Groupable, rankedGroups } from './group.js'

/**
 * Deals photos into `k` folds, groups whole: every fold gets nearly as many of every class. A group that is alone in one of its
 * classes lies in no fold, as the class could not be learnt without it.
 *
 * @returns the fold of each photo, 0 to k - 1, or -1 for none
 * @throws `usage` for k below 2 or above the number of groups
 */
export function dealGroups(
  photos: readonly Groupable[],
  classes: number,
  { k, seed }: { k: number; seed: number },
): number[] {
  const groups = rankedGroups(photos, seed, 'folds')
  if (!Number.isInteger(k) || k < 2 || k > groups.length)
    throw argumentError(
      'folds',
      `a whole number from 2 to the number of photos that do not belong together, ${groups.length}`,
      k,
    )
  const deal = new Deal(k, classes)
  const folds: number[] = photos.map(() => -1)
  for (const group of partable(groups, classes).sort((a, b) => b.members.length - a.members.length)) {
    const fold = deal.emptiest(group)
    deal.add(fold, group)
    for (const i of group.members) folds[i] = fold
  }
  return folds
}

/** How many groups {@link dealGroups} can put into a fold: of more folds some would hold nothing. */
export function partableGroups(photos: readonly Groupable[], classes: number): number {
  return partable(rankedGroups(photos, 0, 'folds'), classes).length
}

/** Groups that are alone in none of their classes. */
function partable(groups: readonly Group[], classes: number): Group[] {
  const inClass = new Array<number>(classes).fill(0)
  for (const { counts } of groups) for (const label of counts.keys()) inClass[label]++
  return groups.filter(({ counts }) => [...counts.keys()].every(label => inClass[label] >= 2))
}

/** What the folds hold so far. */
class Deal {
  private readonly counts: number[][]
  private readonly totals: number[]

  constructor(k: number, classes: number) {
    this.counts = Array.from({ length: k }, () => new Array<number>(classes).fill(0))
    this.totals = new Array<number>(k).fill(0)
  }

  add(fold: number, { counts, members }: Group): void {
    for (const [label, count] of counts) this.counts[fold][label] += count
    this.totals[fold] += members.length
  }

  /** The fold with the fewest photos of the group's classes, then with the fewest photos, then the first. */
  emptiest({ counts }: Group): number {
    const full = this.counts.map(own =>
      [...counts].reduce((sum, [label, count]) => sum + own[label] * count, 0),
    )
    let best = 0
    for (let fold = 1; fold < full.length; fold++)
      if (full[fold] < full[best] || (full[fold] === full[best] && this.totals[fold] < this.totals[best]))
        best = fold
    return best
  }
}
