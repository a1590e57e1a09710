import { expect, it } from 'vitest'
import { isBeyondChance, upperTail } from './chance.js'

it('knows the tail of the normal distribution', () => {
  // scipy.stats.norm.sf
  expect(upperTail(1)).toBeCloseTo(0.158655254, 6)
  expect(upperTail(1.959964)).toBeCloseTo(0.025, 7)
  expect(upperTail(5) / 2.866515719e-7).toBeCloseTo(1, 6)
  expect(upperTail(-2)).toBe(1)
  expect(upperTail(Number.NaN)).toBe(1)
})

it('asks for more where more was looked at', () => {
  expect(isBeyondChance(1.7, 1)).toBe(true)
  expect(isBeyondChance(1.7, 13)).toBe(false)
  expect(isBeyondChance(2.7, 13)).toBe(true)
  expect(isBeyondChance(2.7, 1300)).toBe(false)
})
