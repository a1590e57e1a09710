import { exactCopies } from '../../dataset/index.js'
import type { CheckedPhoto } from '../check.js'
import type { CopyPair } from './pair.js'

/** Copies of one photo up to which every pair is told: beyond, a thousand copies would make half a million pairs. */
const MOST_IN_PAIRS = 64

/** Photos that are byte for byte equal, and who speaks for them. */
export interface ExactCopies {
  readonly pairs: readonly CopyPair[]
  /** One photo of each content, the first one, in order. Empty files hold no photo and are left out. */
  readonly different: readonly number[]
  /** Those who stand for a photo of `different`: its copies, itself among them; of very many the first few of each split. */
  standIns(photo: number): readonly number[]
}

/**
 * Groups photos by content. Of a group of up to {@link MOST_IN_PAIRS} every pair is told; of a larger one each photo with the first
 * of each split, so that a leak is seen from every photo held out.
 */
export function findExact(photos: readonly CheckedPhoto[]): ExactCopies {
  const indexed = photos.map(({ path, bytes, sha256 }, index) => ({ path, bytes, sha256, index }))
  const groups = exactCopies(indexed).map(group => group.map(({ index }) => index))
  const groupOf = new Map(groups.map(group => [group[0], group]))
  const later = new Set(groups.flatMap(group => group.slice(1)))
  return {
    pairs: groups.flatMap(group => pairsOf(group, photos)),
    different: indexed.filter(({ bytes, index }) => bytes > 0 && !later.has(index)).map(({ index }) => index),
    standIns: photo => fewOf(groupOf.get(photo) ?? [photo], photos),
  }
}

function pairsOf(group: readonly number[], photos: readonly CheckedPhoto[]): CopyPair[] {
  const firsts = group.length <= MOST_IN_PAIRS ? group : firstOfEachSplit(group, photos)
  const isFirst = new Set(firsts)
  return firsts.flatMap(first =>
    group
      // Two of the firsts would be told twice, once from each.
      .filter(other => (isFirst.has(other) ? other > first : other !== first))
      .map(other => ({
        a: Math.min(first, other),
        b: Math.max(first, other),
        kind: 'exact' as const,
        certain: true,
      })),
  )
}

/** Enough that a pair of two groups is seen from both sides of a split; all of small groups. */
function fewOf(group: readonly number[], photos: readonly CheckedPhoto[]): readonly number[] {
  return group.length <= 8 ? group : firstOfEachSplit(group, photos)
}

function firstOfEachSplit(group: readonly number[], photos: readonly CheckedPhoto[]): number[] {
  const firsts = new Map<CheckedPhoto['split'], number>()
  for (const photo of group) {
    const { split } = photos[photo]
    if (!firsts.has(split)) firsts.set(split, photo)
  }
  return [...firsts.values()]
}
