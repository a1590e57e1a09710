// Agreement with scipy, on values made by scripts/fixtures/chance.py.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { wilson } from '../metrics.js'
import { mayBe, often, pairedInterval, repeatedAccuracy, resampledInterval, student95 } from './index.js'

const pair = z.tuple([z.number(), z.number()])
const oracle = z
  .object({
    paired: z.array(
      z.object({ counts: z.tuple([z.number(), z.number(), z.number()]), exact: pair, drawn: pair }),
    ),
    student: z.array(pair),
    resampled: z.array(z.object({ values: z.array(z.number()), ratio: z.number(), interval: pair })),
  })
  .parse(JSON.parse(readFileSync(new URL('./fixtures/chance.fixture.json', import.meta.url), 'utf8')))

describe('pairedInterval', () => {
  it.each(oracle.paired)(
    'of $counts is that of all resamples, as scipy counts them',
    ({ counts, exact, drawn }) => {
      const [photos, onlyFirstRight, onlySecondRight] = counts
      const got = pairedInterval({ photos, onlyFirstRight, onlySecondRight })
      expect(got).toEqual(exact)
      // Percentiles of drawn resamples may be a photo off.
      for (const [i, end] of got.entries())
        expect(Math.abs(end - drawn[i])).toBeLessThanOrEqual(1 / photos + 1e-9)
    },
  )

  it('is the other way round for models the other way round, and takes ten thousand photos', () => {
    const [low, high] = pairedInterval({ photos: 10_000, onlyFirstRight: 300, onlySecondRight: 200 })
    const turned = pairedInterval({ photos: 10_000, onlyFirstRight: 200, onlySecondRight: 300 })
    expect(turned[0]).toBeCloseTo(-high, 3)
    expect(turned[1]).toBeCloseTo(-low, 3)
    expect([low, high].map(end => end.toFixed(3))).toEqual(['-0.014', '-0.006'])
    expect(() => pairedInterval({ photos: 2, onlyFirstRight: 2, onlySecondRight: 1 })).toThrow('photos')
  })
})

describe('student95', () => {
  it.each(oracle.student)('with %i degrees of freedom agrees with scipy', (freedom, quantile) => {
    expect(student95(freedom) / quantile).toBeCloseTo(1, 10)
  })
})

describe('resampledInterval', () => {
  it.each(oracle.resampled)('agrees with scipy: $ratio', ({ values, ratio, interval }) => {
    const got = resampledInterval(values, ratio)
    for (const [i, end] of interval.entries()) expect(got?.[i]).toBeCloseTo(end, 10)
  })

  it('of one fold there is none', () => {
    expect(resampledInterval([0.9], 0.25)).toBeNull()
  })
})

describe('repeatedAccuracy', () => {
  it('is no surer than as many photos allow, however often they are measured', () => {
    const fold = { count: 10, right: 10, train: 40 }
    const { accuracy, interval } = repeatedAccuracy(new Array(15).fill(fold), 50)
    expect(accuracy).toBe(1)
    expect(interval[0]).toBeCloseTo(0.9287, 4)
    expect(interval[1]).toBe(1)
  })

  it('is wider where folds differ more than chance has them', () => {
    const folds = [10, 10, 10, 10, 2].map(right => ({ count: 10, right, train: 40 }))
    const { accuracy, interval } = repeatedAccuracy(folds, 50)
    expect(accuracy).toBeCloseTo(0.84)
    expect(interval[0]).toBeLessThan(0.6)
    expect(interval[1]).toBe(1)
  })
})

it('often says chances as people do', () => {
  expect([1, 0.3, 0.12, 0.04, 0.0123, 0.0004, 1 / 2100, 1e-9].map(often)).toEqual([
    'nearly all',
    '3 of 10',
    '1 of 10',
    '4 of 100',
    '1 of 100',
    '1 of 3000',
    '1 of 2000',
    'fewer than 1 of 1000000',
  ])
})

describe('mayBe', () => {
  const said = (right: number, count: number, what?: string) =>
    mayBe({ accuracy: right / count, count, interval: wilson(right, count) ?? [0, 1] }, what)

  it('says of few photos what the share may be', () => {
    expect(said(49, 50)).toBe('98 % of 50 photos: it may be 90 %')
    expect(said(50, 50, 'test photos')).toBe('100 % of 50 test photos: it may be 93 %')
    expect(said(1, 1)).toBe('100 % of 1 photo: it may be 21 %')
    expect(said(0, 4)).toBeUndefined()
  })

  it('leaves alone what so many photos bear out', () => {
    expect([said(98, 100), said(61, 61), said(950, 1000), said(170, 200)]).toEqual(
      new Array(4).fill(undefined),
    )
    expect([said(60, 60), said(94, 100), said(120, 140)].every(text => text !== undefined)).toBe(true)
  })
})
