import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  binaryAuc,
  brier,
  checkProbabilities,
  expectedCalibrationError,
  logLoss,
  reliability,
  rocAuc,
} from './scores.js'

describe('area under the ROC curve', () => {
  it('counts ties as half', () => {
    expect(binaryAuc([true, false], [0.5, 0.5])).toBe(0.5)
    expect(binaryAuc([true, true, false, false], [0.9, 0.5, 0.5, 0.1])).toBe(0.875)
    expect(binaryAuc([true, true], [0.9, 0.5])).toBeNull()
    expect(binaryAuc([], [])).toBeNull()
  })

  it('is the share of pairs in the right order', () => {
    const photos = fc.array(fc.tuple(fc.boolean(), fc.nat(6)), { maxLength: 40 })
    fc.assert(
      fc.property(photos, list => {
        const yes = list.filter(p => p[0]).map(p => p[1])
        const no = list.filter(p => !p[0]).map(p => p[1])
        const won = yes.flatMap(a => no.map<number>(b => (a > b ? 1 : a === b ? 0.5 : 0)))
        const expected = won.length === 0 ? null : won.reduce((sum, w) => sum + w, 0) / won.length
        const got = binaryAuc(
          list.map(p => p[0]),
          list.map(p => p[1]),
        )
        if (expected === null) expect(got).toBeNull()
        else expect(got).toBeCloseTo(expected, 12)
      }),
    )
  })

  it('leaves out a class without photos from the mean', () => {
    const rows = [
      [0.8, 0.1, 0.1],
      [0.2, 0.7, 0.1],
    ]
    expect(rocAuc([0, 1], rows, 3)).toBe(1)
    expect(rocAuc([0, 0], rows, 3)).toBeNull()
  })
})

describe('losses', () => {
  it('is finite for a certain mistake and zero, not minus zero, for a certain right answer', () => {
    expect(logLoss([0], [[0, 1]])).toBeCloseTo(36.04, 2)
    expect(logLoss([1], [[0, 1]])).toBe(0)
    expect(brier([0], [[0, 1]])).toBe(1)
    expect(logLoss([], [])).toBeNull()
  })
})

describe('reliability', () => {
  it('puts every photo into one bin, also at the ends, and has an error of zero for honest confidence', () => {
    const rows = [
      [1, 0],
      [0.5, 0.5],
      [0.5, 0.5],
    ]
    const bins = reliability([0, 0, 1], rows)
    expect(bins).toHaveLength(10)
    expect(bins[9]).toMatchObject({ count: 1, confidence: 1, accuracy: 1, low: 0.9, high: 1 })
    expect(bins[4]).toMatchObject({ count: 2, confidence: 0.5, accuracy: 0.5 })
    expect(bins[0]).toEqual({ low: 0, high: 0.1, count: 0, confidence: null, accuracy: null, interval: null })
    expect(expectedCalibrationError(bins)).toBe(0)
    expect(expectedCalibrationError(reliability([], []))).toBeNull()
  })
})

describe('checkProbabilities', () => {
  const cases: [string, number[][], string][] = [
    ['a number that is not one', [[Number.NaN, 1]], 'probabilities[0][0] must be from 0 to 1, but is NaN'],
    ['a negative number', [[-0.1, 1.1]], 'probabilities[0][0]'],
    ['a row that does not sum to one', [[0.3, 0.3]], 'The sum of probabilities[0] must be 1'],
    ['a row of the wrong length', [[0.3, 0.3, 0.4]], 'probabilities[0] must be 2 numbers, but is 3'],
  ]
  it.each(cases)('refuses %s', (_, rows, message) => {
    expect(() => checkProbabilities([0], rows, 2)).toThrow(message)
  })

  it('accepts float32 rows', () => {
    expect(() => checkProbabilities([0], [Float32Array.of(0.1, 0.9)], 2)).not.toThrow()
  })
})
