import { describe, expect, it } from 'vitest'
import { searchRate, suggestRate } from './rate-finder.js'

/** Gradient descent on x^2 / 2 from x = 1: converges below rate 2 and diverges above. */
function parabola() {
  let x = 1
  let batches = 0
  return {
    batchesPerEpoch: 3,
    *batches() {
      for (let i = 0; i < 3; i++) {
        batches++
        yield i
      }
    },
    async step(_batch: number, rate: number) {
      const loss = (x * x) / 2
      x -= rate * x
      return loss
    },
    validate: async () => ({ validLoss: 0, accuracy: 0 }),
    snapshot: () => x,
    restore: (saved: number) => {
      x = saved
    },
    seen: () => ({ x, batches }),
  }
}

describe('searchRate', () => {
  it('raises the rate geometrically over several epochs and leaves the weights as they were', async () => {
    const work = parabola()
    const points = await searchRate(work, { from: 1e-4, to: 1, iterations: 41 })
    expect(points).toHaveLength(41)
    expect(points[10].rate).toBeCloseTo(1e-3, 9)
    expect(points[40].rate).toBeCloseTo(1, 9)
    expect(points[0].smoothed).toBeCloseTo(points[0].loss, 9)
    expect(points[40].smoothed).toBeLessThan(points[0].smoothed)
    expect(work.seen().x).toBe(1)
    expect(work.seen().batches).toBeGreaterThan(40)
  })

  it('ends where the loss explodes, without a point that is not finite', async () => {
    const points = await searchRate(parabola(), { from: 0.01, to: 1e6, iterations: 100 })
    expect(points.length).toBeLessThan(100)
    expect(points.every(point => Number.isFinite(point.smoothed))).toBe(true)
  })

  it('brings the weights back after an interruption', async () => {
    const work = parabola()
    const controller = new AbortController()
    const progress = () => controller.abort()
    await expect(searchRate(work, { signal: controller.signal, progress })).rejects.toThrow('Interrupted')
    expect(work.seen().x).toBe(1)
  })

  it('refuses a range that is not one', async () => {
    await expect(searchRate(parabola(), { from: 1, to: 0.1 })).rejects.toThrow(
      'from must be above 0 and below to',
    )
    await expect(searchRate(parabola(), { iterations: 1 })).rejects.toThrow('iterations must be')
  })
})

describe('suggestRate', () => {
  it('lies inside the falling part of the curve', async () => {
    const points = Array.from({ length: 100 }, (_, i) => {
      const smoothed = i < 40 ? 1 : i < 80 ? 1 - (i - 40) / 50 : (i - 80) / 5
      return { rate: 10 ** (-5 + (6 * i) / 99), loss: smoothed, smoothed }
    })
    const suggestion = suggestRate(points)
    expect(suggestion).toBeGreaterThan(points[50].rate)
    expect(suggestion).toBeLessThan(points[70].rate)
  })

  it('says nothing where the loss never falls or there are too few points', () => {
    const rising = Array.from({ length: 50 }, (_, i) => ({ rate: i + 1, loss: i, smoothed: i }))
    expect(suggestRate(rising)).toBeUndefined()
    expect(suggestRate(rising.slice(0, 5))).toBeUndefined()
  })
})
