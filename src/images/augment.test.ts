import { describe, expect, it } from 'vitest'
import { RandomStream } from '../core/index.js'
import { type AugmentationDraw, checkAugmentation, drawAugmentation, PLAIN, SIDE_ON } from './augment.js'
import { renderAugmented, renderViews, renderViewsOf } from './augmented-view.js'
import { worstDifference } from './fixtures/photos.js'
import { blank, type Pixels } from './pixels.js'
import { resizeTo } from './resize.js'
import { renderView } from './view.js'
import { mirror } from './warp.js'

const draws = Array.from({ length: 4000 }, (_, i) =>
  drawAugmentation(RandomStream.fromSeed(1).fork('view', i), SIDE_ON),
)
const share = (holds: (draw: AugmentationDraw) => boolean) => draws.filter(holds).length / draws.length

describe('drawAugmentation', () => {
  it('turns and zooms three times in four and flips every other time', () => {
    expect(share(draw => draw.angle !== 0)).toBeCloseTo(0.75, 1)
    expect(share(draw => draw.zoom !== 1)).toBeCloseTo(0.75, 1)
    expect(share(draw => draw.flip)).toBeCloseTo(0.5, 1)
  })

  it('stays in its ranges and uses them', () => {
    const span = (value: (draw: AugmentationDraw) => number) => {
      const values = draws.map(value)
      return [Math.min(...values), Math.max(...values)]
    }
    const near = ([low, high]: number[], from: number, to: number) => {
      expect(low).toBeGreaterThanOrEqual(from)
      expect(high).toBeLessThanOrEqual(to)
      expect(high - low).toBeGreaterThan((to - from) * 0.98)
    }
    near(
      span(draw => draw.angle),
      -10,
      10,
    )
    near(
      span(draw => draw.zoom),
      1,
      1.3,
    )
    near(
      span(draw => draw.brightness),
      -0.05,
      0.05,
    )
    near(
      span(draw => draw.contrast),
      1 / 1.05,
      1.05,
    )
    near(
      span(draw => draw.x),
      0,
      1,
    )
  })

  it('is plain JSON and the same for the same stream', () => {
    const again = drawAugmentation(RandomStream.fromSeed(1).fork('view', 3), SIDE_ON)
    expect(again).toEqual(draws[3])
    expect(JSON.parse(JSON.stringify(again))).toEqual(again)
  })

  it('leaves the rest as it was where a part is off', () => {
    const random = () => RandomStream.fromSeed(5)
    const all = drawAugmentation(random(), SIDE_ON)
    const none = drawAugmentation(random(), { flip: false, rotate: 0, light: 0, maxZoom: 1 })
    expect(none).toEqual({ ...PLAIN, x: all.x, y: all.y })
  })

  it.each([
    [{ ...SIDE_ON, rotate: -1 }, /rotate/],
    [{ ...SIDE_ON, rotate: Number.NaN }, /rotate/],
    [{ ...SIDE_ON, light: 2 }, /light/],
    [{ ...SIDE_ON, maxZoom: 0.5 }, /maxZoom/],
    [{ ...SIDE_ON, maxZoom: 1e9 }, /maxZoom/],
  ])('refuses what cannot be done', (augmentation, message) => {
    expect(() => checkAugmentation(augmentation)).toThrow(message)
  })
})

/** Smooth and different everywhere. */
function scene(width: number, height: number): Pixels {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data.set([(255 * x) / width, (255 * y) / height, 127 + 120 * Math.sin(x / 9)], (y * width + x) * 3)
  return { width, height, data }
}

const rule = { size: 64, resize: 'crop' } as const

