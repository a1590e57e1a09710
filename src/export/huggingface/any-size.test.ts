import { describe, expect, it } from 'vitest'
import { asFloat32, float32, RandomStream } from '../../core/index.js'
import { Session } from '../../engine/index.js'
import { renderView, resizeTo, type ViewRule } from '../../images/index.js'
import { GraphBuilder, model } from '../../onnx/index.js'
import { appendView } from './any-size.js'

/** Larger and smaller than the view, upright and lying, even and odd, already as it should be, and halved once, twice and three times. */
const sizes = [
  [48, 61],
  [131, 95],
  [101, 131],
  [209, 311],
  [24, 24],
  [61, 40],
  [25, 90],
  [17, 11],
  [9, 33],
  [2, 300],
] as const

describe('resizing within the graph', () => {
  it.each(['crop', 'squash', 'pad'] as const)('is what photos are trained with: %s', async resize => {
    const rule: ViewRule = { size: 24, resize }
    const builder = new GraphBuilder('view')
    const photo = builder.input('photo', 'float32', ['batch', 3, 'height', 'width'])
    builder.output(appendView(builder, photo, rule), 'view')
    const session = await Session.open(model(builder.build()))
    try {
      for (const [width, height] of sizes) {
        const random = RandomStream.fromSeed(width)
        const data = Uint8Array.from({ length: width * height * 3 }, () => Math.floor(random.uniform(0, 256)))
        const planes = new Float32Array(data.length)
        for (const [i, value] of data.entries()) planes[(i % 3) * width * height + Math.floor(i / 3)] = value
        const { view } = await session.run({ photo: float32(planes, [1, 3, height, width]) })
        expect(view.shape).toEqual([1, 3, 24, 24])
        const got = asFloat32(view, 'view').data
        const factor = [8, 4, 2].find(f => Math.floor(Math.min(width, height) / f) >= rule.size) ?? 1
        const halved = resizeTo(
          { width, height, data },
          Math.ceil(width / factor),
          Math.ceil(height / factor),
        )
        const expected = renderView(halved, rule)
        // Shares are rounded to 14 bits there: less than one step of a byte. Halved pixels are bytes in between.
        const off = Array.from(expected, (value, i) =>
          Math.abs(value - got[(i % 3) * 576 + Math.floor(i / 3)]),
        )
        expect(Math.max(...off), `${width} x ${height}`).toBeLessThan(factor === 1 ? 0.75 : 1.25)
      }
    } finally {
      await session.close()
    }
  })
})
