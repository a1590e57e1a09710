import { describe, expect, it } from 'vitest'
import { fromHalf, toHalf } from './half.js'

describe('binary16', () => {
  it('turns every half into a float and back unchanged', () => {
    for (let half = 0; half < 0x10000; half++) {
      const value = fromHalf(half)
      if (Number.isNaN(value)) expect(fromHalf(toHalf(value))).toBeNaN()
      else expect(toHalf(value)).toBe(half)
    }
  })

  it('rounds to the nearest, ties to even', () => {
    expect(fromHalf(toHalf(1 + 1 / 2048))).toBe(1)
    expect(fromHalf(toHalf(1 + 3 / 2048))).toBe(1 + 4 / 2048)
    expect(fromHalf(toHalf(1 + 1.1 / 2048))).toBe(1 + 2 / 2048)
    expect(fromHalf(toHalf(65519))).toBe(65504)
    expect(fromHalf(toHalf(65520))).toBe(Number.POSITIVE_INFINITY)
    expect(fromHalf(toHalf(2 ** -25))).toBe(0)
    expect(fromHalf(toHalf(2 ** -25 * 1.01))).toBe(2 ** -24)
    expect(Object.is(fromHalf(toHalf(-0)), -0)).toBe(true)
  })
})
