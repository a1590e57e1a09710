import { expect, it } from 'vitest'
import { toSteps } from './int8.js'

it('spreads 127 steps up to the largest number, and leaves a row of nothing alone', () => {
  const steps = new Int8Array(3)
  expect(toSteps(Float32Array.of(0.5, -2, 0.25), steps)).toBeCloseTo(2 / 127, 12)
  expect(Array.from(steps)).toEqual([32, -127, 16])
  expect(toSteps(new Float32Array(3), steps)).toBe(0)
  expect(Array.from(steps)).toEqual([32, -127, 16])
})