describe('renderAugmented', () => {
  it.each(['crop', 'squash', 'pad'] as const)(
    'shows nearly the plain view for the draw that changes nothing: %s',
    resize => {
      const photo = scene(150, 100)
      const plain = renderView(photo, { size: 64, resize })
      const drawn = renderAugmented(photo, { size: 64, resize }, PLAIN)
      const far = plain.filter((byte, i) => Math.abs(byte - drawn[i]) > 6).length
      expect(far / plain.length).toBeLessThan(0.03)
    },
  )

  it('is exact where the photo has the size already', () => {
    const photo = scene(64, 64)
    expect(renderAugmented(photo, rule, PLAIN)).toEqual(photo.data)
  })

  it('mirrors', () => {
    const photo = scene(64, 64)
    const flipped = renderAugmented(photo, rule, { ...PLAIN, flip: true })
    for (let x = 0; x < 64; x++) expect(flipped[x * 3]).toBe(photo.data[(63 - x) * 3])
  })

  it('crops where the draw says', () => {
    const photo = scene(128, 64)
    expect(renderAugmented(photo, rule, { ...PLAIN, x: 0 })[0]).toBe(photo.data[0])
    expect(renderAugmented(photo, rule, { ...PLAIN, x: 1 })[63 * 3]).toBe(photo.data[127 * 3])
  })

  it('turns clockwise by quarters exactly', () => {
    const photo = scene(64, 64)
    const turned = renderAugmented(photo, rule, { ...PLAIN, angle: 90 })
    // The top left corner comes from the bottom left.
    expect(
      worstDifference(turned.subarray(0, 3), photo.data.subarray(63 * 64 * 3, 63 * 64 * 3 + 3)),
    ).toBeLessThan(2)
    const around = renderAugmented({ ...photo, data: turned }, rule, { ...PLAIN, angle: -90 })
    expect(worstDifference(around, photo.data)).toBeLessThan(2)
  })

  it('fills corners by mirroring, never with black', () => {
    const view = renderAugmented(blank(100, 100, [200, 100, 50]), rule, { ...PLAIN, angle: 33 })
    for (let i = 0; i < view.length; i += 3) expect([...view.subarray(i, i + 3)]).toEqual([200, 100, 50])
  })

  it('zooms in on the middle', () => {
    const photo = scene(256, 256)
    const view = renderAugmented(photo, rule, { ...PLAIN, zoom: 2 })
    const middle = resizeTo(photo, 128, 128)
    for (const [x, y] of [
      [0, 0],
      [63, 0],
      [20, 40],
      [63, 63],
    ]) {
      const expected = middle.data.subarray(((y + 32) * 128 + x + 32) * 3)
      expect(Math.abs(view[(y * 64 + x) * 3] - expected[0])).toBeLessThanOrEqual(3)
      expect(Math.abs(view[(y * 64 + x) * 3 + 1] - expected[1])).toBeLessThanOrEqual(3)
    }
  })

  it('changes brightness in units of the full range and contrast about the mean', () => {
    const grey = blank(64, 64, [100, 100, 100])
    expect(renderAugmented(grey, rule, { ...PLAIN, brightness: 0.1 })[0]).toBe(126)
    expect(renderAugmented(grey, rule, { ...PLAIN, contrast: 1.5 })[0]).toBe(100)
    const halves = blank(64, 64, [100, 100, 100])
    halves.data.fill(200, halves.data.length / 2)
    const stronger = renderAugmented(halves, rule, { ...PLAIN, contrast: 1.2 })
    expect([stronger[0], stronger[stronger.length - 1]]).toEqual([90, 210])
    expect(renderAugmented(blank(64, 64, [250, 3, 0]), rule, { ...PLAIN, brightness: 0.5 })[0]).toBe(255)
  })

  it('gives the same bytes alone and among others, also where each is decoded at its own size', async () => {
    const photo = scene(300, 200)
    const some = [null, draws[0], draws[1], null, draws[2]]
    const together = renderViews(photo, rule, some)
    some.forEach((draw, i) => {
      expect(renderViews(photo, rule, [draw])[0]).toEqual(together[i])
    })
    const asked: number[] = []
    const decodedApart = await renderViewsOf(
      async shortSide => {
        asked.push(shortSide)
        return photo
      },
      rule,
      some,
    )
    expect(decodedApart).toEqual(together)
    expect(Math.min(...asked)).toBe(64)
    expect(new Set(asked).size).toBe(asked.length)
  })

  it('does not alias: a fine pattern shrinks to grey', () => {
    const checks = blank(640, 640, [0, 0, 0])
    for (let i = 0; i < 640 * 640; i++)
      if ((i + Math.floor(i / 640)) % 2) checks.data.fill(255, i * 3, i * 3 + 3)
    const view = renderAugmented(checks, rule, { ...PLAIN, angle: 7, zoom: 1.2 })
    expect(Math.min(...view)).toBeGreaterThan(110)
    expect(Math.max(...view)).toBeLessThan(145)
  })

  it('refuses a draw that is not one', () => {
    expect(() => renderAugmented(scene(9, 9), rule, { ...PLAIN, angle: Number.NaN })).toThrow(/draw.angle/)
    expect(() => renderAugmented(scene(9, 9), rule, { ...PLAIN, zoom: 0 })).toThrow(/draw.zoom/)
  })
})

it('mirror repeats a line forwards and backwards', () => {
  expect([-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6].map(i => mirror(i, 3))).toEqual([
    2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0,
  ])
})
