import { describe, expect, it } from 'vitest'
import { keptColumns, standardization, standardizeInto } from './standardize.js'

/** Four rows of: a spread column, a constant one, a spread one, and one beyond what is used. */
const rows = Float32Array.from([1, 7, 10, 99, 3, 7, 20, 99, 5, 7, 30, 99, 7, 7, 40, 99])

describe('standardization', () => {
  const change = standardization(rows, 4, 3, [
    { from: 0, to: 2, weight: 1 },
    { from: 2, to: 3, weight: 4 },
  ])

  it('gives each column mean 0 and the variance of its block, and takes constant ones out', () => {
    expect(keptColumns(change.scale)).toEqual([0, 2])
    const out = new Float32Array(8)
    standardizeInto(out, rows, 4, change)
    const column = (k: number) => [0, 1, 2, 3].map(i => out[i * 2 + k])
    for (const [k, variance] of [
      [0, 1],
      [1, 4],
    ]) {
      const values = column(k)
      expect(values.reduce((a, b) => a + b)).toBeCloseTo(0, 5)
      expect(values.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(variance, 5)
    }
  })

  it('treats new rows by the old figures', () => {
    const out = new Float32Array(2)
    standardizeInto(out, Float32Array.of(4, 1000, 25, 0), 4, change)
    expect(Array.from(out)).toEqual([0, 0])
  })
})
