import { Alignable, align } from './align.js'
import type { Candidate } from './by-hash.js'
import { type GreyMaps, MAP_SIDE, type PhotoMaps } from './grey-maps.js'
import type { CopyKind, CopyPair } from './pair.js'
import { kindOfPosition, moved } from './positions.js'
import { type Likeness, largestDifference, likenessBesideBar, likenessOf } from './same-frame.js'

/** Bits up to which a hash says "the same picture", so that the pixels only have to agree. */
const NEAR_BITS = 4

/** Least likeness of the pixels where hashes are that near, and of their fields. */
const AGREES = 0.8
const LEAST_DETAIL_NEAR = 0.6

/** Least likeness of the pixels that decides by itself, and of their fields: round things on white differ in those. */
const DECIDES = 0.92
const LEAST_DETAIL = 0.68

/**
 * Where neither a hash speaks for a copy, nor that each is the other's most similar photo: shirts of one cut, photographed on one cloth, are
 * alike in all but what is printed on them (.71 to .89 field by field; of 200 true pairs 196 reach more than .88).
 */
const LEAST_DETAIL_ALONE = 0.88
const DECIDES_ALONE = 0.98

/** The same where frames are laid upon each other, too, which are alike whatever is inside. */
const DECIDES_FRAMED = 0.96

/** Largest difference of any pixel, in steps of 255, that saving anew explains: no other explanation is left then. */
const SAVED_ANEW = 8
const SAVED_ANEW_LIKENESS = 0.99

/** Sides from which a part is the whole, as shares: a pixel of the map at each side. */
const WHOLE = 1 - 2 / MAP_SIDE

/** Maps kept ready to be searched in: 100 MB. */
const KEPT = 4000

/** Two photos that features find alike: `a < b`. */
export interface SimilarPair {
  readonly a: number
  readonly b: number
  /** No other photo is more like either of them. */
  readonly isClosest: boolean
}

/** Looks at the pixels of two photos, and says whether they show one picture, and how. */
export class SecondLook {
  private readonly ready = new Map<Uint8Array, Alignable>()

  constructor(private readonly maps: GreyMaps) {}

  /** Of two photos whose hashes are near: nothing where the pixels do not agree. */
  ofCandidate({ a, b, position, distance }: Candidate): CopyPair | undefined {
    const [first, second] = [this.maps.get(a), this.maps.get(b)]
    if (first === null || second === null) return undefined
    if (position === 0 && isSavedAnew(first.whole, second.whole)) return { a, b, kind: 'near', certain: true }
    const found =
      inPlace(first, second, position, distance, decides) ??
      (position === 0 ? this.within(first, second, true, decides) : undefined)
    return found && { a, b, ...found, certain: false }
  }

  /** Of any two photos: whether one lies in the other, as it is or mirrored. */
  ofAny({ a, b, isClosest }: SimilarPair): CopyPair | undefined {
    const isCopy = isClosest ? decides : decidesAlone
    const [first, second] = [this.maps.get(a), this.maps.get(b)]
    if (first === null || second === null) return undefined
    const found =
      inPlace(first, second, 0, Number.POSITIVE_INFINITY, isCopy) ??
      inPlace(first, second, 1, Number.POSITIVE_INFINITY, isCopy) ??
      this.within(first, second, isClosest, isCopy)
    return found && { a, b, ...found, certain: false }
  }

  /**
   * What one photo is of the other if it lies somewhere in it, or what is inside its frame does: a crop may have got a caption or bars.
   * `everyWay` also looks for the whole of one in the inside of the other where both have frames, as one may be but plain sky.
   */
  private within(a: PhotoMaps, b: PhotoMaps, everyWay: boolean, isCopy: Judge): Found | undefined {
    for (const { first, second, framed } of looks(a, b, everyWay)) {
      const found = align(this.alignable(first), this.alignable(second))
      if (!isCopy(found, framed ? DECIDES_FRAMED : DECIDES)) continue
      const isWhole = Math.min(found.width, found.height) >= WHOLE
      if (!isWhole) return { kind: 'part', part: found.part }
      return { kind: found.mirrored ? 'mirrored' : 'near' }
    }
    return undefined
  }

