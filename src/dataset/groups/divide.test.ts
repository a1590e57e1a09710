import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Divided, type DivideOptions, dealGroups, divideGroups, type Groupable } from './index.js'

/** Groups `[label, size]`, or `[[label, size], …]` where one has several classes. */
function make(
  groups: readonly (readonly [number, number] | readonly (readonly [number, number])[])[],
): Groupable[] {
  return groups.flatMap((given, group) => {
    const parts = isPair(given) ? [given] : given
    return parts.flatMap(([label, size]) =>
      Array.from({ length: size }, (_, i) => ({ label, group, sha256: `${group} ${label} ${i}` })),
    )
  })
}

function isPair(
  given: readonly [number, number] | readonly (readonly [number, number])[],
): given is readonly [number, number] {
  return typeof given[0] === 'number'
}

const singles = (label: number, count: number) => Array.from({ length: count }, () => [label, 1] as const)

const divide = (photos: readonly Groupable[], classes: number, options: Partial<DivideOptions> = {}) =>
  divideGroups(photos, classes, { seed: 0, valid: { fraction: 0.2 }, ...options })

const count = ({ parts }: Divided, photos: readonly Groupable[], part: string, label: number) =>
  photos.filter((photo, i) => photo.label === label && parts[i] === part).length

function wholeGroups({ parts }: Divided, photos: readonly Groupable[]): boolean {
  const part = new Map<number, string | undefined>()
  return photos.every(({ group }, i) => {
    if (!part.has(group)) part.set(group, parts[i])
    return part.get(group) === parts[i]
  })
}

