import fc from 'fast-check'
import { describe, it } from 'vitest'
import { checkMany, type GradientCase, shapes } from '../../../test/support/gradient-case.js'

const size = fc.integer({ min: 1, max: 4 })

describe('rules for matrix products agree with finite differences', () => {
  it('Gemm, transposed or not, with C broadcast', async () => {
    const cases = fc
      .record({
        m: size,
        k: size,
        n: size,
        transA: fc.constantFrom(0, 1),
        transB: fc.constantFrom(0, 1),
        alpha: fc.constantFrom(1, 0.5),
        beta: fc.constantFrom(1, 2),
        bias: fc.constantFrom('none', 'scalar', 'row', 'matrix row', 'column', 'full'),
      })
      .map(({ m, k, n, bias, ...attributes }): GradientCase => {
        const shape = { none: [], scalar: [], row: [n], 'matrix row': [1, n], column: [m, 1], full: [m, n] }[
          bias
        ]
        const a = attributes.transA ? [k, m] : [m, k]
        const b = attributes.transB ? [n, k] : [k, n]
        return {
          inputs: [{ shape: a }, { shape: b }, ...(bias === 'none' ? [] : [{ shape }])],
          build: (builder, x) => builder.op('Gemm', x, attributes),
        }
      })
    await checkMany(cases, { runs: 40 })
  })

  it('Gemm over rows whose number has a name', async () => {
    const cases = fc.tuple(size, fc.integer({ min: 5, max: 6 })).map(
      ([rows, k]): GradientCase => ({
        inputs: [{ shape: [rows, k] }, { shape: [7, k] }, { shape: [7] }],
        build: (b, x) => b.op('Gemm', x, { transB: 1 }),
        namedBatch: true,
      }),
    )
    await checkMany(cases)
  })

  it('MatMul with batches that broadcast, and vectors', async () => {
    const cases = fc
      .record({
        m: size,
        k: size,
        n: size,
        full: shapes(0, 2, 3),
        drop: fc.tuple(fc.nat(2), fc.nat(2)),
        ones: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        vectors: fc.constantFrom('neither', 'neither', 'neither', 'left', 'right', 'both'),
      })
      .map(({ m, k, n, full, drop, ones, vectors }): GradientCase => {
        const lead = (side: 0 | 1) =>
          full.map((dim, axis) => (ones[2 * side + axis] ? 1 : dim)).slice(Math.min(drop[side], full.length))
        const left = vectors === 'left' || vectors === 'both' ? [k] : [...lead(0), m, k]
        const right = vectors === 'right' || vectors === 'both' ? [k] : [...lead(1), k, n]
        return { inputs: [{ shape: left }, { shape: right }], build: (b, x) => b.op('MatMul', x) }
      })
    await checkMany(cases, { runs: 80 })
  })

  it('MatMul over a batch whose size has a name', async () => {
    const cases = size.map(
      (batch): GradientCase => ({
        inputs: [{ shape: [batch, 5, 6] }, { shape: [6, 7] }, { shape: [batch, 7, 5] }],
        build: (b, [x, w, y]) => b.op('MatMul', [b.op('MatMul', [x, w]), y]),
        namedBatch: true,
      }),
    )
    await checkMany(cases)
  })
})
