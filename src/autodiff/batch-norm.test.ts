import { describe, expect, it } from 'vitest'
import { evaluateGraph } from '../../test/support/evaluate-graph.js'
import { expectClose, readFixture, type Stored, toTensor } from '../../test/support/stored.js'
import { type DType, float32, type Tensor } from '../core/index.js'
import { GraphBuilder } from '../onnx/index.js'
import { batchNorm, differentiate } from './index.js'

type Part = 'x' | 'scale' | 'bias' | 'runningMean' | 'runningVariance' | 'weights'

interface Fixture extends Record<Part, Stored> {
  readonly output: Stored
  readonly nextRunningMean: Stored
  readonly nextRunningVariance: Stored
  readonly grads: Record<'x' | 'scale' | 'bias', Stored>
}

const fixture = readFixture<Fixture>(new URL('fixtures/batch-norm.fixture.json', import.meta.url))
const parts: readonly Part[] = ['x', 'scale', 'bias', 'runningMean', 'runningVariance', 'weights']

function normGraph(rows: number | string, dtype: DType, rowWeights: boolean) {
  const builder = new GraphBuilder('norm')
  const [x, weights] = ['x', 'weights'].map(name => builder.input(name, dtype, [rows, 4]))
  const [scale, bias, mean, variance] = parts.slice(1, 5).map(name => builder.input(name, dtype, [4]))
  const given = { x, scale, bias, mean, variance }
  const result = batchNorm(
    builder,
    rowWeights ? { ...given, rowWeights: builder.input('rows', dtype, [rows]) } : given,
  )
  const loss = builder.op('ReduceSum', [builder.op('Mul', [result.y, weights])], { keepdims: 0 })
  const grads = differentiate(builder, loss, [x, scale, bias])
  builder.output(result.y, 'y')
  builder.output(result.mean, 'mean')
  builder.output(result.variance, 'variance')
  for (const [name, grad] of grads) builder.output(grad, `d${name}`)
  return builder.build()
}

const feedsIn = (dtype: DType) =>
  Object.fromEntries(parts.map((name): [string, Tensor] => [name, toTensor(fixture[name], dtype)]))

describe('batchNorm in training mode', () => {
  it.each([
    { rows: 6, dtype: 'float32', forward: 2e-6, backward: 1e-5 },
    { rows: 'batch', dtype: 'float32', forward: 2e-6, backward: 1e-5 },
    { rows: 6, dtype: 'float64', forward: 1e-11, backward: 1e-10 },
  ] as const)('agrees with PyTorch in $dtype for [$rows, 4]', async ({ rows, dtype, forward, backward }) => {
    const results = await evaluateGraph(normGraph(rows, dtype, false), feedsIn(dtype))
    expectClose(results.y, fixture.output, forward, 'output')
    expectClose(results.mean, fixture.nextRunningMean, forward, 'running mean')
    expectClose(results.variance, fixture.nextRunningVariance, forward, 'running variance')
    expectClose(results.dx, fixture.grads.x, backward, 'gradient of x')
    expectClose(results.dscale, fixture.grads.scale, backward, 'gradient of scale')
    expectClose(results.dbias, fixture.grads.bias, backward, 'gradient of bias')
  })

  it('does not see rows of weight zero', async () => {
    const { x, weights, ...rest } = feedsIn('float32')
    const padded = (stored: Stored, fill: number) =>
      float32([...stored.data, ...Array.from({ length: 8 }, (_, i) => fill * i)], [8, 4])
    const results = await evaluateGraph(normGraph('batch', 'float32', true), {
      ...rest,
      x: padded(fixture.x, 1000),
      weights: padded(fixture.weights, 0),
      rows: float32([1, 1, 1, 1, 1, 1, 0, 0]),
    })
    expectClose(results.mean, fixture.nextRunningMean, 2e-6, 'running mean')
    expectClose(results.variance, fixture.nextRunningVariance, 2e-6, 'running variance')
    const rows = { ...fixture.grads.x, shape: [8, 4], data: [...fixture.grads.x.data, ...Array(8).fill(0)] }
    expectClose(results.dx, rows, 1e-5, 'gradient of x')
  })

  it('leaves finite statistics after a batch of one row', async () => {
    const { x, weights, ...rest } = feedsIn('float32')
    const row = float32([1, 2, 3, 4], [1, 4])
    const results = await evaluateGraph(normGraph('batch', 'float32', false), {
      ...rest,
      x: row,
      weights: row,
    })
    const expected = fixture.runningVariance.data.map(value => 0.9 * value)
    expectClose(results.variance, { shape: [4], data: expected }, 1e-6, 'running variance')
    expect(Array.from(results.dx.data, Number).every(Number.isFinite)).toBe(true)
  })

  it('refuses an input that is no matrix', () => {
    const builder = new GraphBuilder('image')
    const x = builder.input('x', 'float32', [2, 3, 4, 4])
    expect(() => batchNorm(builder, { x, scale: x, bias: x, mean: x, variance: x })).toThrow(
      /x must be \[batch, features\], but is \[2,3,4,4\]/,
    )
  })
})
