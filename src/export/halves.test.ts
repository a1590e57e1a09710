import { describe, expect, it } from 'vitest'
import { float32 } from '../core/index.js'
import { foldWeights, Session } from '../engine/index.js'
import { GraphBuilder, model } from '../onnx/index.js'
import { withHalves } from './halves.js'

const numbers = (count: number, scale: number) =>
  Float32Array.from({ length: count }, (_, i) => scale * Math.sin(1 + 1.7 * i * i))

describe('withHalves', () => {
  it('halves weights, and leaves what 16 bits cannot hold, what is small, and what photos are ranked among', async () => {
    const builder = new GraphBuilder('net')
    const x = builder.input('x', 'float32', ['batch', 64])
    const weight = (name: string, scale: number) =>
      builder.initializer(name, float32(numbers(64 * 64, scale), [64, 64]))
    const first = builder.op('MatMul', [x, weight('usual', 0.3)])
    const second = builder.op('MatMul', [first, weight('large', 1e5)])
    const third = builder.op('MatMul', [second, weight('tiny', 1e-7)])
    const y = builder.op('Add', [third, builder.initializer('bias', float32(numbers(64, 1)))])
    builder.output(y, 'probabilities')
    // As layers were before fine-tuning.
    const before = builder.op('MatMul', [x, weight('before', 0.3)])
    builder.output(builder.op('MatMul', [before, weight('ranks', 0.3)]), 'known')
    const graph = builder.build()
    const halved = withHalves(graph)
    const types = Object.fromEntries([...halved.graph.initializers].map(([name, { dtype }]) => [name, dtype]))
    expect(types).toEqual({
      'usual.half': 'float16',
      large: 'float32',
      tiny: 'float32',
      bias: 'float32',
      'before.half': 'float16',
      ranks: 'float32',
    })
    expect(halved.elements).toEqual({ now: 2 * 4096, left: 3 * 4096 })
    // Widened again it computes with what 16 bits hold.
    const widened = await foldWeights(halved.graph, { mayGrow: true })
    expect(widened.nodes.map(({ op }) => op)).toEqual(graph.nodes.map(({ op }) => op))
    const feeds = { x: float32(numbers(64, 1), [1, 64]) }
    const answers = await Promise.all(
      [graph, halved.graph].map(async one => {
        const session = await Session.open(model(one))
        const { probabilities } = await session.run(feeds)
        await session.close()
        return Array.from(probabilities.data, Number)
      }),
    )
    for (const [i, value] of answers[0].entries())
      expect(Math.abs(answers[1][i] - value)).toBeLessThan(1e-3 * Math.max(...answers[0].map(Math.abs)))
  })
})
