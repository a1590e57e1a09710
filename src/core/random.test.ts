import { describe, expect, it } from 'vitest'
import { RandomStream } from './random.js'

const many = 20_000

describe('RandomStream', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    const draws = (seed: number) => {
      const random = RandomStream.fromSeed(seed)
      return Array.from({ length: 8 }, () => random.uint32())
    }
    expect(draws(5)).toEqual(draws(5))
    expect(draws(5)).not.toEqual(draws(6))
    expect(draws(2 ** 40)).not.toEqual(draws(0))
  })

  it('forks by name, whatever was drawn before', () => {
    const random = RandomStream.fromSeed(1)
    const early = random.fork('a', 3).uint32()
    random.uint32()
    expect(random.fork('a', 3).uint32()).toBe(early)
    expect(random.fork('a').fork(3).uint32()).toBe(early)
    const others = [random.fork('a', 4), random.fork('b', 3), random.fork('a3'), random.fork('a')]
    expect(new Set([early, ...others.map(other => other.uint32())]).size).toBe(5)
  })

  it('is uniform: mean, variance and each of sixteen bins', () => {
    const random = RandomStream.fromSeed(2)
    const values = Array.from({ length: many }, () => random.uniform())
    expect(mean(values)).toBeCloseTo(0.5, 2)
    expect(mean(values.map(x => (x - 0.5) ** 2))).toBeCloseTo(1 / 12, 2)
    const bins = new Array<number>(16).fill(0)
    for (const value of values) bins[Math.floor(value * 16)]++
    // Chi-squared with 15 degrees of freedom is below 37.7 in 999 of 1000 cases; the seed is fixed.
    const expected = many / 16
    expect(bins.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)).toBeLessThan(37.7)
    const filled = Array.from(random.fillUniform(new Float32Array(many)))
    expect(mean(filled)).toBeCloseTo(0.5, 2)
    expect(filled.every(x => x >= 0 && x < 1)).toBe(true)
  })

  it('is normal: mean, variance, kurtosis', () => {
    const random = RandomStream.fromSeed(3)
    const values = Array.from({ length: many }, () => random.normal())
    expect(Math.abs(mean(values))).toBeLessThan(0.03)
    expect(mean(values.map(x => x * x))).toBeCloseTo(1, 1)
    expect(mean(values.map(x => x ** 4))).toBeCloseTo(3, 0)
  })

  it('shuffles into every order alike', () => {
    const random = RandomStream.fromSeed(4)
    const counts = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const order = random.permutation(3).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })

  it('refuses what is no seed and no range', () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(() => RandomStream.fromSeed(seed)).toThrow('seed must be a whole number')
    expect(() => RandomStream.fromSeed(0).integer(0)).toThrow('below must be from 1 to 2^32')
  })
})

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}
