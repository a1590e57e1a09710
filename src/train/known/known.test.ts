import { describe, expect, it } from 'vitest'
import {
  answered,
  type DrawnPhotos,
  drawPhotos,
  familiarityOf,
  kind,
  knownOf,
} from '../../../test/support/drawn-features.js'
import { RandomStream } from '../../core/index.js'
import { togetherOf } from './together.js'

/** Mean over draws, each with a stream of its own. */
async function meanOf(draws: number, share: (random: RandomStream) => Promise<number>): Promise<number> {
  let sum = 0
  for (let seed = 0; seed < draws; seed++) sum += await share(RandomStream.fromSeed(seed))
  return sum / draws
}

/** Each photo so often, nearly the same: near copies of one another. */
function copied({ photos, rows, width, probabilities }: DrawnPhotos, times: number, random: RandomStream) {
  const each = photos.flatMap((_, i) => new Array<number>(times).fill(i))
  return {
    photos: each.map((i, j) => ({ ...photos[i], path: `${j}`, sha256: `${j}` })),
    rows: Float32Array.from(
      each.flatMap(i =>
        Array.from(rows.subarray(i * width, (i + 1) * width), x => x + 0.01 * random.normal()),
      ),
    ),
    width,
    probabilities: each.map(i => probabilities[i]),
  }
}

describe('photos that took no part', () => {
  it('are answered as often as was asked for, on average over draws; foreign ones are not', async () => {
    const foreign: number[] = []
    for (const [coverage, low, high] of [
      [0.95, 0.93, 0.97],
      [0.8, 0.77, 0.83],
    ] as const) {
      const mean = await meanOf(12, async random => {
        const kinds = [kind(random), kind(random), kind(random)]
        const draw = (count: number, name: string) =>
          drawPhotos(
            kinds.map((one, label) => ({ kind: one, count, label })),
            3,
            random,
            name,
          )
        const known = await knownOf(draw(60, 'learnt'), 3, { coverage })
        const others = Array.from({ length: 20 }, () => ({ kind: kind(random), count: 5, label: -1 }))
        foreign.push(answered(await familiarityOf(known, drawPhotos(others, 3, random, 'o')), 1 - coverage))
        return answered(await familiarityOf(known, draw(100, 'new')), 1 - coverage)
      })
      expect(mean).toBeGreaterThanOrEqual(low)
      expect(mean).toBeLessThanOrEqual(high)
    }
    expect(foreign.reduce((sum, one) => sum + one, 0) / foreign.length).toBeLessThan(0.1)
  })

  it.each([12, 20])('are answered as often where their class has %i of 300 photos', async rare => {
    const mean = await meanOf(8, async random => {
      const [common, few] = [kind(random), kind(random)]
      const learnt = drawPhotos(
        [
          { kind: common, count: 300 - rare, label: 0 },
          { kind: few, count: rare, label: 1 },
        ],
        2,
        random,
        'learnt',
      )
      const known = await knownOf(learnt, 2)
      return answered(
        await familiarityOf(known, drawPhotos([{ kind: few, count: 100, label: 1 }], 2, random, 'new')),
      )
    })
    expect(mean).toBeGreaterThanOrEqual(0.93)
  })

  it('are answered as often where each photo learnt from has near copies, which do not vouch for it', async () => {
    const find =
      (times: number) =>
      async (_: string, { length }: readonly unknown[]) =>
        Array.from({ length }, (__, b) => ({ a: b - (b % times), b, kind: 'near' as const }))
    const share = (likeness: boolean) =>
      meanOf(6, async random => {
        const kinds = [kind(random), kind(random)].map((one, label) => ({ kind: one, count: 50, label }))
        const learnt = copied(drawPhotos(kinds, 2, random, 'learnt'), 4, random)
        const options = likeness ? { likeness: { root: '', find: find(4) } } : {}
        const known = await knownOf(learnt, 2, options)
        return answered(await familiarityOf(known, drawPhotos(kinds, 2, random, 'new')))
      })
    expect(await share(true)).toBeGreaterThanOrEqual(0.93)
    expect(await share(false)).toBeLessThan(0.5)
  })

  it('are answered as often where nothing tells how sure the network is of them', async () => {
    const mean = await meanOf(8, async random => {
      const kinds = [kind(random), kind(random)].map((one, label) => ({ kind: one, count: 80, label }))
      const learnt = drawPhotos(kinds, 2, random, 'learnt')
      const probabilities = learnt.photos.map(({ label }) => (label === 0 ? [1, 0] : [0, 1]))
      const known = await knownOf(learnt, 2, {
        ranked: { ...learnt, by: 'train', probabilities, isOverSure: true },
      })
      return answered(await familiarityOf(known, drawPhotos(kinds, 2, random, 'new')))
    })
    expect(mean).toBeGreaterThanOrEqual(0.93)
    expect(mean).toBeLessThanOrEqual(0.98)
  })
})

