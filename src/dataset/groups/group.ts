import { createHash } from 'node:crypto'

/** What dividing needs to know of a photo. */
export interface Groupable {
  readonly sha256: string
  /** Index into the labels. */
  readonly label: number
  /** Photos with the same number belong together. */
  readonly group: number
}

/** Photos that belong together. */
export interface Group {
  /** Indices into the photos. */
  readonly members: readonly number[]
  /** How many members have each label: pairs, by label. */
  readonly counts: ReadonlyMap<number, number>
  /** Where it stands in the draw, 0 to 2^48: from seed and contents, whatever other photos there are. */
  readonly rank: number
}

/** The groups, in the order of the draw: the same photos and seed give the same, in whatever order the photos come. */
export function rankedGroups(photos: readonly Groupable[], seed: number, purpose: string): Group[] {
  const byNumber = new Map<number, number[]>()
  photos.forEach(({ group }, i) => {
    const members = byNumber.get(group)
    if (members === undefined) byNumber.set(group, [i])
    else members.push(i)
  })
  const groups = [...byNumber.values()].map((members): Group & { key: string } => {
    const counts = new Map<number, number>()
    for (const i of members) counts.set(photos[i].label, (counts.get(photos[i].label) ?? 0) + 1)
    const contents = members.map(i => photos[i].sha256)
    // The lowest of its members' draws: a photo that joins a group seldom moves it.
    const ranks = contents.map(sha256 => rankOf(`${purpose} ${seed} ${sha256}`))
    const rank = ranks.reduce((a, b) => Math.min(a, b))
    return { members, counts, rank, key: contents.reduce((a, b) => (a < b ? a : b)) }
  })
  return groups.sort((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1))
}

function rankOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6)
}

/** How many photos of each label some groups hold. */
export function countsOf(groups: Iterable<Group>, classes: number): number[] {
  const all = new Array<number>(classes).fill(0)
  for (const { counts } of groups) for (const [label, count] of counts) all[label] += count
  return all
}
