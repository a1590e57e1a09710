import { argumentError } from './error.js'

/**
 * A seeded stream of random numbers (xoshiro128**, Blackman and Vigna 2018). Streams form a tree: `fork('head')` or
 * `fork(3)` gives a stream that depends only on the seed and the path of names, never on how much was drawn before,
 * so work can be reordered or resumed without changing a draw.
 */
export class RandomStream {
  private readonly state: Uint32Array
  private readonly key: Uint32Array

  private constructor(key: Uint32Array) {
    this.key = key
    this.state = expand(key)
  }

  /** The root stream of a seed: a whole number from 0 to 2^53 - 1. */
  static fromSeed(seed: number): RandomStream {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw argumentError('seed', 'a whole number from 0 to 2^53 - 1', seed)
    return new RandomStream(Uint32Array.of(seed >>> 0, Math.floor(seed / 2 ** 32), 0x9e3779b9, 0x7f4a7c15))
  }

  /** An independent stream named by text or numbers. */
  fork(...names: readonly (string | number)[]): RandomStream {
    const key = this.key.slice()
    for (const name of names) absorb(key, String(name))
    return new RandomStream(key)
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const s = this.state
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0
    const t = s[1] << 9
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotate(s[3], 11)
    return result
  }

  /** Uniform in [low, high), 53 random bits. */
  uniform(low = 0, high = 1): number {
    const unit = ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992
    return low + (high - low) * unit
  }

  /** Fills an array with uniform numbers in [0, 1), 24 random bits each: every float32 of that grid is exact. */
  fillUniform(out: Float32Array): Float32Array {
    for (let i = 0; i < out.length; i++) out[i] = (this.uint32() >>> 8) / 16777216
    return out
  }

  /** A whole number in [0, below), without modulo bias. */
  integer(below: number): number {
    if (!Number.isInteger(below) || below < 1 || below > 2 ** 32)
      throw argumentError('below', 'from 1 to 2^32', below)
    const limit = Math.floor(2 ** 32 / below) * below
    let draw = this.uint32()
    while (draw >= limit) draw = this.uint32()
    return draw % below
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** The items in random order (Fisher and Yates), as a new array. */
  shuffle<T>(items: readonly T[]): T[] {
    const out = items.slice()
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const swapped = out[i]
      out[i] = out[j]
      out[j] = swapped
    }
    return out
  }

  /** The numbers 0 to n - 1 in random order. */
  permutation(n: number): number[] {
    return this.shuffle(Array.from({ length: n }, (_, i) => i))
  }
}

function rotate(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k))
}

/** Mixes a name into a 128-bit key: per character a multiply-and-rotate round over the four words. */
function absorb(key: Uint32Array, name: string): void {
  const mix = (code: number) => {
    key[0] = Math.imul(rotate(key[0] ^ code, 15), 0x85ebca6b) + key[1]
    key[1] = Math.imul(rotate(key[1] ^ key[0], 13), 0xc2b2ae35) + key[2]
    key[2] = Math.imul(rotate(key[2] ^ key[1], 17), 0x27d4eb2f) + key[3]
    key[3] = Math.imul(rotate(key[3] ^ key[2], 16), 0x165667b1) + key[0]
  }
  for (let i = 0; i < name.length; i++) mix(name.charCodeAt(i))
  for (let i = 0; i < 4; i++) mix(0x10000 + name.length)
}

/** Fills the generator's state from a key with splitmix32, never all zero. */
function expand(key: Uint32Array): Uint32Array {
  const state = new Uint32Array(4)
  for (let i = 0; i < 4; i++) {
    let z = (key[i] + Math.imul(i + 1, 0x9e3779b9)) | 0
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    state[i] = z ^ (z >>> 15)
  }
  if (state.every(word => word === 0)) state[0] = 1
  return state
}
