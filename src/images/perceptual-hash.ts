import { greyOf } from './grey.js'
import type { GreyPixels, Pixels } from './pixels.js'
import { resizeGrey } from './resize.js'

/** Side of the small grey picture that is looked at, in pixels. */
const SIDE = 32

/** Side of the corner of its frequencies that is kept: the coarsest 8 x 8, a bit each. */
const CORNER = 8

const BITS = CORNER * CORNER

/** How long a photo's short side must be decoded for its hash: smaller ones are enlarged. */
export const HASH_SIDE = SIDE

/** Basis of the cosine transform, [CORNER, SIDE]: cos(pi (2 x + 1) k / (2 SIDE)). */
const basis = Float64Array.from({ length: CORNER * SIDE }, (_, i) => {
  const [k, x] = [Math.floor(i / SIDE), i % SIDE]
  return Math.cos((Math.PI * (2 * x + 1) * k) / (2 * SIDE))
})

/**
 * What a photo looks like, in 64 bits: 16 hexadecimal digits. Copies of a photo that were made smaller, saved anew or
 * slightly changed differ in few bits, other photos in about half of them: {@link hashDistance}.
 *
 * The algorithm is pHash as Python's imagehash has it (`imagehash.phash`, written down by Neal Krawetz in 2011): 32 x 32
 * grey pixels, the coarsest 8 x 8 frequencies of their cosine transform (DCT-II), and for each whether it is above the
 * median of all. It differs from imagehash in how the photo is made small (the mean of the area, where Pillow has Lanczos).
 */
export function perceptualHash(pixels: Pixels): string {
  return hashOfGrey(squeezed(greyOf(pixels)))
}

function squeezed(grey: GreyPixels): Uint8Array {
  return resizeGrey(grey, SIDE, SIDE).data
}

/** The hash of 32 x 32 grey values, row by row. */
export function hashOfGrey(grey: ArrayLike<number>): string {
  return hashOfCorner(coarsest(grey), 1, 1)
}

/**
 * The hashes of a photo and of its mirror image, upside down, and turned by 180 degrees: 64 hexadecimal digits, of which
 * the first 16 are its {@link perceptualHash}. One cosine transform gives all four, as mirroring only changes the sign of
 * every other column or row of it. Those of the photo turned by 90 degrees are the same bits with rows and columns
 * exchanged.
 */
export function symmetricHash(grey: GreyPixels): string {
  const corner = coarsest(squeezed(grey))
  return (
    hashOfCorner(corner, 1, 1) +
    hashOfCorner(corner, -1, 1) +
    hashOfCorner(corner, 1, -1) +
    hashOfCorner(corner, -1, -1)
  )
}

/** The hash of coarse frequencies whose odd columns and odd rows are taken with these signs. */
function hashOfCorner(corner: Float64Array, column: 1 | -1, row: 1 | -1): string {
  const signed = corner.map((value, i) => {
    const [j, k] = [Math.floor(i / CORNER), i % CORNER]
    return value * (k % 2 === 1 ? column : 1) * (j % 2 === 1 ? row : 1)
  })
  const sorted = signed.slice().sort()
  const median = (sorted[BITS / 2 - 1] + sorted[BITS / 2]) / 2
  let hash = ''
  for (let i = 0; i < BITS; i += 4) {
    let digit = 0
    for (let k = 0; k < 4; k++) digit = digit * 2 + (signed[i + k] > median ? 1 : 0)
    hash += digit.toString(16)
  }
  return hash
}

/** In how many of their 64 bits two hashes differ. */
export function hashDistance(a: string, b: string): number {
  let bits = 0
  for (let at = 0; at < BITS / 4; at += 8) {
    let differing = Number.parseInt(a.slice(at, at + 8), 16) ^ Number.parseInt(b.slice(at, at + 8), 16)
    for (; differing !== 0; differing &= differing - 1) bits++
  }
  return bits
}

/** The corner of the two-dimensional DCT-II, not normalised: [CORNER, CORNER]. */
function coarsest(grey: ArrayLike<number>): Float64Array {
  const rows = new Float64Array(SIDE * CORNER)
  for (let y = 0; y < SIDE; y++)
    for (let k = 0; k < CORNER; k++) {
      let sum = 0
      for (let x = 0; x < SIDE; x++) sum += grey[y * SIDE + x] * basis[k * SIDE + x]
      rows[y * CORNER + k] = sum
    }
  const corner = new Float64Array(BITS)
  for (let j = 0; j < CORNER; j++)
    for (let k = 0; k < CORNER; k++) {
      let sum = 0
      for (let y = 0; y < SIDE; y++) sum += rows[y * CORNER + k] * basis[j * SIDE + y]
      corner[j * CORNER + k] = sum
    }
  return corner
}
