import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RandomStream } from '../core/index.js'
import { interpret, samplesOf } from './interpret.js'

const truth = [0, 0, 0, 1, 1, 1]
const rows = [
  [0.9, 0.1],
  [0.55, 0.45],
  [0.2, 0.8],
  [0.4, 0.6],
  [0.05, 0.95],
  [0.51, 0.49],
]
const look = (count?: number) =>
  interpret(truth, rows, { classes: 2, random: RandomStream.fromSeed(1), count })

describe('interpret', () => {
  it('ranks each class by how sure the model was of the truth', () => {
    const { mostRight, mostWrong } = look()
    expect(mostRight.map(list => list.map(s => s.photo))).toEqual([
      [0, 1],
      [4, 3],
    ])
    expect(mostWrong.map(list => list.map(s => s.photo))).toEqual([[2], [5]])
    expect(mostWrong[0][0]).toMatchObject({ truth: 0, predicted: 1, probability: 0.8, truthProbability: 0.2 })
  })

  it('finds the greatest losses and the smallest margins over all classes', () => {
    const { topLosses, mostUncertain } = look(2)
    expect(topLosses.map(s => s.photo)).toEqual([2, 5])
    expect(mostUncertain.map(s => s.photo)).toEqual([5, 1])
    expect(mostUncertain[0].margin).toBeCloseTo(2 * Math.abs(0.49 - 0.5), 12)
  })

  it('uses the margin of the top two for more classes', () => {
    const [a, b] = samplesOf(
      [0, 0],
      [
        [0.4, 0.35, 0.25],
        [0.45, 0.275, 0.275],
      ],
    )
    expect(a.margin).toBeCloseTo(0.05, 12)
    expect(b.margin).toBeCloseTo(0.175, 12)
  })

  it('draws the same random photos for the same seed, and only of the right kind', () => {
    expect(look().randomRight).toEqual(look().randomRight)
    const sample = fc.tuple(fc.nat(2), fc.nat(100), fc.nat(100), fc.nat(100))
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 30 }), fc.nat(), (photos, seed) => {
        const truths = photos.map(p => p[0])
        const probabilities = photos.map(([, ...odds]) => {
          const sum = odds.reduce((s, o) => s + o + 1, 0)
          return odds.map(o => (o + 1) / sum)
        })
        const random = RandomStream.fromSeed(seed)
        const got = interpret(truths, probabilities, { classes: 3, random })
        const right = samplesOf(truths, probabilities).filter(s => s.predicted === s.truth).length
        expect(got.randomRight).toHaveLength(Math.min(4, right))
        expect(got.randomWrong).toHaveLength(Math.min(4, photos.length - right))
        expect(got.randomRight.every(s => s.predicted === s.truth)).toBe(true)
        expect(got.randomWrong.every(s => s.predicted !== s.truth)).toBe(true)
        expect(new Set(got.randomRight.map(s => s.photo)).size).toBe(got.randomRight.length)
        got.mostWrong.forEach((list, k) => {
          expect(list.every(s => s.truth === k && s.predicted !== k)).toBe(true)
        })
      }),
    )
  })
})
