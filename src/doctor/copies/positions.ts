import type { CopyKind } from './pair.js'

/**
 * The eight ways to lay a square picture into its frame, as numbers: bit 0 mirrors it from left to right, bit 1 turns it upside
 * down, and after that bit 2 exchanges rows and columns.
 */
export const POSITIONS = [0, 1, 2, 3, 4, 5, 6, 7] as const

/** What a photo is of another one that lies in this position; an odd number of reflections leaves a mirror image. */
export function kindOfPosition(position: number): CopyKind {
  if (position === 0) return 'near'
  const reflections = (position & 1) + ((position >> 1) & 1) + (position >> 2)
  return reflections % 2 === 1 ? 'mirrored' : 'turned'
}

/** Two 32-bit words for each position: 16 numbers a photo. */
export const WORDS = 2 * POSITIONS.length

/** Writes the hashes of all eight positions of a photo, given its `symmetricHash`, to `into` from `at` on. */
export function unfoldHash(symmetric: string, into: Uint32Array, at: number): void {
  for (let mirrored = 0; mirrored < 4; mirrored++) {
    const high = Number.parseInt(symmetric.slice(16 * mirrored, 16 * mirrored + 8), 16)
    const low = Number.parseInt(symmetric.slice(16 * mirrored + 8, 16 * mirrored + 16), 16)
    into[at + 2 * mirrored] = high
    into[at + 2 * mirrored + 1] = low
    transpose(high, low, into, at + 2 * (mirrored + 4))
  }
}

/** Exchanges rows and columns of 8 x 8 bits (Warren, Hacker's Delight, section 7-3). */
function transpose(high: number, low: number, into: Uint32Array, at: number): void {
  let [x, y] = [high, low]
  let t = (x ^ (x >>> 7)) & 0x00aa00aa
  x ^= t ^ (t << 7)
  t = (y ^ (y >>> 7)) & 0x00aa00aa
  y ^= t ^ (t << 7)
  t = (x ^ (x >>> 14)) & 0x0000cccc
  x ^= t ^ (t << 14)
  t = (y ^ (y >>> 14)) & 0x0000cccc
  y ^= t ^ (t << 14)
  into[at] = (x & 0xf0f0f0f0) | ((y >>> 4) & 0x0f0f0f0f)
  into[at + 1] = ((x << 4) & 0xf0f0f0f0) | (y & 0x0f0f0f0f)
}

/** The square map, [side, side], laid into this position. */
export function moved(map: Uint8Array, side: number, position: number): Uint8Array {
  if (position === 0) return map
  const out = map.slice()
  for (let y = 0, to = 0; y < side; y++)
    for (let x = 0; x < side; x++, to++) {
      const [column, row] = (position & 4) !== 0 ? [y, x] : [x, y]
      const from =
        ((position & 2) !== 0 ? side - 1 - row : row) * side +
        ((position & 1) !== 0 ? side - 1 - column : column)
      out[to] = map[from]
    }
  return out
}
