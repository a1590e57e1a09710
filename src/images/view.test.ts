import { describe, expect, it } from 'vitest'
import { blank, type Pixels, pixelsOf } from './pixels.js'
import { checkRule, NEUTRAL, renderView } from './view.js'

/** Red grows to the right, green downwards. */
function ramp(width: number, height: number): Pixels {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set([x, y, 7], (y * width + x) * 3)
  return { width, height, data }
}

const at = (view: Uint8Array, size: number, x: number, y: number) => [
  ...view.subarray((y * size + x) * 3, (y * size + x) * 3 + 3),
]

describe('renderView', () => {
  it('crops the centre of the short side', () => {
    const view = renderView(ramp(120, 40), { size: 40, resize: 'crop' })
    expect(at(view, 40, 0, 0)).toEqual([40, 0, 7])
    expect(at(view, 40, 39, 39)).toEqual([79, 39, 7])
    const tall = renderView(ramp(40, 121), { size: 40, resize: 'crop' })
    expect(at(tall, 40, 0, 0)).toEqual([0, 40, 7])
  })

  it('squashes both sides', () => {
    const view = renderView(ramp(80, 40), { size: 20, resize: 'squash' })
    // The mean of four columns 0..3 and two rows 0..1.
    expect(at(view, 20, 0, 0)).toEqual([2, 1, 7])
    expect(at(view, 20, 19, 19)).toEqual([78, 39, 7])
  })

  it('pads the short side with the neutral colour', () => {
    const view = renderView(ramp(40, 20), { size: 20, resize: 'pad' })
    expect(at(view, 20, 10, 4)).toEqual([...NEUTRAL])
    expect(at(view, 20, 10, 15)).toEqual([...NEUTRAL])
    expect(at(view, 20, 0, 5)[2]).toBe(7)
    expect(at(view, 20, 19, 14)[2]).toBe(7)
  })

  it('pads the thinnest photo', () => {
    expect(renderView(blank(1000, 2, [9, 9, 9]), { size: 16, resize: 'pad' })).toHaveLength(16 * 16 * 3)
  })

  it('enlarges small photos', () => {
    const view = renderView(blank(3, 5, [1, 2, 3]), { size: 32, resize: 'crop' })
    expect(at(view, 32, 31, 31)).toEqual([1, 2, 3])
  })
})

describe('checkRule', () => {
  it.each([0, -1, 1.5, Number.NaN, 100_000])('refuses size %s', size => {
    expect(() => checkRule({ size, resize: 'crop' })).toThrow(/size must be/)
  })
})

it('pixelsOf checks the number of bytes', () => {
  expect(() => pixelsOf(2, 2, new Uint8Array(11))).toThrow(/2 x 2 x 3 bytes/)
  expect(pixelsOf(2, 2, new Uint8Array(12)).width).toBe(2)
})
