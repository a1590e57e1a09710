import type { CheckedPhoto } from '../check.js'
import { HashIndex, RADIUS } from './hash-index.js'
import { POSITIONS, unfoldHash, WORDS } from './positions.js'

/** Two photos that may be copies: `b` looks like `a` laid into `position`. */
export interface Candidate {
  readonly a: number
  readonly b: number
  readonly position: number
  /** Bits in which their hashes differ then. */
  readonly distance: number
}

/** Most candidates a photo: more are of no use, as whoever looks like many looks like those, too. */
const MOST = 12

/**
 * Least range of brightness, of 99 of a hundred pixels, that leaves something to hash: below it the bits are noise, and plain
 * sky would be a copy of plain wall.
 */
const LEAST_RANGE = 10

/** The position that takes back another: turning left takes back turning right, all others take back themselves. */
const inverse = [0, 1, 2, 3, 4, 6, 5, 7] as const

/**
 * Pairs of photos whose perceptual hashes, with or without the border around them, differ in few bits in one of the eight
 * positions; of `indices` only. In order of `a`, then `b`.
 */
export function candidatesByHash(photos: readonly CheckedPhoto[], indices: readonly number[]): Candidate[] {
  const hashes = hashesOf(photos, indices)
  const index = new HashIndex(hashes.words)
  const best = new Map<number, Candidate>()
  for (const hashed of hashes.all) {
    for (const found of nearest(hashed, index, hashes.photosOf)) {
      const key = found.a * photos.length + found.b
      const known = best.get(key)
      if (known === undefined || found.distance < known.distance) best.set(key, found)
    }
  }
  return [...best.values()].sort((x, y) => x.a - y.a || x.b - y.b)
}

interface Hashed {
  readonly photo: number
  /** Of the photo's hash as it lies, among the different ones. */
  readonly number: number
  /** The hashes of all eight positions. */
  readonly words: Uint32Array
}

interface Hashes {
  /** One or two a photo, in the order of photos. */
  readonly all: readonly Hashed[]
  /** Every different hash once, two words each. */
  readonly words: Uint32Array
  /** The photos that have it, in order. */
  readonly photosOf: readonly (readonly number[])[]
}

function hashesOf(photos: readonly CheckedPhoto[], indices: readonly number[]): Hashes {
  const all: Hashed[] = []
  const numbers = new Map<string, number>()
  const photosOf: number[][] = []
  for (const photo of indices) {
    const { looks } = photos[photo].facts
    if (looks === null || looks.luminance.p99 - looks.luminance.p1 < LEAST_RANGE) continue
    for (const hash of new Set([looks.phash, looks.innerPhash])) {
      const words = new Uint32Array(WORDS)
      unfoldHash(hash, words, 0)
      const upright = hash.slice(0, 16)
      const number = numbers.get(upright) ?? numbers.size
      numbers.set(upright, number)
      photosOf[number] ??= []
      if (photosOf[number].at(-1) !== photo) photosOf[number].push(photo)
      all.push({ photo, number, words })
    }
  }
  const words = new Uint32Array(2 * numbers.size)
  let at = 0
  for (const hash of numbers.keys()) {
    words[at++] = Number.parseInt(hash.slice(0, 8), 16)
    words[at++] = Number.parseInt(hash.slice(8, 16), 16)
  }
  return { all, words, photosOf }
}

/** The photos most like this one, at most {@link MOST}. */
function nearest(
  { photo, number, words }: Hashed,
  index: HashIndex,
  photosOf: Hashes['photosOf'],
): Candidate[] {
  const byDistance: Candidate[][] = Array.from({ length: RADIUS + 1 }, () => [])
  for (const position of POSITIONS) {
    // Who is this photo turned to the right has it turned to the left: found from there.
    if (position === 6) continue
    index.near(words[2 * position], words[2 * position + 1], number, (hash, distance) => {
      const found = byDistance[distance]
      if (found.length >= MOST) return
      for (const other of around(photosOf[hash], photo))
        found.push(
          photo < other
            ? { a: photo, b: other, position, distance }
            : { a: other, b: photo, position: inverse[position], distance },
        )
    })
  }
  return byDistance.flat().slice(0, MOST)
}

/** The photos of a sorted list that are next to one, itself left out: thousands with one hash form a chain, not all pairs. */
function around(sorted: readonly number[], photo: number): readonly number[] {
  if (sorted.length <= MOST) return sorted.filter(other => other !== photo)
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle] < photo) low = middle + 1
    else high = middle
  }
  return sorted.slice(Math.max(0, low - MOST / 2), low + MOST / 2 + 1).filter(other => other !== photo)
}
