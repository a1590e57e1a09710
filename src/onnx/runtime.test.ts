import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { float32, int64, type Tensor } from '../core/index.js'
import { GraphBuilder, model, writeModel } from './index.js'

async function runOnce(
  g: GraphBuilder,
  feeds: Readonly<Record<string, Tensor<'float32'>>>,
): Promise<Record<string, number[]>> {
  const session = await ort.InferenceSession.create(writeModel(model(g.build())), { intraOpNumThreads: 1 })
  const given = Object.entries(feeds).map(
    ([name, { data, shape }]) => [name, new ort.Tensor('float32', data, [...shape])] as const,
  )
  const results = await session.run(Object.fromEntries(given))
  await session.release()
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data, Number)]),
  )
}

describe('graphs written here', () => {
  it('run in onnxruntime as they are, with the right results', async () => {
    const g = new GraphBuilder('head')
    const x = g.input('x', 'float32', ['batch', 1, 2, 2])
    const max = g.op('Flatten', [g.op('GlobalMaxPool', [x])])
    const mean = g.op('Flatten', [g.op('GlobalAveragePool', [x])])
    const both = g.op('Concat', [max, mean], { axis: 1 })
    const w = g.initializer('w', float32([1, 0, 0, 2], [2, 2]))
    const logits = g.op('Gemm', [both, w, g.constant(float32([0, -1]))], { transB: 1 })
    g.output(logits, 'logits')
    g.output(g.op('Softmax', [logits]), 'probabilities')
    g.output(g.op('ArgMax', [logits], { axis: 1, keepdims: 0 }), 'label')
    g.output(x, 'same')
    const feeds = { x: float32([1, 2, 3, 4, 0, 0, 0, -4], [2, 1, 2, 2]) }
    const { logits: scores, probabilities, label, same } = await runOnce(g, feeds)
    expect(scores).toEqual([4, 4, 0, -3])
    expect(probabilities.map(p => Math.round(p * 1e4) / 1e4)).toEqual([0.5, 0.5, 0.9526, 0.0474])
    expect(label).toEqual([0, 0])
    expect(same).toEqual([...feeds.x.data])
  })

  it('carry subgraphs and several outputs', async () => {
    const branch = (name: string, op: 'Neg' | 'Exp') => {
      const inner = new GraphBuilder(name)
      inner.output(inner.op(op, [inner.initializer(`${name}.one`, float32([1]))], {}, `${name}.result`))
      return inner.build()
    }
    const g = new GraphBuilder('several')
    const x = g.input('x', 'float32', [4])
    const [low, high] = g.ops('Split', [x, g.constant(int64([1, 3]))], { axis: 0 }, 2)
    const isLarge = g.op('Greater', [g.op('Squeeze', [low]), g.constant(float32([0], []))])
    g.output(
      g.op('If', [isLarge], { then_branch: branch('then', 'Exp'), else_branch: branch('else', 'Neg') }),
      'y',
    )
    g.output(high, 'rest')
    expect(await runOnce(g, { x: float32([-5, 1, 2, 3]) })).toEqual({ y: [-1], rest: [1, 2, 3] })
  })

  it('say the shapes that come out', async () => {
    const g = new GraphBuilder('shapes')
    const x = g.input('x', 'float32', [2, 3, 9, 7])
    const conv = g.op('Conv', [x, g.constant(float32(new Float32Array(4 * 3 * 9), [4, 3, 3, 3]))], {
      strides: [2, 2],
      pads: [1, 0, 0, 1],
    })
    const pooled = g.op('MaxPool', [conv], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 })
    g.output(pooled, 'y')
    const session = await ort.InferenceSession.create(writeModel(model(g.build())))
    const { y } = await session.run({
      x: new ort.Tensor('float32', new Float32Array(2 * 3 * 63), [2, 3, 9, 7]),
    })
    await session.release()
    expect(g.staticShape(pooled)).toEqual([...y.dims])
  })
})
