import { expect, it } from 'vitest'
import { RandomStream } from '../../core/index.js'
import { aucInterval, aucWithinFolds } from './auc.js'

it('compares scores of one fold with each other only', () => {
  const own = [true, false, true, false]
  // The second fold scores all higher: across folds half of the pairs would be the wrong way round.
  const figure = aucWithinFolds(own, Float64Array.of(2, 1, 12, 11), [0, 0, 1, 1])
  expect(figure?.auc).toBe(1)
  expect(aucWithinFolds(own, Float64Array.of(1, 1, 1, 1), [0, 0, 1, 1])?.auc).toBe(0.5)
  expect(aucWithinFolds([true, true], Float64Array.of(1, 2), [0, 0])).toBeUndefined()
})

it('has an interval that covers the truth as often as it says, also near 1', () => {
  const random = RandomStream.fromSeed(3)
  for (const shift of [0, 1, 2.5]) {
    // Two normals of deviation 1 apart by `shift`: P(x > y) = Phi(shift / sqrt 2).
    const truth = { 0: 0.5, 1: 0.7602, 2.5: 0.9615 }[String(shift)] ?? 0
    let covered = 0
    const times = 400
    for (let t = 0; t < times; t++) {
      const scores = Float64Array.from({ length: 80 }, (_, i) => random.normal() + (i < 30 ? shift : 0))
      const own = Array.from(scores, (_, i) => i < 30)
      const figure = aucWithinFolds(
        own,
        scores,
        own.map(() => 0),
      )
      if (figure && figure.interval[0] <= truth && truth <= figure.interval[1]) covered++
    }
    expect(covered / times, `shift ${shift}`).toBeGreaterThan(0.92)
  }
})

it('stays between 0 and 1, and has a width where every pair is right', () => {
  const [low, high] = aucInterval(1, [{ own: 50, other: 50 }])
  expect(high).toBe(1)
  expect(low).toBeGreaterThan(0.9)
  expect(low).toBeLessThan(0.99)
  const [lower, upper] = aucInterval(0.5, [{ own: 50, other: 50 }])
  expect(lower).toBeCloseTo(1 - upper, 9)
})