describe('divideGroups', () => {
  it('gives every class what is asked for, by part or by count', () => {
    const photos = make([...singles(0, 100), ...singles(1, 40)])
    const byPart = divide(photos, 2, { test: { fraction: 0.1 } })
    expect([0, 1].map(l => ['valid', 'test', 'train'].map(p => count(byPart, photos, p, l)))).toEqual([
      [20, 10, 70],
      [8, 4, 28],
    ])
    const byCount = divide(photos, 2, { valid: { count: 15 } })
    expect([0, 1].map(l => count(byCount, photos, 'valid', l))).toEqual([15, 15])
    expect(byCount.shortfalls).toEqual([])
  })

  it('finds the groups that add up where the first do not', () => {
    for (const seed of [0, 1, 2, 3, 4, 5]) {
      const photos = make([[0, 5], [0, 4], [0, 3], [0, 9], [0, 9], ...singles(1, 30)])
      const divided = divide(photos, 2, { seed, valid: { count: 7 } })
      expect(count(divided, photos, 'valid', 0)).toBe(7)
      expect(wholeGroups(divided, photos)).toBe(true)
    }
  })

  it('says where groups allow only something near', () => {
    const photos = make([...Array.from({ length: 10 }, () => [0, 7] as const), ...singles(1, 60)])
    const divided = divide(photos, 2, { valid: { count: 20 } })
    expect(divided.shortfalls).toEqual([{ part: 'valid', label: 0, wanted: 20, got: 21 }])
  })

  it('brings classes near their counts where groups have photos of several', () => {
    const people = Array.from(
      { length: 60 },
      (_, i) =>
        [
          [0, 1 + (i % 4)],
          [1, 1 + ((i * 7) % 5)],
        ] as const,
    )
    const photos = make(people)
    const divided = divide(photos, 2, { valid: { count: 30 } })
    expect(wholeGroups(divided, photos)).toBe(true)
    for (const label of [0, 1]) expect(Math.abs(count(divided, photos, 'valid', label) - 30)).toBeLessThan(2)
  })

  it('does what is possible with few', () => {
    const photos = make([[0, 1], [1, 1], [1, 1], [2, 1], [2, 1], [2, 1], [3, 5], ...singles(4, 10)])
    const divided = divide(photos, 5, { test: { fraction: 0.1 } })
    const table = [0, 1, 2, 3, 4].map(l => ['train', 'valid', 'test'].map(p => count(divided, photos, p, l)))
    expect(table).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
      [5, 0, 0],
      [7, 2, 1],
    ])
    expect(divided.shortfalls.map(({ part, label }) => `${part} ${label}`)).toEqual([
      'valid 0',
      'valid 3',
      'test 0',
      'test 1',
      'test 3',
    ])
  })

  it('takes no more than half of a class by count', () => {
    const photos = make([...singles(0, 30), ...singles(1, 200)])
    const divided = divide(photos, 2, { valid: { count: 50 } })
    expect(count(divided, photos, 'valid', 0)).toBe(15)
    expect(divided.shortfalls).toEqual([{ part: 'valid', label: 0, wanted: 50, got: 15 }])
  })

  it('takes no more than half of a class for both parts together, whatever is asked for by count', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(70), fc.nat(70), (size, valid, test) => {
        const photos = make(singles(0, size))
        const divided = divide(photos, 1, { valid: { count: valid }, test: { count: test } })
        const held = count(divided, photos, 'valid', 0) + count(divided, photos, 'test', 0)
        expect(held).toBe(Math.min(valid + test, size >> 1))
        expect(divided.shortfalls.length > 0).toBe(held < valid + test)
      }),
    )
  })

  it('tells of a group that is most of a class', () => {
    const photos = make([[0, 40], ...singles(0, 10), ...singles(1, 50)])
    const { large, parts } = divide(photos, 2)
    expect(large.map(({ label, members, of }) => [label, members.length, of])).toEqual([[0, 40, 50]])
    expect(parts[0]).toBe('train')
  })

  it('balances: as many of each class as the smallest has', () => {
    const photos = make([...singles(0, 80), ...singles(1, 33), ...singles(2, 51)])
    const divided = divide(photos, 3, { balance: true, valid: { count: 10 } })
    expect(
      [0, 1, 2].map(l => [count(divided, photos, 'valid', l), count(divided, photos, 'train', l)]),
    ).toEqual([0, 1, 2].map(() => [10, 23]))
    expect(divided.surplus).toHaveLength(80 - 33 + 51 - 33)
  })

  it('depends on seed and contents, not on the order', () => {
    const photos = make([[0, 3], ...singles(0, 40), [1, 4], ...singles(1, 40)])
    const parts = new Map(photos.map(({ sha256 }, i) => [sha256, divide(photos, 2).parts[i]]))
    const turned = photos.toReversed()
    const again = divide(turned, 2)
    expect(turned.every(({ sha256 }, i) => again.parts[i] === parts.get(sha256))).toBe(true)
    expect(divide(photos, 2, { seed: 1 }).parts).not.toEqual(divide(photos, 2).parts)
  })

  it('leaves old photos where they are, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2), fc.nat(30)), { minLength: 20, maxLength: 90 }),
        fc.nat(99),
        (rows, seed) => {
          const all = rows.map(
            ([label, group], i): Groupable => ({ label, group: i, sha256: `${i} ${group}` }),
          )
          const old = all.slice(0, all.length >> 1)
          const first = divide(old, 3, { seed })
          // The new ones join groups of the old.
          const joined = all.map((photo, i) => ({ ...photo, group: rows[i][1] }))
          const second = divide(joined, 3, { seed, placed: first.parts })
          const stays = old.every((_, i) => second.parts[i] === first.parts[i])
          const crosses = joined.some(
            (a, i) =>
              i >= old.length &&
              joined.some(
                (b, j) =>
                  a.group === b.group &&
                  second.parts[i] !== undefined &&
                  second.parts[j] !== undefined &&
                  second.parts[i] !== second.parts[j],
              ),
          )
          return stays && !crosses
        },
      ),
    )
  })

  it('refuses shares that are none', () => {
    for (const valid of [{ fraction: 1 }, { fraction: -0.1 }, { count: 1.5 }, { count: -1 }])
      expect(() => divide(make(singles(0, 5)), 1, { valid })).toThrow(/valid must be a number of photos/)
  })
})

describe('dealGroups', () => {
  it('deals groups whole, every class evenly', () => {
    const photos = make([...singles(0, 23), [0, 4], [0, 4], ...singles(1, 50), [1, 1]])
    const folds = dealGroups(photos, 2, { k: 5, seed: 3 })
    const counts = [0, 1].map(label =>
      [0, 1, 2, 3, 4].map(f => photos.filter((photo, i) => photo.label === label && folds[i] === f).length),
    )
    for (const own of counts) expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1)
    expect(new Set(photos.flatMap(({ group }, i) => (group === 23 ? [folds[i]] : []))).size).toBe(1)
    expect(dealGroups(photos.toReversed(), 2, { k: 5, seed: 3 }).reverse()).toEqual(folds)
  })

  it('leaves out what is alone in its class, and refuses too many folds', () => {
    const photos = make([[0, 3], ...singles(1, 4)])
    expect(dealGroups(photos, 2, { k: 2, seed: 0 }).slice(0, 3)).toEqual([-1, -1, -1])
    for (const k of [1, 6, 2.5])
      expect(() => dealGroups(photos, 2, { k, seed: 0 })).toThrow(/folds must be .* 5/)
  })
})
