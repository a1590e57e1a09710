import { expect, it } from 'vitest'
import { argmax } from './index.js'

it('argmax takes the first of equal numbers, however many there are', () => {
  expect(argmax([0.2, 0.4, 0.4])).toBe(1)
  expect(argmax(Float32Array.of(0.5, 0.5))).toBe(0)
  expect(argmax(new Float32Array(1_000_000).fill(0.5))).toBe(0)
})