it('photos of other things near a class are turned away once some were learnt from, and the classes keep their coverage', async () => {
  const caught: [without: number, learnt: number][] = []
  const coverage = await meanOf(20, async random => {
    const own = kind(random, 0.8)
    const near = { ...own, direction: own.direction.map(value => value + 0.6 * random.normal()) }
    const draw = (count: number, name: string) =>
      drawPhotos([{ kind: own, count, label: 0 }], 2, random, name)
    const others = (name: string) => drawPhotos([{ kind: near, count: 80, label: -1 }], 2, random, name)
    const learnt = draw(200, 'learnt')
    const held = others('held')
    const plain = await knownOf(learnt, 2)
    const known = await knownOf(learnt, 2, { others: { learnt: others('others'), held, unreadable: [] } })
    const share = 1 - answered(await familiarityOf(known, held))
    expect(known.background).toMatchObject({ learnt: 80, measured: 80, caught: Math.round(share * 80) })
    caught.push([1 - answered(await familiarityOf(plain, held)), share])
    return answered(await familiarityOf(known, draw(150, 'new')))
  })
  const [without, learnt] = [0, 1].map(i => caught.reduce((sum, one) => sum + one[i], 0) / caught.length)
  expect(coverage).toBeGreaterThanOrEqual(0.93)
  expect(coverage).toBeLessThanOrEqual(0.97)
  expect(learnt).toBeGreaterThan(without + 0.2)
})

it('every photo that new ones are ranked among has a rank of its own, so that what is below all of them can be told', async () => {
  for (let seed = 0; seed < 10; seed++) {
    const random = RandomStream.fromSeed(seed)
    const learnt = drawPhotos([{ kind: kind(random), count: 20, label: 0 }], 2, random, 'learnt')
    const { calibration } = await knownOf(learnt, 2)
    expect(Math.min(...calibration.scores)).toBeGreaterThan(0)
  }
})

it('too few photos are no threshold: it says so', async () => {
  const random = RandomStream.fromSeed(1)
  const few = drawPhotos([{ kind: kind(random), count: 18, label: 0 }], 2, random, 'few')
  await expect(knownOf(few, 2)).rejects.toThrow(
    '18 photos are too few to find a threshold by: a coverage of 0.95 needs 19.',
  )
})

it('what would take more than half of a class with it stays apart, but for exact copies', async () => {
  const photos = [0, 0, 0, 0, 1, 1, 1, 1, 1].map((label, i) => ({
    path: `${i}`,
    label,
    split: 'train' as const,
    bytes: 1,
    sha256: i === 1 ? '0' : `${i}`,
  }))
  const find = async () => [
    { a: 0, b: 2, kind: 'near' as const },
    { a: 2, b: 3, kind: 'near' as const },
    { a: 4, b: 5, kind: 'burst' as const },
  ]
  expect(await togetherOf(photos, { root: '', find })).toEqual([0, 0, 2, 3, 4, 4, 6, 7, 8])
  expect(await togetherOf(photos, undefined)).toEqual([0, 0, 2, 3, 4, 5, 6, 7, 8])
})
