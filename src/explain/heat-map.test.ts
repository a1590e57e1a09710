import { expect, it } from 'vitest'
import { drawBoth, drawExplanation, type HeatMap } from './heat-map.js'
import { interpolation, sharingOut } from './interpolation.js'

const size = 224
/** Grey, so that all colour is the map's. */
const view = new Uint8Array(size * size * 3).fill(128)
/** Upper left for it, lower right half as strongly against it. */
const map: HeatMap = { width: 2, height: 2, values: Float32Array.from([2, 0, 0, -1]) }

/** How much bluer than red a pixel is. */
function blueness({ data, width }: { data: Uint8Array; width: number }, x: number, y: number): number {
  const at = (y * width + x) * 3
  return data[at + 2] - data[at]
}

it('draws the photo, what spoke for it in blue, and what against in orange', () => {
  const picture = drawExplanation(view, size, map)
  expect([picture.width, picture.height]).toEqual([3 * size + 16, size + 8])
  const [photo, four, against] = [4, 8 + size, 12 + 2 * size]
  expect(blueness(picture, photo + 20, 24)).toBe(0)
  expect(blueness(picture, four + 20, 24)).toBeGreaterThan(80)
  expect(blueness(picture, four + 200, 204)).toBe(0)
  expect(blueness(picture, against + 20, 24)).toBe(0)
  // On one scale: half as strong.
  const [blue, orange] = [blueness(picture, four + 20, 24), blueness(picture, against + 200, 204)]
  expect(orange).toBeLessThan(-0.3 * blue)
  expect(orange).toBeGreaterThan(-0.8 * blue)
})

it('draws both in one, and nothing where nothing spoke', () => {
  const both = drawBoth(view, size, map)
  expect(blueness(both, 20, 20)).toBeGreaterThan(80)
  expect(blueness(both, 200, 200)).toBeLessThan(-20)
  const none = drawBoth(view, size, { width: 2, height: 2, values: new Float32Array(4) })
  expect(new Set(none.data).size).toBe(1)
})

it('shows small views larger', () => {
  expect(drawExplanation(new Uint8Array(64 * 64 * 3), 64, map).height).toBe(256 + 8)
})

it('interpolates between the middles of places, or shares numbers out', () => {
  expect(Array.from(interpolation(2, 4))).toEqual([1, 0, 0.75, 0.25, 0.25, 0.75, 0, 1])
  for (const [from, to] of [
    [2, 4],
    [7, 14],
    [13, 25],
    [5, 28],
  ]) {
    const shares = sharingOut(from, to)
    for (let j = 0; j < from; j++) {
      let sum = 0
      for (let i = 0; i < to; i++) sum += shares[i * from + j]
      expect(sum).toBeCloseTo(1, 6)
    }
  }
})
