// What 95 % intervals promise, tried: ten thousand draws each, from a fixed seed.
import { describe, expect, it } from 'vitest'
import { RandomStream } from '../../core/index.js'
import { comparePredictions } from '../compare.js'
import { wilson } from '../metrics.js'
import { pairedInterval } from './paired-interval.js'
import { repeatedAccuracy } from './resampled.js'

const DRAWS = 10_000
/** Three standard errors of a share of 95 % of so many draws. */
const LUCK = 3 * Math.sqrt((0.95 * 0.05) / DRAWS)
/** Counts are whole, so at a given chance no interval has 95 % exactly; these fall no further. */
const LOWEST = 0.925

/** Heads in tosses of a coin. */
function heads(random: RandomStream, tosses: number, chance: number): number {
  let count = 0
  for (let i = 0; i < tosses; i++) if (random.uniform() < chance) count++
  return count
}

/** Share of draws whose interval holds what it should. */
function coverage(draw: (random: RandomStream) => boolean, name: string): number {
  const random = RandomStream.fromSeed(12).fork('coverage', name)
  let held = 0
  for (let i = 0; i < DRAWS; i++) if (draw(random)) held++
  return held / DRAWS
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

describe('95 % intervals hold in 95 % of draws', () => {
  it('of a share (Wilson)', () => {
    const found = [20, 50, 100, 300].flatMap(count =>
      [0.5, 0.7, 0.8, 0.9, 0.95].map(chance => {
        const intervals = Array.from({ length: count + 1 }, (_, right) => wilson(right, count) ?? [0, 0])
        return coverage(random => {
          const [low, high] = intervals[heads(random, count, chance)]
          return low <= chance && chance <= high
        }, `wilson ${count} ${chance}`)
      }),
    )
    expect(Math.min(...found)).toBeGreaterThan(LOWEST - LUCK)
    expect(mean(found)).toBeGreaterThan(0.95 - LUCK)
    expect(mean(found)).toBeLessThan(0.965)
  })

  /** Chances that only the first, only the second is right. */
  const pairs = [
    [0.01, 0.01],
    [0.03, 0],
    [0.05, 0.05],
    [0.1, 0.03],
    [0.2, 0.1],
  ] as const

  /** Photos that only the first, only the second of two models gets right. */
  function table(random: RandomStream, photos: number, [first, second]: readonly [number, number]) {
    const counts = { photos, onlyFirstRight: 0, onlySecondRight: 0 }
    for (let i = 0; i < photos; i++) {
      const at = random.uniform()
      if (at < first) counts.onlyFirstRight++
      else if (at < first + second) counts.onlySecondRight++
    }
    return counts
  }

  it('of a difference on the same photos', () => {
    const found = [20, 50, 100].flatMap(photos => {
      const known = new Map<string, readonly [number, number]>()
      return pairs.map(pair =>
        coverage(random => {
          const counts = table(random, photos, pair)
          const key = `${counts.onlyFirstRight} ${counts.onlySecondRight}`
          const [low, high] = known.get(key) ?? pairedInterval(counts)
          known.set(key, [low, high])
          const truth = pair[1] - pair[0]
          return low <= truth + 1e-9 && truth - 1e-9 <= high
        }, `paired ${photos} ${pair}`),
      )
    })
    expect(Math.min(...found)).toBeGreaterThan(LOWEST - LUCK)
    expect(mean(found)).toBeGreaterThan(0.95)
  })

  it('of accuracy over repeated folds, of a classifier that is really trained', () => {
    const found = [0.5, 2].map(apart => {
      const results = Array.from({ length: DRAWS }, (_, i) =>
        crossValidated(RandomStream.fromSeed(i).fork('folds', String(apart)), apart),
      )
      const truth = mean(results.map(({ truth }) => truth))
      return mean(results.map(({ interval: [low, high] }) => (low <= truth && truth <= high ? 1 : 0)))
    })
    for (const share of found) expect(share).toBeGreaterThan(0.95 - LUCK)
  })
})

describe('the paired test', () => {
  it('calls no difference one more often than one time in twenty', () => {
    for (const photos of [20, 100, 300])
      for (const differing of [0.02, 0.1, 0.3]) {
        const random = RandomStream.fromSeed(3).fork('alarms', photos, String(differing))
        let alarms = 0
        for (let i = 0; i < DRAWS; i++) {
          const count = heads(random, photos, differing)
          const won = heads(random, count, 0.5)
          const truth = new Array<number>(count).fill(0)
          const first = truth.map((_, k) => (k < won ? 0 : 1))
          const second = truth.map((_, k) => (k < won ? 1 : 0))
          if (comparePredictions(truth, first, second).pValue < 0.05) alarms++
        }
        expect(alarms / DRAWS).toBeLessThanOrEqual(0.05 + LUCK)
      }
  })
})

const WIDTH = 3
const EACH = 25
const FOLDS = 5
const REPEATS = 3

/**
 * Three rounds of five folds of a nearest-mean classifier on 25 points of each of two classes, normal around two points: the interval,
 * and how often its fifteen models are truly right.
 */
function crossValidated(random: RandomStream, apart: number) {
  const points = Array.from({ length: 2 * EACH }, (_, i) => {
    const label = i % 2
    return {
      label,
      at: Array.from({ length: WIDTH }, () => random.normal() + (label === 0 ? -apart : apart) / 2),
    }
  })
  let truth = 0
  const folds = Array.from({ length: REPEATS }, () => {
    // Dealt class by class, so that each fold has as many of both.
    const order = [0, 1].flatMap(label => random.shuffle(points.filter(point => point.label === label)))
    return Array.from({ length: FOLDS }, (_, fold) => {
      const learnt = order.filter((_, i) => i % FOLDS !== fold)
      const held = order.filter((_, i) => i % FOLDS === fold)
      const { says, chance } = nearestMean(learnt, apart)
      truth += chance / (FOLDS * REPEATS)
      const right = held.filter(({ at, label }) => says(at) === label).length
      return { count: held.length, right, train: learnt.length }
    })
  })
  return { ...repeatedAccuracy(folds.flat(), points.length), truth }
}

/** The classifier, and how often it is right of all points there could be. */
function nearestMean(points: readonly { label: number; at: readonly number[] }[], apart: number) {
  const centre = [0, 1].map(label => {
    const own = points.filter(point => point.label === label)
    return Array.from({ length: WIDTH }, (_, d) => mean(own.map(({ at }) => at[d])))
  })
  const across = centre[1].map((c, d) => c - centre[0][d])
  const middle = across.reduce((sum, a, d) => sum + (a * (centre[0][d] + centre[1][d])) / 2, 0)
  const along = (at: readonly number[]) => at.reduce((sum, x, d) => sum + x * across[d], 0) - middle
  const length = Math.hypot(...across)
  const side = across.reduce((sum, a) => sum + (a * apart) / 2, 0)
  return {
    says: (at: readonly number[]) => (along(at) > 0 ? 1 : 0),
    chance: (normalBelow((side - middle) / length) + normalBelow((side + middle) / length)) / 2,
  }
}

/** Chance that a standard normal number is below (Abramowitz and Stegun 7.1.26, good to seven digits). */
function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const half = (1 - series * Math.exp(-x * x)) / 2
  return z < 0 ? 0.5 - half : 0.5 + half
}
