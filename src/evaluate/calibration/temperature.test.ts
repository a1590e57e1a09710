import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clearTemperature, fitTemperature, softmaxRows, tempered } from './temperature.js'

describe('fitTemperature', () => {
  it('stays modest when every photo is right', async () => {
    const truth = [0, 1, 0, 1]
    const logits = truth.map(t => (t === 0 ? [2, -2] : [-2, 2]))
    // Where the slopes of loss and prior meet: 4 photos × 4/T × e^(-4/T) / (1 + e^(-4/T)) = -16 log T.
    const { temperature } = await fitTemperature(truth, logits)
    const gap = 4 / temperature
    expect((4 * gap) / (1 + Math.exp(gap))).toBeCloseTo(-16 * Math.log(temperature), 9)
    expect(temperature).toBeCloseTo(0.98, 1)
    const free = { spread: Number.POSITIVE_INFINITY }
    expect((await fitTemperature(truth, logits, free)).temperature).toBeCloseTo(1 / 20, 9)
    const platt = await fitTemperature(truth, logits, { ...free, imaginary: 1 })
    expect(softmaxRows(logits, platt.temperature)[0][0]).toBeCloseTo(5 / 6, 6)
  })

  it('lets a hundred photos say less than a thousand', async () => {
    const truth = Array.from({ length: 1000 }, (_, i) => (i % 4 === 0 ? 1 : 0))
    const logits = truth.map(() => [4, 0])
    const few = await fitTemperature(truth.slice(0, 100), logits.slice(0, 100))
    const many = await fitTemperature(truth, logits)
    // Three of four are right: the temperature that says so is 4 / log 3.
    expect(few.temperature).toBeLessThan(many.temperature)
    expect(many.temperature).toBeLessThan(4 / Math.log(3))
    expect(few.temperature).toBeGreaterThan(1)
    const thrice = [0, 1, 2].flatMap(() => truth.slice(0, 100))
    const drawn = await fitTemperature(thrice, logits.slice(0, 300), { drawings: 3 })
    expect(drawn.temperature).toBeCloseTo(few.temperature, 9)
  })

  it('is 1 where the photos do not clearly ask for another', async () => {
    const truth = Array.from({ length: 1000 }, (_, i) => (i % 4 === 0 ? 1 : 0))
    const logits = truth.map(() => [1.15, 0])
    expect((await fitTemperature(truth, logits)).temperature).not.toBe(1)
    expect(await clearTemperature(truth, logits)).toBe(1)
    const sure = truth.map(() => [2.5, 0])
    expect(await clearTemperature(truth, sure)).toBe((await fitTemperature(truth, sure)).temperature)
    // The same few photos many times over are no more than they are.
    const [few, row] = [truth.slice(0, 8), [2, 0]]
    const often = Array.from({ length: 50 }, () => few).flat()
    expect(
      await clearTemperature(
        often,
        often.map(() => row),
      ),
    ).not.toBe(1)
    expect(
      await clearTemperature(
        often,
        often.map(() => row),
        { drawings: 50 },
      ),
    ).toBe(1)
  })

  it('finds the lower of two valleys', async () => {
    // Timid logits, all right: beside the prior's valley there is one at a temperature far below, and lower.
    const truth = new Array<number>(3000).fill(0)
    const logits = truth.map(() => [0.01, 0])
    const cost = (t: number) => 3000 * Math.log1p(Math.exp(-0.01 / t)) + 8 * Math.log(t) ** 2
    const { temperature } = await fitTemperature(truth, logits)
    const all = Array.from({ length: 599 }, (_, i) => Math.exp((i - 299) / 100))
    expect(cost(temperature)).toBeLessThanOrEqual(Math.min(...all.map(cost)) + 1e-9)
  })

  it('leaves logits that say nothing alone', async () => {
    const row = [3, 3]
    expect((await fitTemperature([0, 1], [row, row])).temperature).toBeCloseTo(1, 12)
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

describe('tempered', () => {
  it('is what the same logits give at another temperature', () => {
    const logits = [
      [3, -1, 0.5],
      [0, 0, 0],
      [400, 0, -400],
    ]
    const halved = tempered(softmaxRows(logits), 2)
    softmaxRows(logits, 2).forEach((row, i) => {
      for (const [k, p] of row.entries()) expect(halved[i][k]).toBeCloseTo(p, 9)
    })
  })
})
