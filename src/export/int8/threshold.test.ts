import { describe, expect, it } from 'vitest'
import { float32, int64 } from '../../core/index.js'
import { GraphBuilder } from '../../onnx/index.js'
import { knownWithoutOwn, sameShare } from './threshold.js'

describe('knownWithoutOwn', () => {
  it('compares a photo with the others alone', async () => {
    const b = new GraphBuilder('known')
    const x = b.input('x', 'float32', ['batch', 2])
    const features = b.op('Mul', [x, b.constant(float32([1, 1], [1, 2]))], {}, 'features')
    b.output(features)
    b.output(b.op('Softmax', [features], { axis: 1 }, 'probabilities'))
    const rows = b.initializer('rows', float32([1, 0, 0, 1, 0.6, 0.8], [3, 2]))
    const products = b.op('Gemm', [features, rows], { transB: 1 })
    const scaled = b.op('Mul', [products, b.initializer('scales', float32([1, 1, 1], [1, 3]))])
    b.output(b.op('ReduceMax', [scaled, b.constant(int64([1]))], { keepdims: 0 }, 'known'))
    const values = new Map([
      ['features', new Float32Array([0, 1])],
      ['probabilities', new Float32Array([0.3, 0.7])],
    ])
    const scales = { name: 'scales', values: new Float32Array([1, 1, 1]) }
    const found = await knownWithoutOwn(
      b.build(),
      [1, undefined].map(row => ({ values, row })),
      scales,
      {},
    )
    expect(found?.map(value => value.toFixed(2))).toEqual(['0.80', '1.00'])
  })
})

describe('sameShare', () => {
  const before = [0.01, 0.02, 0.04, 0.06, 0.5, 0.9]

  it('keeps a threshold that does', () => {
    expect(sameShare(before, [0.02, 0.03, 0.045, 0.051, 0.4, 0.8], 0.05)).toBe(0.05)
  })

  it('else lies where as many are below, the nearest such place', () => {
    expect(sameShare(before, [0.01, 0.02, 0.03, 0.04, 0.4, 0.8], 0.05)).toBe(0.035)
    expect(sameShare(before, [0.03, 0.06, 0.08, 0.1, 0.4, 0.8], 0.05)).toBe(0.09)
    // Where it cannot be reached, as near to it as can be.
    expect(sameShare(before, [0.03, 0.03, 0.03, 0.03, 0.4, 0.8], 0.05)).toBe(0.05)
  })
})
