import { describe, expect, it } from 'vitest'
import { evaluateGraph } from '../../test/support/evaluate-graph.js'
import { expectClose, readFixture, type Stored, toTensor } from '../../test/support/stored.js'
import { type DType, float32, RandomStream, type Tensor } from '../core/index.js'
import { GraphBuilder } from '../onnx/index.js'
import { type CrossEntropyOptions, checkGradients, crossEntropy, differentiate } from './index.js'

interface LossCase {
  readonly name: string
  readonly logits: Stored
  readonly targets: Stored
  readonly labelSmoothing: number
  readonly classWeights: number[] | null
  readonly loss: number
  readonly grad: Stored
}

const cases = readFixture<LossCase[]>(new URL('fixtures/losses.fixture.json', import.meta.url))

function lossGraph(classes: number, dtype: DType, options: CrossEntropyOptions = {}) {
  const builder = new GraphBuilder('loss')
  const logits = builder.input('logits', dtype, ['batch', classes])
  const targets = builder.input('targets', dtype, ['batch', classes])
  const loss = crossEntropy(builder, logits, targets, options)
  builder.output(loss, 'loss')
  builder.output(differentiate(builder, loss, [logits]).get(logits) ?? '', 'grad')
  return builder
}

const number = (tensor: Tensor | undefined) => Number(tensor?.data[0])

describe('crossEntropy', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    const [forward, backward] = dtype === 'float32' ? [1e-6, 3e-6] : [1e-11, 1e-11]
    it.each(cases)(`agrees with PyTorch in ${dtype}: $name`, async given => {
      const { labelSmoothing, classWeights } = given
      const graph = lossGraph(3, dtype, { labelSmoothing, classWeights: classWeights ?? undefined }).build()
      const feeds = { logits: toTensor(given.logits, dtype), targets: toTensor(given.targets, dtype) }
      const { loss, grad } = await evaluateGraph(graph, feeds)
      expect(loss.shape).toEqual([])
      expect(Math.abs(number(loss) - given.loss) / given.loss).toBeLessThan(forward)
      expectClose(grad, given.grad, backward, 'gradient')
    })
  }

  it('stays finite where exponentials would not', async () => {
    const graph = lossGraph(3, 'float32').build()
    const feeds = { logits: float32([1e4, -1e4, 0], [1, 3]), targets: float32([0, 1, 0], [1, 3]) }
    const { loss, grad } = await evaluateGraph(graph, feeds)
    expect(number(loss)).toBe(2e4)
    expect(Array.from(grad.data, Number)).toEqual([1, -1, 0])
  })

  it('counts rows of weight zero for nothing', async () => {
    const builder = new GraphBuilder('rows')
    const logits = builder.input('logits', 'float32', ['batch', 3])
    const targets = builder.input('targets', 'float32', ['batch', 3])
    const rowWeights = builder.input('rows', 'float32', ['batch'])
    const options = { labelSmoothing: 0.1, classWeights: [1, 2, 3] }
    const loss = crossEntropy(builder, logits, targets, { ...options, rowWeights })
    builder.output(loss, 'loss')
    const padded = await evaluateGraph(builder.build(), {
      logits: float32([1, 2, 0.5, -1, 0, 1, 9, -9, 9], [3, 3]),
      targets: float32([0, 1, 0, 1, 0, 0, 0, 0, 1], [3, 3]),
      rows: float32([1, 1, 0]),
    })
    const { loss: bare } = await evaluateGraph(lossGraph(3, 'float32', options).build(), {
      logits: float32([1, 2, 0.5, -1, 0, 1], [2, 3]),
      targets: float32([0, 1, 0, 1, 0, 0], [2, 3]),
    })
    expect(number(padded.loss)).toBe(number(bare))
  })

  it('has the gradient that finite differences show, for logits, targets and row weights', async () => {
    const builder = new GraphBuilder('check')
    const [logits, targets] = ['logits', 'targets'].map(name => builder.input(name, 'float64', [4, 3]))
    const rowWeights = builder.input('rows', 'float64', [4])
    const options = { labelSmoothing: 0.2, classWeights: [1, 2, 3], rowWeights }
    builder.output(crossEntropy(builder, logits, targets, options), 'loss')
    const random = RandomStream.fromSeed(3)
    const draw = (shape: number[], size: number): Tensor => {
      return {
        dtype: 'float64',
        shape,
        data: Float64Array.from({ length: size }, () => random.uniform(0.2, 1)),
      }
    }
    const feeds = { logits: draw([4, 3], 12), targets: draw([4, 3], 12), rows: draw([4], 4) }
    await checkGradients({ graph: builder.build(), feeds, evaluate: evaluateGraph, tolerance: 1e-7 })
  })

  it('refuses options out of range, by name', () => {
    expect(() => lossGraph(3, 'float32', { labelSmoothing: 1 })).toThrow(/labelSmoothing must be .* but is 1/)
    expect(() => lossGraph(3, 'float32', { classWeights: [1, 2] })).toThrow(/classWeights must be 3 numbers/)
    expect(() => lossGraph(3, 'float32', { classWeights: [1, 2, -1] })).toThrow(/classWeights/)
    const builder = new GraphBuilder('free')
    const logits = builder.input('logits', 'float32', ['batch', 'classes'])
    expect(() => crossEntropy(builder, logits, logits)).toThrow(/logits must be \[batch, classes\]/)
  })
})
