import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldsOf, splitBySeed } from './index.js'

/** Photos `[label, content]`; equal content makes exact copies. */
function make(rows: readonly (readonly [number, number])[]) {
  return rows.map(([label, content], i) => ({
    path: `${label}/${i}.jpg`,
    label,
    bytes: 1,
    sha256: `sha ${content}`,
  }))
}

const distinct = (counts: readonly number[]) =>
  make(
    counts.flatMap((count, label) =>
      Array.from({ length: count }, (_, i) => [label, label * 10_000 + i] as const),
    ),
  )

const two = ['a', 'b']
const three = ['a', 'b', 'c']

describe('splitBySeed', () => {
  it('takes the fraction of every class', () => {
    const split = splitBySeed(distinct([100, 10, 2]), three, { seed: 1 })
    const count = (label: number) => split.valid.filter(path => path.startsWith(`${label}/`)).length
    expect([count(0), count(1), count(2)]).toEqual([20, 2, 1])
    expect(split.train.length + split.valid.length).toBe(112)
  })

  it('depends on the seed and on nothing else', () => {
    const photos = distinct([30, 30])
    const split = splitBySeed(photos, two, { seed: 5 })
    expect(splitBySeed(photos.slice().reverse(), two, { seed: 5 })).toEqual(split)
    expect(splitBySeed(photos, two, { seed: 6 }).valid).not.toEqual(split.valid)
  })

  it('keeps at least one photo of a class on either side, whatever the fraction', () => {
    for (const validFraction of [0.001, 0.999]) {
      const { train, valid } = splitBySeed(distinct([5, 2]), two, { seed: 0, validFraction })
      for (const part of [train, valid])
        expect(new Set(part.map(path => path[0]))).toEqual(new Set(['0', '1']))
    }
  })

  it('takes the smallest group of copies when none fits', () => {
    const photos = make([
      [0, 1],
      [0, 1],
      [0, 1],
      [0, 2],
      [0, 2],
      [1, 3],
      [1, 4],
    ])
    expect(splitBySeed(photos, two, { seed: 0 }).valid.filter(path => path.startsWith('0'))).toEqual([
      '0/3.jpg',
      '0/4.jpg',
    ])
  })

  it('never parts exact copies, within a class or across classes', () => {
    const rows = fc.array(fc.tuple(fc.nat(2), fc.nat(40)), { minLength: 30, maxLength: 80 })
    fc.assert(
      fc.property(rows, fc.nat(1000), (some, seed) => {
        const photos = make([
          ...some,
          ...[0, 1, 2].flatMap(
            l =>
              [
                [l, 100 + l],
                [l, 200 + l],
              ] as const,
          ),
        ])
        const valid = new Set(splitBySeed(photos, three, { seed }).valid)
        for (const photo of photos)
          for (const other of photos)
            if (photo.sha256 === other.sha256 && valid.has(photo.path) !== valid.has(other.path)) return false
        return [0, 1, 2].every(label => photos.some(p => p.label === label && !valid.has(p.path)))
      }),
    )
  })

  it('learns from a class of one photo without measuring it', () => {
    const { train, valid } = splitBySeed(distinct([1, 2, 9]), three, { seed: 0 })
    expect(train.filter(path => path.startsWith('0/'))).toHaveLength(1)
    expect(train.filter(path => path.startsWith('1/'))).toHaveLength(1)
    expect(valid.some(path => path.startsWith('0/'))).toBe(false)
    expect(valid.some(path => path.startsWith('1/'))).toBe(true)
  })

  it('refuses classes of one different photo each, and fractions that are none', () => {
    const copies = make([
      [0, 1],
      [0, 1],
      [1, 2],
    ])
    expect(() => splitBySeed(copies, two, { seed: 0 })).toThrow(
      /No class has two different photos \(exact copies, and others that belong together, count once\).*"a" and "b" have one each/,
    )
    for (const validFraction of [0, 1, -1, Number.NaN])
      expect(() => splitBySeed(distinct([5, 5]), two, { seed: 0, validFraction })).toThrow(
        /validFraction must be/,
      )
  })
})

describe('foldsOf', () => {
  it('deals every class evenly', () => {
    const photos = distinct([23, 9, 50])
    const folds = foldsOf(photos, 5, 0)
    const counts = (label: number) =>
      [0, 1, 2, 3, 4].map(
        fold => photos.filter((photo, i) => photo.label === label && folds[i] === fold).length,
      )
    expect(counts(0).toSorted()).toEqual([4, 4, 5, 5, 5])
    expect(counts(1).toSorted()).toEqual([1, 2, 2, 2, 2])
    expect(counts(2)).toEqual([10, 10, 10, 10, 10])
    const totals = [0, 1, 2, 3, 4].map(fold => folds.filter(f => f === fold).length)
    expect(Math.max(...totals) - Math.min(...totals)).toBeLessThanOrEqual(1)
  })

  it('keeps copies in one fold and depends on the seed alone', () => {
    const photos = make(
      Array.from({ length: 60 }, (_, i) => [i % 2, ((i >> 1) % 20) + (i % 2) * 100] as const),
    )
    const folds = foldsOf(photos, 4, 7)
    const foldOf = new Map(photos.map((photo, i) => [photo.sha256, folds[i]]))
    expect(photos.every((photo, i) => foldOf.get(photo.sha256) === folds[i])).toBe(true)
    expect(foldsOf(photos.slice().reverse(), 4, 7).reverse()).toEqual(folds)
    expect(foldsOf(photos, 4, 8)).not.toEqual(folds)
  })

  it('leaves a photo out of all folds that is alone in its class', () => {
    const photos = distinct([5, 1])
    const folds = foldsOf(photos, 2, 0)
    expect(folds.filter((_, i) => photos[i].label === 1)).toEqual([-1])
    expect(folds.filter((_, i) => photos[i].label === 0).toSorted()).toEqual([0, 0, 0, 1, 1])
  })

  it('refuses too many folds', () => {
    for (const k of [1, 11, 2.5]) expect(() => foldsOf(distinct([5, 5]), k, 0)).toThrow(/folds must be .* 10/)
  })
})
