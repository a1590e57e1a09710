import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Draw } from './draw.js'

/** Six photos of each even person, one of each odd one. */
const photos = Array.from({ length: 40 }, (_, i) =>
  Array.from({ length: i % 2 === 0 ? 6 : 1 }, (_, k) => ({
    person: `P_${i}`,
    file: `P_${i}_000${k + 1}.jpg`,
  })),
).flat()

function draw(order: typeof photos, count: number, seed = 3): string[] {
  const drawing = new Draw(count, seed)
  const held = new Set<string>()
  for (const { person, file } of order) {
    const taken = drawing.offer(person, file)
    if (taken?.instead !== undefined) expect(held.delete(taken.instead.file)).toBe(true)
    if (taken !== undefined) held.add(file)
  }
  const files = drawing.result.map(one => one.file)
  expect([...held].sort()).toEqual(files.toSorted())
  expect(drawing.people).toBe(40)
  return files
}

describe('Draw', () => {
  it('draws the same people and photos in whatever order they pass by', () => {
    const expected = draw(photos, 7)
    const shuffled = fc.shuffledSubarray(photos, { minLength: photos.length })
    fc.assert(
      fc.property(shuffled, order => {
        expect(draw(order, 7)).toEqual(expected)
      }),
    )
  })

  it('draws so many, of one photo each, and the first of them when fewer are asked for', () => {
    const people = draw(photos, 12).map(file => file.slice(0, -9))
    expect(new Set(people).size).toBe(12)
    expect(draw(photos, 5)).toEqual(draw(photos, 12).slice(0, 5))
    expect(draw(photos, 100)).toHaveLength(40)
  })

  it('draws others by another seed, and everybody alike', () => {
    expect(draw(photos, 7, 4)).not.toEqual(draw(photos, 7, 3))
    const times = new Map<string, number>()
    for (let seed = 0; seed < 400; seed++)
      for (const file of draw(photos, 10, seed)) {
        const person = file.slice(0, -9)
        times.set(person, (times.get(person) ?? 0) + 1)
      }
    // Drawn in a quarter of 400: 100, with a standard deviation of 8.7; each of 40 is within four of them.
    for (const number of times.values()) expect(Math.abs(number - 100)).toBeLessThan(35)
    expect(times.size).toBe(40)
  })
})
