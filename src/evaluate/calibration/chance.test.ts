import { describe, expect, it } from 'vitest'
import { draw, trueError, worlds } from '../../../test/support/calibrated-worlds.js'
import { RandomStream } from '../../core/index.js'
import { equalMassBins, equalWidthBins } from './bins.js'
import { eceInterval, noiseFloor } from './chance.js'
import { calibrationFigures } from './figures.js'

describe('eceInterval', () => {
  // `npm run -s bench -- intervals --only calibration` does so with 10,000 draws.
  const sets = 60
  it.each(worlds)('holds the true error 95 times in 100: $what', world => {
    const random = RandomStream.fromSeed(2)
    let held = 0
    for (const binned of [equalWidthBins, equalMassBins]) {
      const known = trueError(world, binned)
      for (let n = 0; n < sets / 2; n++) {
        const { truth, rows } = draw(world, 100, random)
        const [low, high] = eceInterval(binned(truth, rows))
        if (low <= known && known <= high) held++
      }
    }
    // 95 % of 60, less what chance takes away once in a thousand times.
    expect(held / sets).toBeGreaterThanOrEqual(0.85)
  })

  it('shrinks with the photos, whichever bins are meant', () => {
    const world = worlds[1]
    const [few, many] = [100, 5000].map(count => draw(world, count, RandomStream.fromSeed(3)))
    for (const binned of [equalWidthBins, equalMassBins]) {
      const [wide, narrow] = [few, many].map(({ truth, rows }) => eceInterval(binned(truth, rows)))
      expect(narrow[1] - narrow[0]).toBeLessThan((wide[1] - wide[0]) / 3)
      expect(narrow[0]).toBeLessThan(trueError(world))
      expect(narrow[1]).toBeGreaterThan(trueError(world))
    }
  })

  it('does not promise much where all photos are right', () => {
    const rows = Array.from({ length: 50 }, () => [1, 0])
    const [low, high] = eceInterval(equalWidthBins(new Array<number>(50).fill(0), rows))
    expect(low).toBe(0)
    // Of 50 photos all are right one time in forty where 7 in 100 are wrong.
    expect(high).toBeGreaterThan(0.06)
    expect(high).toBeLessThan(0.09)
  })
})

describe('noiseFloor', () => {
  it('is what calibrated models show, drawn photo by photo and from a normal distribution alike', () => {
    const { truth, rows } = draw(worlds[0], 1000, RandomStream.fromSeed(4))
    const twice = { truth: [...truth, ...truth], rows: [...rows, ...rows] }
    const one = noiseFloor(equalWidthBins(truth, rows))
    const other = noiseFloor(equalWidthBins(twice.truth, twice.rows))
    for (const name of ['low', 'median', 'high'] as const)
      expect(other[name] * Math.SQRT2).toBeCloseTo(one[name], 2)
    expect(one.low).toBeGreaterThan(0)
    expect(one.high).toBeLessThan(0.04)
  })
})

describe('calibrationFigures', () => {
  it('says the same each time', () => {
    const { truth, rows } = draw(worlds[1], 80, RandomStream.fromSeed(5))
    expect(calibrationFigures(truth, rows, 1.5)).toEqual(calibrationFigures(truth, rows, 1.5))
  })

  it('takes one photo, and refuses none', () => {
    const one = calibrationFigures([1], [[0.3, 0.7]])
    expect(one.ece).toBeCloseTo(0.3, 12)
    expect(one.equalMass.reliability).toHaveLength(1)
    expect(one.interval[0]).toBe(0)
    expect(one.before).toBeNull()
    expect(() => calibrationFigures([], [])).toThrow('at least one photo')
  })

  it('cuts bins of equal mass', () => {
    const rows = Array.from({ length: 43 }, (_, i) => [0.5 + i / 100, 0.5 - i / 100])
    const bins = calibrationFigures(new Array<number>(43).fill(0), rows).equalMass.reliability
    expect(bins.map(({ count }) => count)).toEqual([11, 11, 11, 10])
    expect(bins[1]).toMatchObject({ low: 0.61, high: 0.71, accuracy: 1 })
  })
})
