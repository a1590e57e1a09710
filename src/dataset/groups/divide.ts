import type { Split } from '../photo.js'
import { fill } from './fill.js'
import { countsOf, type Group, type Groupable, rankedGroups } from './group.js'
import { type HeldPart, heldParts, openTargets, requireShare, type Share, wantedOf } from './share.js'

export type { Groupable } from './group.js'

export interface DivideOptions {
  readonly seed: number
  /** Nothing for 0 photos. */
  readonly valid: Share | undefined
  readonly test?: Share | undefined
  /** As many photos of each class as the smallest of two or more has; the others are left out. */
  readonly balance?: boolean | undefined
  /** A photo each: where it was put before and stays; undefined for those to be placed. */
  readonly placed?: readonly (Split | undefined)[] | undefined
}

/** A class that did not come to what was asked for. */
export interface Shortfall {
  readonly part: HeldPart
  readonly label: number
  readonly wanted: number
  readonly got: number
}

/** Photos that belong together and are more than half of a class. */
export interface LargeGroup {
  readonly label: number
  /** Indices into the photos, of this class. */
  readonly members: readonly number[]
  /** Photos of the class. */
  readonly of: number
}

export interface Divided {
  /** A photo each; undefined for those that are left out. */
  readonly parts: readonly (Split | undefined)[]
  /** New photos that belong to old ones on both sides: left out, as old ones stay. */
  readonly between: readonly number[]
  /** Left out so that all classes have as many photos. */
  readonly surplus: readonly number[]
  /** So many photos each class was to have; undefined where classes were not to have as many. */
  readonly balancedTo: number | undefined
  readonly shortfalls: readonly Shortfall[]
  readonly large: readonly LargeGroup[]
}

/** More than this part of a class in one group is said. */
const LARGE = 0.5

/** Classes with fewer photos have large groups whatever they are. */
const FEWEST_OF_LARGE = 4

/**
 * Divides photos into parts, groups whole: of every class as many photos as asked for, or as near as groups allow, at least
 * one group to learn from and, where there are two, one to measure on. What was placed before stays where it is; what belongs to
 * it goes there too. The order of the draw depends on the seed and the content of each group alone.
 *
 * @param classes - how many there are
 * @throws `usage` for a share that is none
 */
export function divideGroups(
  photos: readonly Groupable[],
  classes: number,
  { seed, valid, test, balance = false, placed = [] }: DivideOptions,
): Divided {
  requireShare('valid', valid)
  requireShare('test', test)
  const groups = rankedGroups(photos, seed, 'split')
  const draft = new Draft(photos, classes, placed)
  const open = groups.filter(group => draft.settle(group))
  const balancedTo = balance ? draft.balancedTo(open) : undefined
  const surplus = balancedTo === undefined ? new Set<Group>() : draft.surplusOf(open, balancedTo)
  const free = open.filter(group => !surplus.has(group))
  const sizes = countsOf([...draft.settled, ...free], classes)
  const shortfalls = draft.drawHeld({ valid, test }, free, sizes)
  draft.rest(free)
  return {
    parts: draft.parts,
    between: draft.between,
    surplus: [...surplus].flatMap(({ members }) => members).sort((a, b) => a - b),
    balancedTo,
    shortfalls,
    large: largeOf(photos, groups, classes),
  }
}

/** A division that is being made. */
class Draft {
  readonly parts: (Split | undefined)[]
  readonly between: number[] = []
  readonly settled: Group[] = []

  constructor(
    private readonly photos: readonly Groupable[],
    private readonly classes: number,
    private readonly placed: readonly (Split | undefined)[],
  ) {
    this.parts = photos.map((_, i) => placed[i])
  }

  /** Puts a group where its old photos are; whether it has none, so that it is to be drawn. */
  settle(group: Group): boolean {
    const parts = new Set(group.members.flatMap(i => this.placed[i] ?? []))
    const [part] = parts
    if (part === undefined) return true
    if (parts.size > 1) this.between.push(...group.members.filter(i => this.placed[i] === undefined))
    else for (const i of group.members) this.parts[i] = part
    // Of a group that is parted already each photo counts where it is; the new ones count nowhere.
    this.settled.push(parts.size > 1 ? this.without(group) : group)
    return false
  }

  private without(group: Group): Group {
    const members = group.members.filter(i => this.placed[i] !== undefined)
    const counts = new Map<number, number>()
    for (const i of members) {
      const { label } = this.photos[i]
      counts.set(label, (counts.get(label) ?? 0) + 1)
    }
    return { ...group, members, counts }
  }

  /**
   * How many photos each class is to have, where all are to have as many: those of the smallest. One of a single photo would leave
   * none to measure any class on; the others go by the smallest after it.
   */
  balancedTo(open: readonly Group[]): number {
    const sizes = countsOf([...this.settled, ...open], this.classes).filter(size => size > 0)
    const divisible = sizes.filter(size => size > 1)
    return Math.min(...(divisible.length > 0 ? divisible : sizes))
  }

  /** The groups that are too many, where all classes are to have as many photos. */
  surplusOf(open: readonly Group[], smallest: number): Set<Group> {
    const settled = countsOf(this.settled, this.classes)
    const kept = fill(
      open,
      settled.map(count => Math.max(0, smallest - count)),
      settled.map(() => true),
    )
    return new Set(open.filter(group => !kept.has(group)))
  }

  /** Draws the parts that are not learnt from out of the groups that have none yet. */
  drawHeld(
    shares: Readonly<Record<HeldPart, Share | undefined>>,
    free: readonly Group[],
    sizes: readonly number[],
  ): Shortfall[] {
    const before = { valid: this.counts('valid'), test: this.counts('test') }
    const targets = sizes.map((size, label) =>
      openTargets(
        heldParts.map(part => ({ share: shares[part], before: before[part][label] })),
        size,
      ),
    )
    return heldParts.flatMap((part, i) => {
      const share = shares[part]
      if (share === undefined) return []
      const own = targets.map(target => target[i])
      return this.draw(part, own, free).flatMap((got, label) => {
        const wanted = wantedOf(share, sizes[label])
        return got === wanted || sizes[label] === 0 ? [] : [{ part, label, wanted, got }]
      })
    })
  }

  /** @returns how many photos of each label the part then has */
  private draw(part: HeldPart, targets: readonly number[], free: readonly Group[]): number[] {
    const learnt = this.counts('train').map(count => count > 0)
    const open = free.filter(({ members }) => this.parts[members[0]] === undefined)
    for (const { members } of fill(open, targets, learnt)) for (const i of members) this.parts[i] = part
    return this.counts(part)
  }

  /** How many photos of each label are in a part. */
  private counts(part: Split): number[] {
    const counts = new Array<number>(this.classes).fill(0)
    this.photos.forEach(({ label }, i) => {
      if (this.parts[i] === part) counts[label]++
    })
    return counts
  }

  /** What is left is learnt from. */
  rest(free: readonly Group[]): void {
    for (const { members } of free) for (const i of members) this.parts[i] ??= 'train'
  }
}

function largeOf(photos: readonly Groupable[], groups: readonly Group[], classes: number): LargeGroup[] {
  const sizes = countsOf(groups, classes)
  return groups.flatMap(({ counts, members }) =>
    [...counts].flatMap(([label, count]) => {
      const of = sizes[label]
      if (of < FEWEST_OF_LARGE || count <= of * LARGE) return []
      return [{ label, members: members.filter(i => photos[i].label === label), of }]
    }),
  )
}
