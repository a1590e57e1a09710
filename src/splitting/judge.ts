import { joined, type Split, type Tie, type TieKind } from '../dataset/index.js'

/** A pair of photos that belong together and lie on both sides of a division. */
export interface SplitLeak {
  /** The photo learnt from. */
  readonly train: string
  /** The photo measured on: of `valid` or `test`. */
  readonly held: string
  readonly kind: TieKind
}

/** All photos of one group that lies on both sides. */
export interface LeakingGroup {
  /** Why they belong together. */
  readonly kinds: readonly TieKind[]
  readonly train: readonly string[]
  readonly held: readonly string[]
}

interface Sided {
  readonly path: string
  readonly split: Split | undefined
}

/** Ties that every photo of a group has to every other: of these, one pair a photo is told, not all. */
const wide: ReadonlySet<TieKind> = new Set(['page', 'person', 'group', 'video', 'burst'])

/**
 * Every pair that leaks: copies each with each, as far as they were found; of photos that belong together otherwise, each photo
 * measured on with one that is learnt from.
 *
 * @param ties - indices into the photos
 */
export function splitLeaks(photos: readonly Sided[], ties: readonly Tie[]): SplitLeak[] {
  const leaks = new Map<string, SplitLeak>()
  const add = (a: number, b: number, kind: TieKind) => {
    const [train, held] = photos[a].split === 'train' ? [a, b] : [b, a]
    if (photos[train].split !== 'train' || !isHeld(photos[held])) return
    const key = `${train} ${held}`
    if (!leaks.has(key)) leaks.set(key, { train: photos[train].path, held: photos[held].path, kind })
  }
  for (const { a, b, kind } of ties) if (!wide.has(kind)) add(a, b, kind)
  const told = new Set([...leaks.values()].map(({ held }) => held))
  for (const kind of wide)
    for (const { members } of groupsBy(ties.filter(tie => tie.kind === kind))) {
      const first = members.find(i => photos[i].split === 'train')
      if (first === undefined) continue
      // A copy of a training photo is told already, and better.
      for (const i of members) if (!told.has(photos[i].path)) add(first, i, kind)
    }
  return [...leaks.values()].sort((a, b) => compare(a.held, b.held) || compare(a.train, b.train))
}

/** The groups that lie on both sides, whole. */
export function leakingGroups(photos: readonly Sided[], ties: readonly Tie[]): LeakingGroup[] {
  return groupsBy(ties).flatMap(({ members, kinds }) => {
    const train = members.filter(i => photos[i].split === 'train').map(i => photos[i].path)
    const held = members.filter(i => isHeld(photos[i])).map(i => photos[i].path)
    return train.length > 0 && held.length > 0 ? [{ kinds, train, held }] : []
  })
}

/** Photos that belong together: indices, rising, and why. */
export interface TiedGroup {
  readonly members: readonly number[]
  readonly kinds: readonly TieKind[]
}

/** Photos that hang together, two or more, in order of their first. */
export function groupsBy(ties: readonly Tie[]): TiedGroup[] {
  const numbers = [...new Set(ties.flatMap(({ a, b }) => [a, b]))].sort((a, b) => a - b)
  const index = new Map(numbers.map((number, i) => [number, i]))
  const inner = ties.map(({ a, b, kind }) => ({ a: index.get(a) ?? 0, b: index.get(b) ?? 0, kind }))
  const root = joined(numbers.length, inner)
  const groups = new Map<number, { members: number[]; kinds: Set<TieKind> }>()
  numbers.forEach((number, i) => {
    const group = groups.get(root[i])
    if (group === undefined) groups.set(root[i], { members: [number], kinds: new Set() })
    else group.members.push(number)
  })
  for (const { a, kind } of inner) groups.get(root[a])?.kinds.add(kind)
  return [...groups.values()].map(({ members, kinds }) => ({ members, kinds: [...kinds].sort() }))
}

function isHeld({ split }: Sided): boolean {
  return split === 'valid' || split === 'test'
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
