import { describe, expect, it } from 'vitest'
import { comparePredictions } from './compare.js'

describe('comparePredictions', () => {
  it('counts agreement both ways', () => {
    const got = comparePredictions([0, 1, 2, 1], [0, 1, 1, 0], [0, 1, 0, 1])
    expect(got).toEqual({ bothRight: 2, onlyFirstRight: 0, onlySecondRight: 1, bothWrong: 1, pValue: 1 })
    expect(() => comparePredictions([0], [0], [0, 1])).toThrow('as many as the 1')
  })
})
