import type { Candidate } from './by-hash.js'
import type { GreyMaps } from './grey-maps.js'
import { MAP_SIDE } from './grey-maps.js'
import { correlation } from './likeness.js'
import type { CopyPair } from './pair.js'
import { kindOfPosition, moved } from './positions.js'

/** Bits up to which a hash says "the same picture", so that the second look only has to agree. */
const NEAR_BITS = 4

/** Least correlation of the pixels where hashes are that near. */
const AGREES = 0.8

/** Least correlation of the pixels that decides by itself. */
const DECIDES = 0.927

/** Looks at the pixels of a candidate: the pair where they agree, otherwise nothing. */
export function confirm({ a, b, position, distance }: Candidate, maps: GreyMaps): CopyPair | undefined {
  const [first, second] = [maps.get(a), maps.get(b)]
  if (first === null || second === null) return undefined
  const alike = correlation(moved(first, MAP_SIDE, position), second)
  if (alike === undefined || alike < (distance <= NEAR_BITS ? AGREES : DECIDES)) return undefined
  return { a, b, kind: kindOfPosition(position), certain: false }
}
