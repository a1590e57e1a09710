import { describe, expect, it } from 'vitest'
import { float32, RandomStream } from '../../core/index.js'
import { byteRule, roundBias, roundWeights } from './rounding.js'

const random = RandomStream.fromSeed(3)
const drawn = (...shape: number[]) =>
  float32(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
    shape,
  )

describe('byteRule', () => {
  it('spreads 256 steps over a range, with a step at 0', () => {
    expect(byteRule({ low: 0, high: 6 })).toEqual({ scale: Math.fround(6 / 255), zero: 0 })
    expect(byteRule({ low: -1, high: 1.5 })).toEqual({ scale: Math.fround(2.5 / 255), zero: 102 })
    expect(byteRule({ low: 0, high: 0 })).toEqual({ scale: 1, zero: 0 })
  })
})

describe('roundWeights', () => {
  it('gives each output the finest steps that reach its weights', () => {
    const tensor = float32([1, 0.5, -127, 0, 0, 0], [3, 2])
    const { weights, scales } = roundWeights({ tensor, axis: 0, places: 1 }, { inputScale: 1 })
    expect(Array.from(weights.data)).toEqual([85, 42, -127, 0, 0, 0])
    // 1 + 0.5 in 127 steps, as one pair; 127 in 127; nothing.
    // In steps that 16 bits hold, no finer ones.
    expect(Array.from(scales)).toEqual([Math.ceil((1.5 / 127) * 2 ** 17) / 2 ** 17, 1, 1])
  })

  it('keeps two products of bytes within 16 bits, also beside one another in the other order', () => {
    const tensor = drawn(8, 16, 3, 3)
    const { weights, errors, scales } = roundWeights({ tensor, axis: 0, places: 9 }, { inputScale: 1 })
    const at = (k: number, input: number, place: number) => weights.data[(k * 16 + input) * 9 + place]
    let most = 0
    for (let k = 0; k < 8; k++)
      for (let input = 0; input < 16; input += 2)
        for (let place = 0; place < 9; place++)
          most = Math.max(most, Math.abs(at(k, input, place) + at(k, input + 1, place)))
    for (let i = 0; i < weights.data.length; i += 2)
      most = Math.max(most, Math.abs(weights.data[i] + weights.data[i + 1]))
    expect(most).toBeGreaterThan(120)
    expect(255 * most).toBeLessThan(2 ** 15)
    for (const [i, error] of errors.entries())
      expect(Math.abs(error)).toBeLessThanOrEqual(scales[Math.floor(i / 144)] * 0.501)
  })

  it('reads the outputs of a linear layer in columns, and leaves room for large biases', () => {
    const tensor = float32([1, 10, 2, 20, -4, 40], [3, 2])
    const { weights, errors } = roundWeights({ tensor, axis: 1, places: 1 }, { inputScale: 1 })
    expect(Array.from(weights.data)).toEqual([32, 32, 63, 63, -127, 127])
    expect(errors).toHaveLength(6)
    const bias = new Float32Array([1e9, 0])
    const { scales } = roundWeights({ tensor, axis: 1, places: 1 }, { inputScale: 1e-3, bias })
    const steps = scales.map(scale => scale * 1e-3)
    const rounded = roundBias(bias, steps)
    expect(rounded.data[0] * steps[0]).toBeCloseTo(1e9, -2)
  })
})
