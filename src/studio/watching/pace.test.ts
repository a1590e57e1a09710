import { expect, it } from 'vitest'
import { Pace } from './pace.js'

const LOOK_MS = 500

/** When pages are told, of looks that see movement until some moment, and none from then on. */
function toldOf(movingMs: number, untilMs: number): number[] {
  const pace = new Pace()
  const told: number[] = []
  // What was told last, as a count of what moved.
  let [moved, known] = [0, 0]
  for (let at = 0; at < untilMs; at += LOOK_MS) {
    const isMoving = at < movingMs
    if (isMoving) moved++
    if (moved === known || !pace.isDue(at, 1000, isMoving)) continue
    pace.told(at)
    known = moved
    told.push(at)
  }
  return told
}

it('tells of a single change at once', () => {
  expect(toldOf(LOOK_MS, 60_000)).toEqual([0])
})

it('tells of what goes on less and less often, and of its end as soon as it is quiet', () => {
  const told = toldOf(60_000, 120_000)
  expect(told.slice(0, 4)).toEqual([0, 2000, 6000, 14_000])
  expect(told.length).toBeLessThan(12)
  expect(told.at(-1)).toBe(60_000)
})

it('begins anew after a rest', () => {
  const pace = new Pace()
  for (let at = 0; at < 30_000; at += LOOK_MS) if (pace.isDue(at, 1000, true)) pace.told(at)
  expect(pace.isDue(40_000, 1000, false)).toBe(true)
  pace.told(40_000)
  expect(pace.isDue(41_000, 1000, true)).toBe(false)
  expect(pace.isDue(42_000, 1000, true)).toBe(true)
})
