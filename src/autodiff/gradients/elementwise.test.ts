import fc from 'fast-check'
import { describe, it } from 'vitest'
import {
  broadcastable,
  checkMany,
  type Domain,
  type GradientCase,
  shapes,
} from '../../../test/support/gradient-case.js'
import { sizeOf } from '../../core/index.js'
import type { GraphBuilder, OpType, Value } from '../../onnx/index.js'
import { Emitter } from '../emit.js'

type Build = (b: GraphBuilder, x: readonly Value[]) => Value

interface Unary {
  readonly build: Build
  readonly domain?: Domain
  readonly dtype?: 'float32'
}

const plain =
  (op: OpType): Build =>
  (b, x) =>
    b.op(op, x)
const number = (b: GraphBuilder, like: Value, value: number) =>
  new Emitter(b).floats(b.type(like).dtype, [value])

const unary: Record<string, Unary> = {
  Neg: { build: plain('Neg') },
  Abs: { build: plain('Abs'), domain: 'spaced' },
  Sqrt: { build: plain('Sqrt'), domain: 'positive' },
  Exp: { build: plain('Exp') },
  Log: { build: plain('Log'), domain: 'positive' },
  Reciprocal: { build: plain('Reciprocal'), domain: 'positive' },
  Sin: { build: plain('Sin') },
  Cos: { build: plain('Cos') },
  Tan: { build: (b, x) => b.op('Tan', [new Emitter(b).mul(x[0], 0.3)]), dtype: 'float32' },
  Asin: { build: (b, x) => b.op('Asin', [new Emitter(b).mul(x[0], 0.2)]), dtype: 'float32' },
  Acos: { build: (b, x) => b.op('Acos', [new Emitter(b).mul(x[0], 0.2)]), dtype: 'float32' },
  Atan: { build: plain('Atan'), dtype: 'float32' },
  Sinh: { build: plain('Sinh'), dtype: 'float32' },
  Cosh: { build: plain('Cosh'), dtype: 'float32' },
  Asinh: { build: plain('Asinh'), dtype: 'float32' },
  Acosh: {
    build: (b, x) => b.op('Acosh', [new Emitter(b).add(x[0], 1)]),
    domain: 'positive',
    dtype: 'float32',
  },
  Atanh: { build: (b, x) => b.op('Atanh', [new Emitter(b).mul(x[0], 0.2)]), dtype: 'float32' },
  Relu: { build: plain('Relu'), domain: 'spaced' },
  'Relu in float32': { build: plain('Relu'), domain: 'spaced', dtype: 'float32' },
  'Clip, both bounds': {
    build: (b, [x]) => b.op('Clip', [x, number(b, x, -0.2), number(b, x, 0.3)]),
    domain: 'spaced',
  },
  'Clip, both bounds in float32': {
    build: (b, [x]) => b.op('Clip', [x, number(b, x, 0), number(b, x, 0.6)]),
    domain: 'spaced',
    dtype: 'float32',
  },
  'Clip, upper bound': {
    build: (b, [x]) => b.op('Clip', [x, undefined, number(b, x, 0.1)]),
    domain: 'spaced',
  },
  'Clip, lower bound': { build: (b, [x]) => b.op('Clip', [x, number(b, x, 0)]), domain: 'spaced' },
  'Clip, no bound': { build: (b, [x]) => b.op('Clip', [x]), domain: 'spaced' },
  'Clip, the largest float for no bound': {
    build: (b, [x]) => b.op('Clip', [x, number(b, x, 0), number(b, x, 3.4028234663852886e38)]),
    domain: 'spaced',
    dtype: 'float32',
  },
  'Clip, bounds computed in the graph': {
    build: (b, [x]) => b.op('Clip', [x, b.op('Neg', [number(b, x, 0.2)]), b.op('Neg', [number(b, x, -0.3)])]),
    domain: 'spaced',
  },
  Sigmoid: { build: plain('Sigmoid') },
  Tanh: { build: plain('Tanh') },
  Softplus: { build: plain('Softplus'), dtype: 'float32' },
  Softsign: { build: plain('Softsign'), domain: 'spaced', dtype: 'float32' },
  LeakyRelu: { build: (b, x) => b.op('LeakyRelu', x, { alpha: 0.2 }), domain: 'spaced', dtype: 'float32' },
  Elu: { build: (b, x) => b.op('Elu', x, { alpha: 0.7 }), domain: 'spaced', dtype: 'float32' },
  Celu: { build: (b, x) => b.op('Celu', x, { alpha: 0.7 }), domain: 'spaced', dtype: 'float32' },
  Selu: { build: plain('Selu'), domain: 'spaced', dtype: 'float32' },
  ThresholdedRelu: {
    build: (b, x) => b.op('ThresholdedRelu', x, { alpha: 0.2 }),
    domain: 'spaced',
    dtype: 'float32',
  },
  Shrink: {
    build: (b, x) => b.op('Shrink', x, { lambd: 0.2, bias: 0.1 }),
    domain: 'spaced',
    dtype: 'float32',
  },
  HardSigmoid: {
    build: (b, x) => b.op('HardSigmoid', x, { alpha: 2.5, beta: 0.5 }),
    domain: 'spaced',
    dtype: 'float32',
  },
  HardSwish: {
    build: (b, x) => b.op('HardSwish', [new Emitter(b).mul(x[0], 10)]),
    domain: 'spaced',
    dtype: 'float32',
  },
  Erf: { build: plain('Erf'), dtype: 'float32' },
  Gelu: { build: plain('Gelu'), dtype: 'float32' },
  'Gelu by tanh': { build: (b, x) => b.op('Gelu', x, { approximate: 'tanh' }), dtype: 'float32' },
  Mish: { build: plain('Mish'), dtype: 'float32' },
  Identity: { build: plain('Identity') },
  Cast: {
    build: (b, x) => b.op('Cast', [b.op('Cast', x, { to: 'float32' })], { to: 'float64' }),
    dtype: 'float32',
  },
  CastLike: { build: (b, x) => b.op('CastLike', [x[0], number(b, x[0], 1)]) },
  Dropout: { build: (b, x) => b.op('Dropout', [x[0], number(b, x[0], 0.5)]) },
  'a value used three times': { build: (b, [x]) => b.op('Mul', [b.op('Add', [x, x]), x]) },
}

