import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitTemperature, softmaxRows } from './calibration.js'

describe('fitTemperature', () => {
  it('stays modest when every photo is right', async () => {
    const truth = [0, 1, 0, 1]
    const logits = truth.map(t => (t === 0 ? [2, -2] : [-2, 2]))
    const { temperature } = await fitTemperature(truth, logits)
    expect(softmaxRows(logits, temperature)[0][0]).toBeCloseTo(5 / 6, 6)
    expect((await fitTemperature(truth, logits, { prior: 0 })).temperature).toBeCloseTo(1 / 20, 9)
  })

  it('leaves logits that say nothing alone', async () => {
    const row = [3, 3]
    expect((await fitTemperature([0, 1], [row, row])).temperature).toBe(1)
  })

  it('always gives a finite temperature within its limits', async () => {
    const row = fc.tuple(
      fc.nat(2),
      fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 3, maxLength: 3 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async rows => {
        const { temperature, logLossAfter } = await fitTemperature(
          rows.map(r => r[0]),
          rows.map(r => r[1]),
        )
        expect(temperature).toBeGreaterThanOrEqual(1 / 20 - 1e-9)
        expect(temperature).toBeLessThanOrEqual(20 + 1e-9)
        expect(Number.isFinite(logLossAfter)).toBe(true)
      }),
    )
  })

  it('refuses what is not logits', async () => {
    await expect(fitTemperature([], [])).rejects.toThrow('at least one photo')
    await expect(fitTemperature([0], [[Number.NaN, 1]])).rejects.toThrow('logits[0] must be 2 finite numbers')
    await expect(fitTemperature([2], [[0, 1]])).rejects.toThrow('truth[0]')
  })

  it('lets a signal be heard while it works', async () => {
    const controller = new AbortController()
    const logits = Array.from({ length: 4000 }, (_, i) =>
      Array.from({ length: 500 }, (_, k) => Math.sin(i * k)),
    )
    const truth = logits.map((_, i) => i % 500)
    setImmediate(() => controller.abort())
    await expect(fitTemperature(truth, logits, { signal: controller.signal })).rejects.toMatchObject({
      code: 'interrupted',
    })
  })
})