  private alignable(map: Uint8Array): Alignable {
    const alignable = this.ready.get(map) ?? new Alignable(map)
    this.ready.delete(map)
    this.ready.set(map, alignable)
    for (const oldest of this.ready.keys()) {
      if (this.ready.size <= KEPT) break
      this.ready.delete(oldest)
    }
    return alignable
  }
}

/** Two maps to be searched for in each other; `framed` where both have a frame that counts. */
interface Look {
  readonly first: Uint8Array
  readonly second: Uint8Array
  readonly framed: boolean
}

function looks(a: PhotoMaps, b: PhotoMaps, everyWay: boolean): Look[] {
  const framed = a.inside !== null && b.inside !== null
  const all: Look[] = [{ first: a.whole, second: b.whole, framed }]
  if (a.inside !== null && b.inside !== null) all.push({ first: a.inside, second: b.inside, framed: false })
  if (framed && !everyWay) return all
  if (b.inside !== null) all.push({ first: a.whole, second: b.inside, framed: false })
  if (a.inside !== null) all.push({ first: a.inside, second: b.whole, framed: false })
  return all
}

/** How two photos laid upon each other in a position are copies, if they are. */
function inPlace(
  first: PhotoMaps,
  second: PhotoMaps,
  position: number,
  distance: number,
  isCopy: Judge,
): Found | undefined {
  for (const { a, b, kind, part, framed } of laidUpon(first, second, kindOfPosition(position))) {
    const placed = moved(a, MAP_SIDE, position)
    const least = framed ? DECIDES_FRAMED : DECIDES
    const found = likenessOf(placed, b)
    if (distance <= NEAR_BITS && !framed && decides(found, AGREES, LEAST_DETAIL_NEAR)) return { kind, part }
    if (isCopy(found, least)) return { kind, part }
    if (isCopy(likenessBesideBar(placed, b), least))
      return found.likeness >= AGREES ? { kind, part } : { kind: 'part' }
  }
  return undefined
}

/** Whether nothing but saving anew, at another size or brightness, lies between two photos. */
function isSavedAnew(a: Uint8Array, b: Uint8Array): boolean {
  return decides(likenessOf(a, b), SAVED_ANEW_LIKENESS) && largestDifference(a, b) <= SAVED_ANEW
}

function decides({ likeness, detail }: Likeness, least: number, leastDetail = LEAST_DETAIL): boolean {
  return likeness >= least && detail >= leastDetail
}

/** The same for two photos that nothing else says so of. */
function decidesAlone(found: Likeness, least: number): boolean {
  return decides(found, least, found.likeness >= DECIDES_ALONE ? LEAST_DETAIL : LEAST_DETAIL_ALONE)
}

type Judge = (found: Likeness, least: number) => boolean

/** How two photos are copies, and which is the part where one is. */
type Found = Pick<CopyPair, 'kind' | 'part'>

interface Laid extends Found {
  readonly a: Uint8Array
  readonly b: Uint8Array
  /** Whether a frame is part of what is compared. */
  readonly framed: boolean
}

/**
 * What to lay upon what: photos in frames without them, as screens of one program are alike whatever they show; and all as they
 * are, as a frame may be but plain sky, and then end elsewhere in another copy.
 */
function laidUpon(first: PhotoMaps, second: PhotoMaps, kind: CopyKind): Laid[] {
  const whole = { a: first.whole, b: second.whole, kind }
  if (first.inside === null && second.inside === null) return [{ ...whole, framed: false }]
  const laid: Laid[] = [{ ...whole, framed: true }]
  if (first.inside !== null && second.inside !== null)
    laid.push({ a: first.inside, b: second.inside, kind, framed: false })
  if (first.inside !== null)
    laid.push({ a: first.inside, b: second.whole, kind: 'part', part: 'b', framed: false })
  if (second.inside !== null)
    laid.push({ a: first.whole, b: second.inside, kind: 'part', part: 'a', framed: false })
  return laid
}
