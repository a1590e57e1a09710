import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitTemperature, softmaxRows } from './calibration.js'

describe('fitTemperature', () => {
  it('stays modest when every photo is right', () => {
    const truth = [0, 1, 0, 1]
    const logits = truth.map(t => (t === 0 ? [2, -2] : [-2, 2]))
    const { temperature } = fitTemperature(truth, logits)
    expect(softmaxRows(logits, temperature)[0][0]).toBeCloseTo(5 / 6, 6)
    expect(fitTemperature(truth, logits, 0).temperature).toBeCloseTo(1 / 20, 9)
  })

  it('leaves logits that say nothing alone', () => {
    expect(
      fitTemperature(
        [0, 1],
        [
          [3, 3],
          [3, 3],
        ],
      ).temperature,
    ).toBe(1)
  })

  it('always gives a finite temperature within its limits', () => {
    const row = fc.tuple(
      fc.nat(2),
      fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 3, maxLength: 3 }),
    )
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), rows => {
        const { temperature, logLossAfter } = fitTemperature(
          rows.map(r => r[0]),
          rows.map(r => r[1]),
        )
        expect(temperature).toBeGreaterThanOrEqual(1 / 20 - 1e-9)
        expect(temperature).toBeLessThanOrEqual(20 + 1e-9)
        expect(Number.isFinite(logLossAfter)).toBe(true)
      }),
    )
  })

  it('refuses what is not logits', () => {
    expect(() => fitTemperature([], [])).toThrow('at least one photo')
    expect(() => fitTemperature([0], [[Number.NaN, 1]])).toThrow('logits[0] must be 2 finite numbers')
    expect(() => fitTemperature([2], [[0, 1]])).toThrow('truth[0]')
  })
})
