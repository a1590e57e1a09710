import { plural } from '../core/index.js'
import {
  type Divided,
  mostHeld,
  type Shortfall,
  type Split,
  type Tie,
  type TieKind,
  tieWords,
} from '../dataset/index.js'
import type { CheckedData } from '../doctor/index.js'
import { groupsBy } from '../splitting/index.js'

/** How many photos of a class went where. */
export interface SplitClass {
  readonly label: string
  readonly train: number
  readonly valid: number
  readonly test: number
}

/** Photos that belong together. */
export interface SplitGroup {
  readonly kinds: readonly TieKind[]
  readonly part: Split | null
  /** Relative to the folder of photos. */
  readonly photos: readonly string[]
}

/** Classes of which a remark is made one by one. */
const MOST_NAMED = 5

/** What a person should know of a division, a sentence each. */
export function remarksOf(
  { labels, photos }: Pick<CheckedData, 'labels' | 'photos'>,
  divided: Divided,
  groups: readonly SplitGroup[],
): string[] {
  const kindsOf = new Map(groups.flatMap(group => group.photos.map(path => [path, group.kinds] as const)))
  const sizes = labels.map(
    (_, label) => photos.filter((photo, i) => photo.label === label && divided.parts[i]).length,
  )
  const large = divided.large.map(({ label, members, of }) => {
    const why = (kindsOf.get(photos[members[0]].path) ?? []).map(kind => tieWords[kind]).join(', ')
    const part = partWords[divided.parts[members[0]] ?? 'train']
    const [first, second = first] = members.map(i => `"${photos[i].path}"`)
    return (
      `${members.length === of ? 'All' : `${members.length} of the`} ${of} photos of "${labels[label]}" belong together ` +
      `(${why}), for example ${first} and ${second}: they are ${part}.`
    )
  })
  const learnt = labels.map(
    (_, label) => photos.filter((photo, i) => photo.label === label && divided.parts[i] === 'train').length,
  )
  const tied = new Set(photos.filter(({ path }) => kindsOf.has(path)).map(({ label }) => label))
  const short = divided.shortfalls.map(shortfall => {
    const { label } = shortfall
    return shortfallText(
      { label: labels[label], size: sizes[label], learnt: learnt[label], isTied: tied.has(label) },
      shortfall,
    )
  })
  return [
    ...firstOf(large),
    ...firstOf(short),
    ...unbalancedText(labels, sizes, divided.balancedTo),
    ...betweenText(photos, divided.between),
  ]
}

/** Classes that have too few photos for the others to go by. */
function unbalancedText(
  labels: readonly string[],
  sizes: readonly number[],
  balancedTo: number | undefined,
): string[] {
  const alone = labels.filter((_, label) => sizes[label] === 1)
  if (balancedTo === undefined || balancedTo < 2 || alone.length === 0) return []
  const names = alone.slice(0, MOST_NAMED).map(label => `"${label}"`)
  return [
    `${names.join(', ')}${alone.length > names.length ? ', …' : ''}: with one photo a class, none could be measured; so all others have ` +
      `${balancedTo} each, as the smallest of them does.`,
  ]
}

const partWords: Readonly<Record<Split, string>> = {
  train: 'learnt from',
  valid: 'measured on (valid)',
  test: 'kept for the test',
}

/** A class of which another number of photos is in a part than was asked for. */
interface ShortClass {
  readonly label: string
  /** Photos in any part. */
  readonly size: number
  readonly learnt: number
  /** Whether any of its photos belong together. */
  readonly isTied: boolean
}

function shortfallText(
  { label, size, learnt, isTied }: ShortClass,
  { part, wanted, got }: Shortfall,
): string {
  const where = partWords[part]
  const are = got === 1 ? 'is' : 'are'
  const isHalved = got < wanted && size > 1 && size - learnt === mostHeld(size)
  if (got === 0)
    return size === 1
      ? `"${label}" has one photo: it is learnt from, and none is ${where}.`
      : isHalved
        ? `"${label}" has ${size} photos: none is ${where}, so that half are learnt from.`
        : `"${label}" has ${size} photos, and too few that may be parted: none is ${where}.`
  if (isHalved)
    return `"${label}" has ${plural(size, 'photo')}: ${got}, not ${wanted}, ${are} ${where}, so that half are learnt from.`
  if (got < wanted && learnt === 1)
    return `"${label}" has ${plural(size, 'photo')}: ${got}, not ${wanted}, ${are} ${where}, so that one is learnt from.`
  const why = isTied
    ? 'photos that belong together stay together'
    : 'photos that have their part already keep it'
  return `${got} of "${label}", not ${wanted}, ${are} ${where}: ${why}.`
}

function betweenText(photos: CheckedData['photos'], between: readonly number[]): string[] {
  if (between.length === 0) return []
  return [
    `${plural(between.length, 'new photo')} left out, for example "${photos[between[0]].path}": what belongs to it lies in ` +
      'more than one part already, and old photos stay where they are.',
  ]
}

function firstOf(texts: readonly string[]): string[] {
  const more = texts.length - MOST_NAMED
  return more > 0
    ? [...texts.slice(0, MOST_NAMED), `The same of ${plural(more, 'more class', 'more classes')}.`]
    : [...texts]
}

/** The groups of two or more photos, and the part that each is in. */
export function groupsIn(
  photos: CheckedData['photos'],
  ties: readonly Tie[],
  parts: readonly (Split | undefined)[],
): SplitGroup[] {
  return groupsBy(ties).map(({ members, kinds }) => ({
    kinds,
    part: members.map(i => parts[i]).find(part => part !== undefined) ?? null,
    photos: members.map(i => photos[i].path),
  }))
}

/** The photos of each class in each part. */
export function classTable(
  { labels, photos }: Pick<CheckedData, 'labels' | 'photos'>,
  parts: readonly (Split | undefined)[],
): SplitClass[] {
  const table = labels.map(label => ({ label, train: 0, valid: 0, test: 0 }))
  photos.forEach(({ label }, i) => {
    const part = parts[i]
    if (part !== undefined) table[label][part]++
  })
  return table
}
