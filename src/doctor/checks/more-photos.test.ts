import { describe, expect, it } from 'vitest'
import { around, deepData, type MadePhoto, middleOf } from '../../../test/support/deep-data.js'
import { RandomStream } from '../../core/index.js'
import { learningCurve } from '../deep/index.js'
import { fitLaw, RATES } from '../deep/law.js'
import { inWords, morePhotos } from './more-photos.js'

/** Two classes that lie so near each other that many photos are needed to tell them apart. */
function hard(each: number, spread: number): MadePhoto[] {
  const random = RandomStream.fromSeed(6)
  const [first, second] = [middleOf('first', 60), middleOf('second', 60)]
  const between = first.map((value, i) => value + 0.35 * (second[i] - value))
  return [first, between].flatMap((middle, label) =>
    Array.from({ length: each }, (_, i) => ({
      path: `${label}/${i}`,
      label,
      features: middle.map(value => value + spread * random.normal()),
    })),
  )
}

describe('more-photos', () => {
  it('sees mistakes become fewer, and says what more photos would leave', async () => {
    const curve = await learningCurve(deepData(['one', 'other'], hard(300, 1.5)))
    const errors = curve?.points.map(({ error }) => error) ?? []
    expect(errors).toHaveLength(4)
    expect(errors[3]).toBeLessThan(errors[0])
    const [twice, fourTimes] = curve?.forecasts ?? []
    expect(twice.error).toBeLessThan(errors[3] + 0.02)
    expect(fourTimes.error).toBeLessThan(twice.error)
    expect(twice.interval[0]).toBeLessThan(twice.error)
    expect(twice.interval[1]).toBeGreaterThan(twice.error)
    const [{ message }] = await morePhotos.run(deepData(['one', 'other'], hard(300, 1.5)), {})
    expect(message).toMatch(
      /Twice the photos would leave about \d+\.\d % \(95 % \d+\.\d % to \d+\.\d %\), 4 times/,
    )
  })

  it('does not pretend to know where there are hardly any mistakes', async () => {
    const random = RandomStream.fromSeed(8)
    const easy = ['one', 'other'].flatMap((name, label) =>
      Array.from({ length: 40 }, (_, i) => ({
        path: `${name}/${i}`,
        label,
        features: around(middleOf(name), 0.1, random),
      })),
    )
    const [{ message }] = await morePhotos.run(deepData(['one', 'other'], easy), {})
    expect(message).toBe(
      'Of 80 photos 0 are mistaken: too few to say what more photos would do. Measure on more first.',
    )
  })

  it('does not pretend to know where classes cannot be told apart', async () => {
    const random = RandomStream.fromSeed(9)
    const same = Array.from({ length: 120 }, (_, i) => ({
      path: `${i}`,
      label: i % 2,
      features: around(middleOf('same'), 1, random),
    }))
    const [{ message }] = await morePhotos.run(deepData(['one', 'other'], same), {})
    expect(message).toMatch(/^Whether more photos of the same kind help is not known/)
  })

  it('says nothing of too few photos', async () => {
    expect(await morePhotos.run(deepData(['one', 'other'], hard(10, 1)), {})).toEqual([])
  })
})

it('fits a law of each rate, to mistakes that fall to a floor or to none', () => {
  const sizes = [50, 100, 200, 400]
  for (const rate of RATES) {
    const law = fitLaw(
      sizes,
      sizes.map(size => 10 + 90 * (size / 50) ** -rate),
      rate,
    )
    expect(law.at(800)).toBeCloseTo(10 + 90 * 16 ** -rate, 6)
    expect(law.misfit).toBeCloseTo(0, 6)
    // More mistakes with more photos are luck, and no law goes below none.
    expect(fitLaw(sizes, [10, 11, 12, 13], rate).at(800)).toBeCloseTo(11.4, 1)
    expect(fitLaw(sizes, [90, 9, 0.9, 0.09], rate).at(1e6)).toBeGreaterThanOrEqual(0)
  }
  expect(inWords({ points: [{ photos: 50, error: 0 }], judged: 60, forecasts: [twice] })).toMatch(/too few/)
})

const twice = { times: 2, error: 0, interval: [0, 0.01], gain: [0, 0.01] } as const
