import { describe, expect, it } from 'vitest'
import { float32, type Tensor } from '../../core/index.js'
import { Session } from '../../engine/index.js'
import { foldBatchNorm, type Graph, GraphBuilder, inferTypes, model, verifyGraph } from '../index.js'

/** Numbers without pattern, the same every time: positive, for variances. */
const numbers = (shape: readonly number[], seed: number) =>
  float32(
    Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => 0.6 + 0.5 * Math.sin(seed + 1.7 * i * i + i),
    ),
    shape,
  )

function withNorm(
  add: (builder: GraphBuilder, x: string) => string,
  shape: readonly (number | string)[],
): Graph {
  const builder = new GraphBuilder('net')
  const map = add(builder, builder.input('x', 'float32', shape))
  const channels = Number(builder.shape(map)[1])
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map(name =>
    builder.input(name, 'float32', [channels]),
  )
  builder.output(builder.op('BatchNormalization', [map, gamma, beta, mean, variance], { epsilon: 1e-3 }), 'y')
  return builder.build()
}

async function run(graph: Graph): Promise<Tensor<'float32'>['data']> {
  const session = await Session.open(model(graph))
  const feeds = [...session.inputs].map(([name, { shape = [] }], i): [string, Tensor] => [
    name,
    numbers(
      shape.map(dim => (typeof dim === 'number' ? dim : 2)),
      i,
    ),
  ])
  const { y } = await session.run(Object.fromEntries(feeds))
  await session.close()
  return y.dtype === 'float32' ? y.data : new Float32Array()
}

const ops = (graph: Graph) => graph.nodes.map(node => node.op)

describe('foldBatchNorm', () => {
  it.each<[string, readonly (number | string)[], (builder: GraphBuilder, x: string) => string]>([
    [
      'a convolution',
      [2, 3, 9, 7],
      (b, x) => b.op('Conv', [x, b.initializer('w', numbers([4, 3, 3, 3], 5))], { strides: [2, 2] }),
    ],
    [
      'a grouped convolution with bias, its weights fed',
      ['batch', 4, 5, 5],
      (b, x) =>
        b.op('Conv', [x, b.input('w', 'float32', [8, 2, 3, 3]), b.initializer('b', numbers([8], 6))], {
          group: 2,
          pads: [1, 1, 1, 1],
        }),
    ],
    [
      'a convolution of signals',
      [2, 3, 9],
      (b, x) => b.op('Conv', [x, b.initializer('w', numbers([4, 3, 3], 5))]),
    ],
    [
      'a linear layer',
      ['batch', 6],
      (b, x) =>
        b.op('Gemm', [x, b.initializer('w', numbers([6, 5], 5)), b.initializer('b', numbers([5], 6))], {
          alpha: 0.5,
          beta: 2,
        }),
    ],
    [
      'a linear layer of transposed weights without bias',
      [3, 6],
      (b, x) => b.op('Gemm', [x, b.initializer('w', numbers([5, 6], 5))], { transB: 1 }),
    ],
  ])('puts batch norm into %s', async (_, shape, add) => {
    const graph = withNorm(add, shape)
    const folded = foldBatchNorm(graph)
    verifyGraph(folded)
    expect(ops(folded)).not.toContain('BatchNormalization')
    expect(inferTypes(folded).outputs).toEqual(graph.outputs)
    const [expected, found] = [await run(graph), await run(folded)]
    expect(expected.length).toBeGreaterThan(0)
    expect(Math.max(...found.map((y, i) => Math.abs(y - expected[i])))).toBeLessThan(1e-4)
  })

  it('leaves batch norm that trains, and after what others read, and alone', () => {
    const conv = (b: GraphBuilder, x: string) =>
      b.op('Conv', [x, b.initializer('w', numbers([2, 3, 1, 1], 1))])
    const alone = withNorm((b, x) => b.op('Relu', [x]), [1, 3, 4, 4])
    const seen = withNorm(
      (b, x) => {
        const map = conv(b, x)
        b.output(map, 'map')
        return map
      },
      [1, 3, 4, 4],
    )
    const training = withNorm(conv, [1, 3, 4, 4])
    const nodes = training.nodes.map(node =>
      node.op === 'Conv'
        ? node
        : { ...node, attributes: { ...node.attributes, training_mode: { kind: 'int', value: 1 } as const } },
    )
    for (const graph of [alone, seen, { ...training, nodes }]) expect(foldBatchNorm(graph)).toEqual(graph)
  })

  it('gives every value a name of its own', () => {
    const builder = new GraphBuilder('names')
    let map = builder.input('x', 'float32', [1, 2, 3, 3])
    builder.input('y.scale', 'float32', [1])
    for (const [i, output] of ['y', 'y.weight'].entries()) {
      const layer = builder.op('Conv', [map, builder.initializer(`w${i}`, numbers([2, 2, 1, 1], i))])
      const vectors = [0, 1, 2, 3].map(part => builder.initializer(`v${i}${part}`, numbers([2], part)))
      map = builder.op('BatchNormalization', [layer, ...vectors], {}, output)
    }
    builder.output(map)
    verifyGraph(foldBatchNorm(builder.build()))
  })
})
