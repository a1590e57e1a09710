import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accuracy, classMetrics, confusionMatrix, macroMetrics, wilson } from './metrics.js'

describe('wilson', () => {
  it('gives the published example, 97 of 100', () => {
    const interval = wilson(97, 100)
    expect(interval?.[0]).toBeCloseTo(0.9155, 4)
    expect(interval?.[1]).toBeCloseTo(0.9897, 4)
  })

  it('is null for nothing and touches the ends exactly', () => {
    expect(wilson(0, 0)).toBeNull()
    expect(wilson(0, 5)?.[0]).toBe(0)
    expect(wilson(5, 5)?.[1]).toBe(1)
  })

  it('holds the share, stays in [0, 1] and mirrors', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, f) => {
        const right = Math.round(f * n)
        const [low, high] = wilson(right, n) ?? [Number.NaN, Number.NaN]
        const [mirrorLow, mirrorHigh] = wilson(n - right, n) ?? [Number.NaN, Number.NaN]
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        expect(low).toBeLessThanOrEqual(right / n)
        expect(high).toBeGreaterThanOrEqual(right / n)
        expect(mirrorLow).toBeCloseTo(1 - high, 12)
        expect(mirrorHigh).toBeCloseTo(1 - low, 12)
      }),
    )
  })
})

describe('confusion and per-class figures', () => {
  it('counts [true][predicted]', () => {
    expect(confusionMatrix([0, 0, 1, 2, 2], [0, 1, 1, 0, 2], 3)).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 1],
    ])
  })

  it('says null, never NaN, where a figure is 0/0', () => {
    const [a, b] = classMetrics([
      [3, 0],
      [0, 0],
    ])
    expect(a).toMatchObject({ precision: 1, recall: 1, f1: 1, support: 3 })
    expect(b).toEqual({ support: 0, precision: null, recall: null, recallInterval: null, f1: null })
    expect(macroMetrics([a, b])).toEqual({ precision: 1, recall: 1, f1: 1 })
    expect(macroMetrics([b])).toEqual({ precision: null, recall: null, f1: null })
    expect(accuracy([], [])).toBeNull()
  })

  it('keeps every photo: rows sum to supports, the diagonal over the total is the accuracy', () => {
    const pairs = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(pairs, list => {
        const truth = list.map(p => p[0])
        const predicted = list.map(p => p[1])
        const counts = confusionMatrix(truth, predicted, 5)
        const supports = classMetrics(counts).map(c => c.support)
        expect(supports).toEqual(Array.from({ length: 5 }, (_, k) => truth.filter(t => t === k).length))
        const diagonal = counts.reduce((sum, row, k) => sum + row[k], 0)
        expect(accuracy(truth, predicted)).toBe(diagonal / list.length)
      }),
    )
  })

  it('refuses classes that do not exist and arrays of different length', () => {
    expect(() => confusionMatrix([0, 3], [0, 0], 2)).toThrow(
      'truth[1] must be a class number from 0 to 1, but is 3',
    )
    expect(() => confusionMatrix([0, 1], [0, -1], 2)).toThrow('predicted[1]')
    expect(() => confusionMatrix([0], [0, 1], 2)).toThrow('as many as the 1 true classes, but is 2')
  })
})
