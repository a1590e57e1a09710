import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { RandomStream, scalar, sizeOf } from '../../core/index.js'
import { GraphBuilder, inferTypes, type Model, model, parseGraph, writeModel } from '../index.js'
import { lowestModel } from './lower.js'

const image = 'input x: float32[batch, 4, 6, 6]'
const matrix = 'input x: float32[batch, 4]'

const graphOf = (lines: string) => parseGraph(`graph g\n${lines}\noutput y: float32`)
const lowered = (lines: string) => lowestModel(graphOf(lines))

/** Every number that a model answers to drawn inputs. */
async function answersOf(built: Model): Promise<number[]> {
  const random = RandomStream.fromSeed(3)
  const feeds = Array.from(built.graph.inputs, ([name, { dtype, shape = [] }]): [string, ort.Tensor] => {
    const dims = shape.map(dim => (typeof dim === 'number' ? dim : 2))
    const values = Array.from({ length: sizeOf(dims) }, () => (dtype === 'float32' ? random.uniform() : 1))
    if (dtype === 'int64') return [name, new ort.Tensor(BigInt64Array.from(values, BigInt), dims)]
    if (dtype === 'int32') return [name, new ort.Tensor(Int32Array.from(values), dims)]
    return [name, new ort.Tensor(Float32Array.from(values), dims)]
  })
  const session = await ort.InferenceSession.create(writeModel(built), {
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
  })
  const { y } = await session.run(Object.fromEntries(feeds))
  await session.release()
  return [...y.dims, ...Array.from(y.data, Number)]
}

/** Operator set, file format, graph. */
const cases: [number, number, string][] = [
  [13, 7, `${matrix}\ny = Softmax(x) axis=1`],
  [13, 7, `${image}\nweight a: int64[1] {1}\ny = ReduceMean(x, a) keepdims=1`],
  [13, 7, `${image}\nweight a: int64[0] {}\ny = ReduceMax(x, a)`],
  [13, 7, `${image}\ny = ReduceL2(x)`],
  [13, 7, `${image}\nweight a: int64[1] {1}\ny = ReduceSum(x, a)`],
  [13, 7, `${image}\nz, y = Split(x) axis=1 num_outputs=2`],
  [13, 7, `${image}\nweight s: int64[2] {-1, 144}\ny = Reshape(x, s) allowzero=0`],
  [14, 7, `${image}\nweight s: int64[2] {-1, 144}\ny = Reshape(x, s) allowzero=1`],
  [14, 7, `${image}\ny = HardSwish(x)`],
  [14, 7, `${matrix}\nweight w: float32[4] {1, 2, 3, 4}\ny = BatchNormalization(x, w, w, w, w)`],
  [14, 7, `input x: int32[batch, 4]\nr = Relu(x)\ny = Cast(r) to=1`],
  [15, 8, `${image}\ns = Shape(x) start=1 end=3\ny = Cast(s) to=1`],
  [
    16,
    8,
    `${matrix}\nweight i: int64[1, 1] {1}\ninput u: float32[1, 4]\ny = ScatterND(x, i, u) reduction="add"`,
  ],
  [17, 8, `${matrix}\nweight s: float32[4] {1, 1, 1, 1}\ny = LayerNormalization(x, s)`],
  [18, 8, `${image}\ninput a: int64[1]\ny = ReduceMean(x, a)`],
  [18, 8, `${image}\nweight a: int64[0] {}\ny = ReduceMean(x, a) noop_with_empty_axes=1`],
  [18, 8, `input x: float32[batch, 5, 6, 6]\na, b, y = Split(x) axis=1 num_outputs=3`],
  [18, 8, `${image}\nweight p: int64[2] {1, 1}\nweight a: int64[1] {2}\ny = Pad(x, p, , a)`],
  [18, 8, `${image}\nweight s: float32[4] {1, 1, 0.5, 0.5}\ny = Resize(x, , s) antialias=1 mode="linear"`],
  [19, 9, `${image}\ny = AveragePool(x) kernel_shape=[2, 2] dilations=[2, 2]`],
  [20, 9, `${image}\ny = Gelu(x)`],
  [
    21,
    10,
    `${image}\nweight s: float32[4] {1, 1, 1, 1}\nweight b: float32[4] {0, 0, 0, 0}\ny = GroupNormalization(x, s, b) num_groups=2`,
  ],
]

describe('lowestModel', () => {
  it.each(cases)('is in operator set %i, file format %i: %s', (opset, format, lines) => {
    const { opsets, irVersion } = lowered(lines)
    expect([opsets.get(''), irVersion]).toEqual([opset, format])
  })

  it('computes the same, to the bit', async () => {
    for (const [opset, , lines] of cases.filter(([opset]) => opset < 21)) {
      const before = await answersOf(model(graphOf(lines)))
      expect(await answersOf(lowered(lines)), `${opset}: ${lines}`).toEqual(before)
    }
  })

  it('reaches into the branches of a graph', async () => {
    const b = new GraphBuilder('branches')
    const x = b.input('x', 'float32', ['batch', 4])
    const half = (op: 'ReduceMean' | 'ReduceMax') =>
      parseGraph(
        `graph ${op}\nweight ${op}.axes: int64[1] {1}\n${op}.y = ${op}(x, ${op}.axes)\noutput ${op}.y: float32`,
      )
    const [then_branch, else_branch] = [half('ReduceMean'), half('ReduceMax')]
    const test = b.op('Greater', [b.op('ReduceSum', [x], { keepdims: 0 }), b.constant(scalar(0))])
    b.output(b.op('If', [test], { then_branch, else_branch }), 'y')
    const lower = lowestModel(b.build())
    expect(lower.opsets.get('')).toBe(13)
    expect(await answersOf(lower)).toEqual(await answersOf(model(b.build())))
  })

  it('says nothing of values inside, and keeps what is said of the model', () => {
    const graph = inferTypes(graphOf(`${image}\nz = Relu(x)\ny = Relu(z)`))
    expect(graph.types.size).toBe(1)
    const { graph: lower, metadata } = lowestModel(graph, { metadata: { labels: 'a' } })
    expect([lower.types.size, [...metadata]]).toEqual([0, [['labels', 'a']]])
  })

  it('leaves operators of other domains and their sets', () => {
    const { opsets } = lowered(`${image}\ny = com.microsoft:QuickGelu(x)`)
    expect([...opsets]).toEqual([
      ['', 13],
      ['com.microsoft', 1],
    ])
  })
})
