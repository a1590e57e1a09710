import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { asFloat32, float32, RandomStream, sizeOf, type Tensor } from '../../core/index.js'
import { foldWeights, Session } from '../../engine/index.js'
import {
  foldBatchNorm,
  foldConstants,
  type Graph,
  GraphBuilder,
  inferTypes,
  model,
  readModelFile,
  upgradeModel,
} from '../../onnx/index.js'
import { planOf } from './plan.js'
import { observe, rangeFrom } from './ranges.js'
import { inBytes } from './rewrite.js'

const random = RandomStream.fromSeed(5)

function drawn(...shape: number[]): Tensor<'float32'> {
  return float32(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  )
}

/** A graph in 8 bits, its ranges from some inputs, and both asked with others: how far apart the first outputs are, by their size. */
async function rounded(graph: Graph, count = 8): Promise<{ graph: Graph; error: number; kinds: string[] }> {
  const plan = planOf(graph)
  const [[input, { shape = [] }]] = graph.inputs
  const feeds = Array.from({ length: 2 * count }, () => ({
    [input]: drawn(...shape.map((dim, i) => (typeof dim === 'number' ? dim : i === 0 ? 1 : 64))),
  }))
  const seen = await observe(plan.graph, plan.rounded, feeds.slice(0, count))
  const ranges = new Map([...seen].map(([value, one]) => [value, rangeFrom(one)]))
  const result = inferTypes(inBytes(plan, { ranges, seen }))
  const sessions = await Promise.all([graph, result].map(one => Session.open(model(one))))
  const [output] = graph.outputs.keys()
  let [error, whole] = [0, 0]
  for (const feed of feeds.slice(count)) {
    const [a, b] = await Promise.all(sessions.map(session => session.run(feed, [output])))
    const [before, after] = [asFloat32(a[output], output).data, asFloat32(b[output], output).data]
    for (let i = 0; i < before.length; i++) {
      error += (after[i] - before[i]) ** 2
      whole += before[i] ** 2
    }
  }
  for (const session of sessions) await session.close()
  const kinds = [...plan.layers.keys(), ...plan.between].map(({ op }) => op)
  return { graph: result, error: Math.sqrt(error / whole), kinds: [...new Set(kinds)].sort() }
}

describe('a graph in 8 bits', () => {
  it('leaves activations to the rounding, the last layer and all that follows in floats', async () => {
    const b = new GraphBuilder('net')
    const x = b.input('x', 'float32', ['batch', 8, 16, 16])
    const conv = (value: string, name: string) =>
      b.op('Conv', [value, b.initializer(name, drawn(8, 8, 3, 3))], { pads: [1, 1, 1, 1] })
    const first = b.op('Relu', [conv(x, 'a')])
    const sum = b.op('Relu', [b.op('Add', [first, conv(first, 'b')])])
    const pooled = b.op('MaxPool', [sum], { kernel_shape: [2, 2], strides: [2, 2] })
    const features = b.op('Flatten', [b.op('GlobalAveragePool', [pooled])], { axis: 1 })
    const logits = b.op('Gemm', [features, b.initializer('c', drawn(8, 8))])
    b.output(b.op('Softmax', [logits], { axis: 1 }, 'probabilities'))
    const { graph, error, kinds } = await rounded(b.build())
    expect(kinds).toEqual(['Add', 'Conv', 'MaxPool'])
    expect(error).toBeLessThan(0.05)
    const ops = graph.nodes.map(({ op }) => op)
    expect(ops).not.toContain('Relu')
    expect(ops.slice(ops.lastIndexOf('DequantizeLinear') + 1)).toEqual([
      'GlobalAveragePool',
      'Flatten',
      'Gemm',
      'Softmax',
    ])
    // Pooling keeps the range of what it pools: no rounding is added.
    const scales = graph.nodes.filter(({ op }) => op === 'QuantizeLinear').map(({ inputs }) => inputs[1])
    expect(scales).toHaveLength(5)
    expect(scales[4]).toBe(scales[3])
  })

  it('multiplies rows by fixed matrices in 8 bits, between attention and norms in floats', async () => {
    const b = new GraphBuilder('transformer')
    const x = b.input('x', 'float32', ['batch', 5, 32])
    const dense = (value: string, name: string, inputs: number, outputs: number) =>
      b.op('Add', [
        b.op('MatMul', [value, b.initializer(name, drawn(inputs, outputs))]),
        b.initializer(`${name}.bias`, drawn(outputs)),
      ])
    const norm = (value: string) =>
      b.op('LayerNormalization', [value, b.constant(float32(new Float32Array(32).fill(1)))], { axis: -1 })
    const normed = norm(x)
    const [q, k, v] = ['q', 'k', 'v'].map(name => dense(normed, name, 32, 32))
    const weights = b.op('Softmax', [b.op('MatMul', [q, b.op('Transpose', [k], { perm: [0, 2, 1] })])], {
      axis: -1,
    })
    const attended = b.op('Add', [x, b.op('MatMul', [weights, v])])
    const inner = b.op('Gelu', [dense(norm(attended), 'in', 32, 64)])
    const y = b.op('Add', [attended, dense(inner, 'out', 64, 32)])
    b.output(dense(norm(y), 'head', 32, 8), 'logits')
    const { graph, error, kinds } = await rounded(b.build())
    expect(kinds).toEqual(['MatMul'])
    expect(error).toBeLessThan(0.1)
    const rounds = graph.nodes.filter(({ op }) => op === 'QuantizeLinear')
    // What is read by the three, and by each of the two after it.
    expect(rounds).toHaveLength(3)
  })

  const fixtures = path.join(import.meta.dirname, '../../backbones/import/fixtures')
  it.each([
    ['efficientnet_b0-torchscript', ['Add', 'Conv', 'GlobalAveragePool', 'Mul', 'Sigmoid'], 0.3],
    ['mobilenet_v3-dynamo', ['Add', 'Conv'], 0.3],
    ['convnext-torchscript', ['Conv'], 0.3],
  ])('takes %s as PyTorch exports it', async (file, expected, most) => {
    const read = upgradeModel(await readModelFile(path.join(fixtures, `${file}.onnx`)))
    const graph = await foldWeights(foldBatchNorm(foldConstants(read.graph)), { mayGrow: true })
    const { error, kinds } = await rounded(inferTypes(graph))
    expect(kinds).toEqual(expect.arrayContaining(expected))
    expect(error).toBeLessThan(most)
  })
})
