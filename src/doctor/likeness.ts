import { breather, type WorkOptions } from '../core/index.js'
import type { LookFacts } from './facts/index.js'

/** What photos are likened by. */
export type LikenessLooks = Pick<LookFacts, 'phash' | 'colour' | 'edge'>

/** Words of 32 bits in the first of a photo's hashes. */
const WORDS = 2
const HEX_DIGITS = 8
/** A bit of 64 weighs as much as so many steps (of 255) of one mean colour. */
const STEPS_A_BIT = 12

/**
 * An order in which photos that look alike stand beside one another: from the first photo always to the nearest one that is left
 * (nearest neighbour chain). Photos are as far apart as their perceptual hashes have different bits and the mean colours of the
 * whole and of the edge differ.
 *
 * @returns places in the array, each once
 * @throws `interrupted`
 */
export async function likenessOrder(
  photos: readonly LikenessLooks[],
  { signal }: WorkOptions = {},
): Promise<number[]> {
  const breathe = breather(signal)
  const { hashes, colours, width } = columnsOf(photos)
  const left = Uint32Array.from(photos.keys())
  const order: number[] = []
  for (let count = left.length, at = 0; count > 0; count--) {
    const current = left[at]
    order.push(current)
    left[at] = left[count - 1]
    await breathe()
    at = nearest(current, left, count - 1, hashes, colours, width)
  }
  return order
}

function columnsOf(photos: readonly LikenessLooks[]) {
  const width = 3 + Math.max(0, ...photos.slice(0, 1).map(({ edge }) => edge.length))
  const hashes = new Uint32Array(photos.length * WORDS)
  const colours = new Uint8Array(photos.length * width)
  for (const [i, { phash, colour, edge }] of photos.entries()) {
    for (let word = 0; word < WORDS; word++)
      hashes[i * WORDS + word] = Number.parseInt(phash.slice(word * HEX_DIGITS, (word + 1) * HEX_DIGITS), 16)
    colours.set([...colour, ...edge].slice(0, width), i * width)
  }
  return { hashes, colours, width }
}

/** The place in `left` of the photo that is nearest. */
function nearest(
  current: number,
  left: Uint32Array,
  count: number,
  hashes: Uint32Array,
  colours: Uint8Array,
  width: number,
): number {
  const [a, b] = [hashes[current * WORDS], hashes[current * WORDS + 1]]
  const weight = STEPS_A_BIT * (width / 3)
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let at = 0; at < count; at++) {
    const other = left[at]
    let far = weight * (bits(a ^ hashes[other * WORDS]) + bits(b ^ hashes[other * WORDS + 1]))
    for (let k = 0, p = current * width, q = other * width; k < width && far < least; k++)
      far += Math.abs(colours[p + k] - colours[q + k])
    if (far >= least) continue
    least = far
    best = at
  }
  return best
}

/** Ones in a word of 32 bits. */
function bits(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
