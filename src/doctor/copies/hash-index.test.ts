import { describe, expect, it } from 'vitest'
import { RandomStream } from '../../core/index.js'
import { bitsOf, HashIndex, RADIUS } from './hash-index.js'

/** Hashes of which many are near others: each the one before with up to 12 bits changed, or a new one. */
function hashes(count: number): Uint32Array {
  const random = RandomStream.fromSeed(1)
  const words = new Uint32Array(2 * count)
  for (let i = 0; i < count; i++) {
    const isNew = i === 0 || random.integer(4) === 0
    for (const word of [0, 1]) words[2 * i + word] = isNew ? random.uint32() : words[2 * i - 2 + word]
    if (!isNew)
      for (let k = random.integer(13); k > 0; k--) words[2 * i + random.integer(2)] ^= 1 << random.integer(32)
  }
  return words
}

describe('HashIndex', () => {
  it('finds exactly what comparing all would find, each once', () => {
    const count = 600
    const words = hashes(count)
    const index = new HashIndex(words)
    let near = 0
    for (let i = 0; i < count; i++) {
      const found: number[] = []
      index.near(words[2 * i], words[2 * i + 1], i, other => found.push(other))
      const expected = Array.from({ length: count }, (_, j) => j).filter(
        j => bitsOf(words[2 * i] ^ words[2 * j]) + bitsOf(words[2 * i + 1] ^ words[2 * j + 1]) <= RADIUS,
      )
      expect(found.sort((a, b) => a - b)).toEqual(expected)
      near += expected.length - 1
    }
    expect(near).toBeGreaterThan(count)
  })

  it('looks at those next to a hash where thousands are alike', () => {
    const count = 30_000
    const words = new Uint32Array(2 * count)
    for (let i = 0; i < count; i++) words[2 * i + 1] = i & 7
    const found: number[] = []
    new HashIndex(words).near(0, 0, 20_000, other => found.push(other))
    expect(found.length).toBeLessThan(10_000)
    expect(found).toContain(20_001)
  })
})
