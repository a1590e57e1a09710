import { describe, expect, it } from 'vitest'
import { oneCycle, restarts } from './schedule.js'

describe('restarts', () => {
  it('keeps the rate without a cycle length, and counts cycles as epochs', () => {
    const schedule = restarts(0.01, 2, 55)
    expect(schedule.epochs).toBe(2)
    expect([0, 1, 109].map(schedule.rate)).toEqual([0.01, 0.01, 0.01])
  })

  it('follows the half cosine of each cycle, and starts the first one at a hundredth', () => {
    const schedule = restarts(0.01, 2, 40, { cycleLen: 1 })
    expect(schedule.epochs).toBe(2)
    expect(schedule.rate(0)).toBe(0.0001)
    expect(schedule.rate(1)).toBe(0.0001)
    expect(schedule.rate(2)).toBeCloseTo(0.005 * (1 + Math.cos(Math.PI / 20)), 12)
    expect(schedule.rate(20)).toBeCloseTo(0.005, 12)
    expect(schedule.rate(40)).toBe(0.01)
    expect(schedule.rate(79)).toBeLessThan(2e-5)
  })

  it('makes each cycle longer by the multiplier: 3 cycles of 1, 2 and 4 epochs are 7', () => {
    const schedule = restarts(1, 3, 10, { cycleLen: 1, cycleMult: 2 })
    expect(schedule.epochs).toBe(7)
    for (const start of [10, 30]) expect(schedule.rate(start)).toBe(1)
    expect(schedule.rate(20)).toBeCloseTo(0.5, 12)
    expect(schedule.rate(50)).toBeCloseTo(0.5, 12)
    expect(schedule.rate(69)).toBeLessThan(0.01)
  })

  it('refuses what is not a rate or a count', () => {
    expect(() => restarts(0, 1, 1)).toThrow('rate must be a learning rate above 0, but is 0.')
    expect(() => restarts(Number.NaN, 1, 1)).toThrow('rate must be')
    expect(() => restarts(1, 1.5, 1)).toThrow('cycles must be a whole number from 1, but is 1.5.')
    expect(() => restarts(1, 1, 1, { cycleMult: 2 })).toThrow('cycleLen must be given where cycleMult is')
  })
})

describe('oneCycle', () => {
  it('rises for a quarter of the steps and falls for the rest', () => {
    const schedule = oneCycle(0.01, 4, 10)
    expect(schedule.rate(0)).toBeCloseTo(0.0004, 12)
    expect(schedule.rate(5)).toBeCloseTo(0.0052, 12)
    expect(schedule.rate(10)).toBe(0.01)
    expect(schedule.rate(25)).toBeCloseTo(0.005, 6)
    expect(schedule.rate(39)).toBeLessThan(5e-5)
    const rates = Array.from({ length: 40 }, (_, i) => schedule.rate(i))
    expect(Math.max(...rates)).toBe(0.01)
  })

  it('refuses a rise outside its range', () => {
    expect(() => oneCycle(0.01, 1, 1, { rise: 1 })).toThrow('rise must be between 0 and 1, but is 1.')
  })
})
