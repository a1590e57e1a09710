import { describe, expect, it } from 'vitest'
import { RandomStream } from '../../core/index.js'
import { checkMix, mixBatch } from './mix.js'

const side = 16
const photos = 6
const classes = 3
const view = side * side * 3

/** Photo i is all bytes 40 i, of class i mod 3. */
function batch() {
  const pixels = Uint8Array.from({ length: photos * view }, (_, i) => 40 * Math.floor(i / view))
  const targets = new Float32Array(photos * classes)
  for (let i = 0; i < photos; i++) targets[i * classes + (i % classes)] = 1
  return { pixels, targets }
}

const random = RandomStream.fromSeed(5)

describe('mixBatch', () => {
  it('leaves a batch alone unless told otherwise', () => {
    const one = batch()
    mixBatch(one, photos, random, {})
    expect(one).toEqual(batch())
  })

  it('blends photos and targets by the same share, the first of the two counting more', () => {
    const one = batch()
    mixBatch(one, photos, random.fork('mix'), { mixup: 0.4 })
    let blended = 0
    for (let i = 0; i < photos; i++) {
      const row = one.targets.subarray(i * classes, (i + 1) * classes)
      expect(row.reduce((sum, t) => sum + t, 0)).toBeCloseTo(1, 6)
      const share = row[i % classes]
      expect(share).toBeGreaterThanOrEqual(0.5)
      const pixels = one.pixels.subarray(i * view, (i + 1) * view)
      expect(new Set(pixels).size).toBe(1)
      if (share === 1) continue
      blended++
      // The partner's byte follows from the blend; rounding moves it by less than one step of 40.
      const partner = (pixels[0] - share * 40 * i) / (1 - share) / 40
      const label = row.findIndex((t, k) => t > 0 && k !== i % classes)
      if (1 - share > 0.1) expect(Math.round(partner) % classes).toBe(label)
    }
    expect(blended).toBeGreaterThan(1)
    const again = batch()
    mixBatch(again, photos, random.fork('mix'), { mixup: 0.4 })
    expect(again).toEqual(one)
  })

  it('draws shares from a Beta distribution', () => {
    // Beta(1, 1) is uniform; the larger of a share and its rest is then uniform on [1/2, 1], with mean 3/4.
    const shares = Array.from({ length: 400 }, (_, i) => {
      const one = { pixels: new Uint8Array(2 * 3), targets: Float32Array.of(1, 0, 0, 1) }
      mixBatch(one, 2, random.fork('beta', i), { mixup: 1 })
      return one.targets[0]
    }).filter(share => share < 1)
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeCloseTo(0.75, 1)
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.5)
  })

  it('erases a rectangle with the chance given, and nothing else', () => {
    let erased = 0
    for (let i = 0; i < 40; i++) {
      const one = batch()
      mixBatch(one, photos, random.fork('erase', i), { erase: 0.5 })
      expect(one.targets).toEqual(batch().targets)
      for (let p = 0; p < photos; p++) {
        const pixels = one.pixels.subarray(p * view, (p + 1) * view)
        const changed = [...pixels.keys()].filter(at => pixels[at] !== 40 * p)
        if (changed.length === 0) continue
        erased++
        const rows = changed.map(at => Math.floor(at / (side * 3)))
        const columns = changed.map(at => Math.floor((at % (side * 3)) / 3))
        const area =
          (Math.max(...rows) - Math.min(...rows) + 1) * (Math.max(...columns) - Math.min(...columns) + 1)
        expect(changed.length).toBeGreaterThan(area * 3 * 0.8)
        expect(area / (side * side)).toBeLessThan(0.45)
      }
    }
    expect(erased).toBeGreaterThan(80)
    expect(erased).toBeLessThan(160)
  })

  it('names what is out of range', () => {
    expect(() => checkMix({ mixup: -1 })).toThrow('mixup must be from 0 to 10')
    expect(() => checkMix({ erase: 1.5 })).toThrow('erase must be from 0 to 1')
  })
})
