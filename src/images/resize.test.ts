import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fromBase64, worstDifference } from './fixtures/photos.js'
import type { Pixels } from './pixels.js'
import { resize, resizeTo } from './resize.js'

interface Case {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly pixels: string
}

const { source: stored, cases }: { source: Case; cases: Case[] } = JSON.parse(
  readFileSync(new URL('fixtures/resize.json', import.meta.url), 'utf8'),
)
const source: Pixels = { width: stored.width, height: stored.height, data: fromBase64(stored.pixels) }

describe('resize agrees with', () => {
  it.each(cases.map(one => [one.name, one] as const))('%s', (_, { width, height, pixels }) => {
    const out = resizeTo(source, width, height)
    expect([out.width, out.height]).toEqual([width, height])
    expect(worstDifference(out.data, fromBase64(pixels))).toBeLessThanOrEqual(1)
  })
})

describe('resize', () => {
  it('keeps a flat picture exactly flat at every size', () => {
    const flat: Pixels = { width: 31, height: 17, data: new Uint8Array(31 * 17 * 3).fill(201) }
    for (let side = 1; side < 60; side++)
      expect(resizeTo(flat, side, 60 - side).data.every(byte => byte === 201)).toBe(true)
  })

  it('copies where nothing is to be scaled', () => {
    const part = resize(source, { left: 5, top: 3, width: 20, height: 10 }, 20, 10)
    for (let y = 0; y < 10; y++)
      expect(part.data.subarray(y * 60, y * 60 + 60)).toEqual(
        source.data.subarray(((y + 3) * 36 + 5) * 3, ((y + 3) * 36 + 25) * 3),
      )
  })

  it('gives the same part whether it crops before or after', () => {
    const whole = resizeTo(source, 18, 12)
    const part = resize(source, { left: 12, top: 6, width: 12, height: 12 }, 6, 6)
    for (let y = 0; y < 6; y++)
      expect(part.data.subarray(y * 18, y * 18 + 18)).toEqual(
        whole.data.subarray(((y + 3) * 18 + 6) * 3, ((y + 3) * 18 + 12) * 3),
      )
  })

  it('weighs by area between whole pixels', () => {
    const ramp: Pixels = { width: 3, height: 1, data: Uint8Array.of(0, 0, 0, 90, 90, 90, 180, 180, 180) }
    // 3 to 2: each output covers one pixel and half of the middle one.
    expect([...resizeTo(ramp, 2, 1).data]).toEqual([30, 30, 30, 150, 150, 150])
  })

  it.each([150, 242, 401])('weighs %s pixels that become one alike', width => {
    const data = new Uint8Array(width * 3)
    for (let x = 0; x < width; x++) data.fill(x < width / 2 ? 255 : 0, x * 3, x * 3 + 3)
    const [grey] = resizeTo({ width, height: 1, data }, 1, 1).data
    expect(Math.abs(grey - 127.5)).toBeLessThanOrEqual(2)
    // Bright where most weight is rounded up: no sum may fall below nothing, which would come out as white.
    const spot = new Uint8Array(width * 3)
    spot.fill(255, 0, 3)
    expect(resizeTo({ width, height: 1, data: spot }, 1, 1).data[0]).toBeLessThanOrEqual(3)
    expect(resizeTo({ width: 1, height: width, data: spot }, 1, 1).data[0]).toBeLessThanOrEqual(3)
  })

  it('takes a picture of one pixel to any size and back', () => {
    const pixel: Pixels = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3) }
    expect([...resizeTo(resizeTo(pixel, 9, 5), 1, 1).data]).toEqual([1, 2, 3])
  })
})
