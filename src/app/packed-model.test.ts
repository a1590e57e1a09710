import { gunzipSync, gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { float32, toHalf } from '../core/index.js'
import { GraphBuilder, model, writeModel } from '../onnx/index.js'
import { packModel } from './pack-model.js'
import { byPlanes, fromPlanes, type Numbers } from './packed-model.js'

/** Runs that lie in a file one after the other. */
const runsAnd = fc
  .array(fc.record({ gap: fc.nat(5), width: fc.integer({ min: 1, max: 8 }), count: fc.nat(9) }))
  .chain(parts => {
    let end = 0
    const runs = parts.map(({ gap, width, count }): Numbers => {
      const offset = end + gap
      end = offset + width * count
      return { offset, width, count }
    })
    for (const [i, run] of runs.entries()) {
      const like = runs.findIndex(one => one.width === 2 && one.count === run.count)
      if (run.width === 2 && like < i) runs[i] = { ...run, like }
    }
    const file = fc.uint8Array({ minLength: end, maxLength: end + 9 })
    return fc.record({ runs: fc.constant(runs), file })
  })

describe('byPlanes', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(runsAnd, ({ runs, file }) => {
        expect(fromPlanes(byPlanes(file, runs))).toEqual(file)
      }),
    )
  })

  it('puts bytes of the same place together', () => {
    const packed = byPlanes(Uint8Array.of(9, 1, 2, 1, 3, 9), [{ offset: 1, width: 2, count: 2 }])
    expect(Array.from(packed.slice(-6))).toEqual([1, 1, 2, 3, 9, 9])
  })
})

describe('runs like others', () => {
  it('keep differences that are small', () => {
    const [a, b] = [toHalf(0.5), toHalf(-2)]
    const file = new Uint8Array(Uint16Array.of(a, b, a + 1, b + 3).buffer)
    const runs = [
      { offset: 0, width: 2, count: 2 },
      { offset: 4, width: 2, count: 2, like: 0 },
    ]
    const packed = byPlanes(file, runs)
    // Bytes of low places, then of high ones. Farther below 0 is less: three steps back.
    expect(Array.from(packed.slice(-8, -4))).toEqual([a & 255, b & 255, 2, 5])
    expect(fromPlanes(packed)).toEqual(file)
  })
})

describe('fromPlanes', () => {
  const packed = byPlanes(Uint8Array.of(9, 1, 2, 1, 3, 9), [{ offset: 1, width: 2, count: 2 }])
  const changed = (at: number, fact: number) => {
    const copy = packed.slice()
    new DataView(copy.buffer).setUint32(at, fact, true)
    return copy
  }

  it('leaves other files alone', () => {
    const other = Uint8Array.of(8, 8, 58)
    expect(fromPlanes(other)).toBe(other)
  })

  it.each([
    ['cut off in its beginning', packed.slice(0, 18)],
    ['cut off in its facts', packed.slice(0, 29)],
    ['with more runs than there are bytes', changed(16, 4_000_000_000)],
    ['a run beyond the end', changed(28, 4_000_000_000)],
    ['a run like one that is not there', changed(32, 9)],
    ['a run like itself', changed(32, 1)],
    ['numbers of no byte', changed(24, 0)],
    ['numbers too wide', changed(24, 4_000_000_000)],
  ])('refuses what is %s', (_what, file) => {
    expect(fromPlanes(file)).toBeUndefined()
  })
})

describe('packModel', () => {
  it('makes weights smaller than gzip alone', async () => {
    const b = new GraphBuilder('x')
    const x = b.input('x', 'float32', ['batch', 100])
    const weights = Array.from({ length: 10_000 }, (_, i) => Math.sin(i * i) / 10)
    b.output(b.op('MatMul', [x, b.initializer('weights', float32(weights, [100, 100]))]))
    const file = writeModel(model(b.build()))
    const packed = await packModel(file)
    expect(fromPlanes(gunzipSync(packed))).toEqual(new Uint8Array(file))
    expect(packed.length).toBeLessThan(0.93 * gzipSync(file, { level: 9 }).length)
  })
})
