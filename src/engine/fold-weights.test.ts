import { describe, expect, it } from 'vitest'
import { float32, RandomStream, type Tensor, toHalf } from '../core/index.js'
import { type Graph, GraphBuilder, model } from '../onnx/index.js'
import { foldWeights, Session } from './index.js'

const random = RandomStream.fromSeed(1)
const drawn = (...shape: number[]) =>
  float32(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
    shape,
  )

/** A convolution whose weights are `weight` of the builder's times a factor by channel. */
function scaled(weight: (b: GraphBuilder) => string): Graph {
  const b = new GraphBuilder('scaled')
  const x = b.input('x', 'float32', ['batch', 16, 5, 5])
  const factor = b.initializer('factor', drawn(32, 1, 1, 1))
  const w = b.op('Mul', [weight(b), b.op('Sqrt', [b.op('Abs', [factor])])])
  b.output(b.op('Conv', [x, w], { kernel_shape: [3, 3] }), 'y')
  b.output(b.op('Shape', [w]), 'sizes')
  return b.build()
}

async function answer(graph: Graph): Promise<Tensor> {
  const session = await Session.open(model(graph), { threads: 1 })
  const { y } = await session.run({ x: float32(new Float32Array(400).fill(0.5), [1, 16, 5, 5]) })
  await session.close()
  return y
}

const opsOf = ({ nodes }: Graph) => nodes.map(({ op }) => op)

describe('foldWeights', () => {
  it('computes what needs only weights, once, and leaves those out that nothing needs any more', async () => {
    const graph = scaled(b => b.initializer('w', drawn(32, 16, 3, 3)))
    const folded = await foldWeights(graph)
    expect(opsOf(folded)).toEqual(['Conv', 'Identity', 'Identity'])
    expect([...folded.initializers.keys()]).toEqual(['Mul', 'Shape'])
    expect(await answer(folded)).toEqual(await answer(graph))
  })

  it('leaves weights of 16 bits as they are, unless the file may grow', async () => {
    const halves = Uint16Array.from(drawn(32, 16, 3, 3).data, toHalf)
    const half: Tensor = { dtype: 'float16', shape: [32, 16, 3, 3], data: halves }
    const graph = scaled(b => b.op('Cast', [b.initializer('w', half)], { to: 'float32' }))
    expect(await foldWeights(graph)).toBe(graph)
    const grown = await foldWeights(graph, { mayGrow: true })
    expect(opsOf(grown)).toEqual(['Conv', 'Identity', 'Identity'])
    expect(await answer(grown)).toEqual(await answer(graph))
  })

  it('leaves weights that are results, and those that others read', async () => {
    const b = new GraphBuilder('result')
    const w = b.initializer('w', drawn(40, 40))
    b.output(b.op('Neg', [w]), 'negative')
    b.output(b.op('MatMul', [b.input('x', 'float32', ['batch', 40]), b.op('Transpose', [w])]), 'y')
    b.output(b.op('MatMul', [b.input('z', 'float32', ['batch', 40]), w]), 'other')
    const graph = b.build()
    expect(await foldWeights(graph)).toBe(graph)
  })

  it('does not take for a weight what callers may feed', async () => {
    const graph = scaled(b => b.initializer('w', drawn(32, 16, 3, 3)))
    const { dtype, shape } = graph.initializers.get('w') ?? drawn(1)
    const fed = { ...graph, inputs: new Map(graph.inputs).set('w', { dtype, shape }) }
    expect(opsOf(await foldWeights(fed))).toContain('Mul')
  })
})
