import { describe, expect, it } from 'vitest'
import { float32, RandomStream } from '../core/index.js'
import { Familiar } from './familiar.js'

/** Points around a direction of `width` numbers. */
function around(direction: readonly number[], count: number, spread: number, random: RandomStream): number[] {
  return Array.from({ length: count }).flatMap(() =>
    direction.map(value => value + spread * (random.uniform() - 0.5)),
  )
}

describe('Familiar', () => {
  it('gives the mean cosine to the three nearest, whatever the lengths', () => {
    const seen = new Familiar(float32(new Float32Array([2, 0, 0, 3, 1, 1, -5, 0]), [4, 2]))
    // Cosines to (1, 0): 1, 0, 1/√2, -1.
    expect(seen.nearness(new Float32Array([7, 0]))).toBeCloseTo((1 + 0 + Math.SQRT1_2) / 3, 6)
  })

  it('calls what lies elsewhere far, and at most about a twentieth of what lies among the seen', () => {
    const random = RandomStream.fromSeed(1)
    const data = [...around([1, 0, 0, 0], 100, 0.4, random), ...around([0, 1, 0, 0], 100, 0.4, random)]
    const seen = new Familiar(float32(new Float32Array(data), [200, 4]))
    const isFar = (direction: number[]) => {
      const rows = around(direction, 200, 0.4, random)
      return Array.from({ length: 200 }, (_, i) =>
        seen.isFar(new Float32Array(rows.slice(i * 4, i * 4 + 4))),
      ).filter(Boolean).length
    }
    expect(isFar([0, 1, 0, 0])).toBeLessThan(30)
    expect(isFar([0, 0, 0, 1])).toBe(200)
  })

  it('takes features of nothing as far', () => {
    const seen = new Familiar(float32(new Float32Array([1, 0, 1, 0.1, 0.9, 0, 1, 0.05]), [4, 2]))
    expect(seen.isFar(new Float32Array(2))).toBe(true)
  })
})
