import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Pace } from './pace.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('has no quarrel with a slow line that keeps the pace, and ends what falls behind', () => {
  const pace = new Pace({ spanMs: 200, minBytesPerSecond: 500 }, undefined)
  for (let i = 0; i < 100; i++) {
    pace.add(10)
    vi.advanceTimersByTime(20)
  }
  expect(pace.signal.aborted).toBe(false)
  pace.add(99)
  vi.advanceTimersByTime(200)
  expect(pace.signal.aborted).toBe(true)
  expect(pace.verdict('http://host/x')?.message).toMatch(/^http:\/\/host\/x is too slow: 1099 bytes in 3 s\./)
  pace.end()
})

it('ends what takes too long, however much it brings', () => {
  const pace = new Pace({ spanMs: 100, maxMs: 250 }, undefined)
  const brought = [1, 2, 3].map(() => {
    pace.add(1e6)
    vi.advanceTimersByTime(100)
    return pace.signal.aborted
  })
  expect(brought).toEqual([false, false, true])
  pace.end()
})