describe('element-wise rules agree with finite differences', () => {
  it.each(Object.entries(unary))('%s', async (_, { build, domain, dtype }) => {
    await checkMany(
      shapes(0, 4).map(shape => ({ inputs: [{ shape, domain }], build, dtype, namedBatch: true })),
    )
  })

  it.each(['Add', 'Sub', 'Mul', 'Div'] as const)('%s, broadcast', async op => {
    await checkMany(pairs(plain(op), ['normal', 'positive']))
  })

  it('Pow, broadcast', async () => {
    await checkMany(pairs(plain('Pow'), ['positive', 'normal']))
  })

  it.each([2, 0.5, -1, 3])('Pow by the constant %s', async exponent => {
    const build: Build = (b, [x]) => b.op('Pow', [x, number(b, x, exponent)])
    await checkMany(shapes(0, 3).map(shape => ({ inputs: [{ shape, domain: 'positive' }], build })))
  })

  it('PRelu', async () => {
    const cases = shapes(1, 3).chain(shape =>
      fc.constantFrom(shape, [1], shape.slice(1)).map(
        (slope): GradientCase => ({
          inputs: [{ shape, domain: 'spaced' }, { shape: slope }],
          build: plain('PRelu'),
          dtype: 'float32',
        }),
      ),
    )
    await checkMany(cases)
  })

  it.each(['Sum', 'Mean', 'Min', 'Max'] as const)('%s of several, broadcast', async op => {
    const cases = fc
      .integer({ min: 1, max: 4 })
      .chain(count => broadcastable(count))
      .map(
        (all): GradientCase => ({
          inputs: all.map(shape => ({ shape })),
          build: plain(op),
          dtype: op === 'Mean' ? 'float32' : 'float64',
          namedBatch: true,
        }),
      )
    await checkMany(cases)
  })

  it('Where, broadcast', async () => {
    const cases = broadcastable(3).map(([shape, ...values]): GradientCase => {
      const data = Uint8Array.from({ length: sizeOf(shape) }, (_, i) => (i % 3 === 0 ? 1 : 0))
      return {
        inputs: values.map(shape => ({ shape })),
        build: (b, x) => b.op('Where', [b.constant({ dtype: 'bool', shape, data }), ...x]),
      }
    })
    await checkMany(cases)
  })
})

function pairs(build: Build, domains: readonly [Domain, Domain]): fc.Arbitrary<GradientCase> {
  return broadcastable(2).map(both => ({
    inputs: both.map((shape, i) => ({ shape, domain: domains[i] })),
    build,
    namedBatch: true,
  }))
}
