import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { RandomStream, sizeOf } from '../core/index.js'
import type { Model } from './index.js'
import { parseGraph, upgradeModel, writeModel } from './index.js'

function modelOf(lines: string, opset: number): Model {
  const graph = parseGraph(`graph g\n${lines}\noutput y: float32`)
  return { graph, opsets: new Map([['', opset]]), irVersion: 7, producer: 'test', metadata: new Map() }
}

async function resultsOf(model: Model): Promise<number[]> {
  const stream = RandomStream.fromSeed(3)
  const feeds: Record<string, ort.Tensor> = {}
  for (const [name, { shape = [] }] of model.graph.inputs) {
    const dims = shape.map(dim => (typeof dim === 'number' ? dim : 2))
    feeds[name] = new ort.Tensor(
      'float32',
      Float32Array.from({ length: sizeOf(dims) }, () => stream.normal()),
      dims,
    )
  }
  const session = await ort.InferenceSession.create(writeModel(model), {
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
  })
  const { y } = await session.run(feeds)
  await session.release()
  return [...y.dims, ...Array.from(y.data, Number)]
}

const heads = `input q: float32[2, 2, 3, 4]
input k: float32[2, 2, 5, 4]
input v: float32[2, 2, 5, 6]`
const image = 'input x: float32[batch, 4, 6, 6]'

describe('upgradeModel', () => {
  it.each([
    [12, `${image}\ny = Softmax(x)`],
    [24, `${image}\ny = Swish(x) alpha=1.5`],
    [24, `${image}\ny = Swish(x)`],
    [23, `${image}\ninput s: float32[6, 6]\ny = RMSNormalization(x, s) axis=-2 epsilon=0.01`],
    [23, `${heads}\ny = Attention(q, k, v)`],
    [23, `${heads}\ninput m: float32[3, 5]\ny = Attention(q, k, v, m) scale=0.3`],
    [
      23,
      `${heads}\nweight m: bool[3, 5] {1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1}\ny = Attention(q, k, v, m)`,
    ],
    [
      23,
      `${heads}\nweight m: bool[3, 5] {1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1}\ny = Attention(q, k, v, m)`,
    ],
    [
      23,
      `${heads}
weight n: float32[1] {-1.0}
weight z: float32[1] {0.0}
weight a: float32[3, 5] {1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0}
i = Div(n, z)
b = Cast(a) to=9
m = Where(b, a, i)
y = Attention(q, k, v, m)`,
    ],
    [23, `${heads}\ninput m: float32[2, 1, 3, 5]\ny = Attention(q, k, v, m)`],
    [12, `${image}\ny = Softmax(x) axis=-1`],
    [11, `${image}\ny = LogSoftmax(x) axis=2`],
    [11, `${image}\na = Squeeze(s) axes=[1]\ninput s: float32[3, 1, 2]\nr = ReduceMean(x)\ny = Mul(a, r)`],
    [12, `${image}\na = Unsqueeze(x) axes=[0, 5]\ny = ReduceSum(a) axes=[1, -1] keepdims=0`],
    [17, `${image}\ny = ReduceMean(x) axes=[2, 3]`],
    [11, `${image}\na, b = Split(x) axis=1 split=[1, 3]\ny = Mul(a, b)`],
    [13, `${image}\na, b = Split(x) axis=1\ny = Sub(a, b)`],
    [9, `${image}\ny = Slice(x) axes=[1, 2] starts=[1, -3] ends=[9, -1]`],
    [10, `${image}\ny = Clip(x) min=-0.5 max=0.25`],
    [10, `${image}\ny = Clip(x) max=0.25`],
    [10, `${image}\ny = Pad(x) pads=[0, 0, 1, 2, 0, 0, 0, 1] value=2.5`],
    [10, `${image}\ny = Pad(x) pads=[0, 0, 1, 2, 0, 0, 0, 1] mode="reflect"`],
    [9, `${image}\nweight k: int64[1] {2}\nv, i = TopK(x) k=2 axis=3\ny = Neg(v)`],
    [10, `${image}\na = Dropout(x) ratio=0.5\ny = Neg(a)`],
    [8, `${image}\ny = Upsample(x) scales=[1.0, 1.0, 2.0, 2.0] mode="nearest"`],
    [9, `${image}\nweight s: float32[4] {1.0, 1.0, 1.5, 2.0}\ny = Upsample(x, s) mode="linear"`],
    [10, `${image}\nweight s: float32[4] {1.0, 1.0, 0.5, 1.5}\ny = Resize(x, s) mode="nearest"`],
    [
      11,
      `${image}
weight none: float32[0] {}
weight to: int64[4] {2, 4, 9, 5}
y = Resize(x, none, none, to) mode="linear" coordinate_transformation_mode="align_corners"`,
    ],
    [
      8,
      `${image}
weight s: float32[4] {1.0, 2.0, 3.0, 4.0}
weight v: float32[4] {1.0, 2.0, 0.5, 4.0}
y = BatchNormalization(x, s, s, s, v) spatial=1`,
    ],
    [
      18,
      `${image}
weight s: float32[2] {1.0, 2.0}
weight b: float32[2] {0.5, -2.0}
y = GroupNormalization(x, s, b) num_groups=2`,
    ],
    [
      15,
      `${image}
weight rois: float32[1, 4] {0.0, 1.0, 4.0, 5.0}
weight at: int64[1] {0}
y = RoiAlign(x, rois, at) output_height=2 output_width=2`,
    ],
    [
      11,
      `${image}
weight c: bool[] {true}
y = If(c) then_branch={
  graph then
  t = ReduceSum(x) axes=[1] keepdims=0
  output t: float32
} else_branch={
  graph else
  e = Squeeze(s) axes=[0]
  weight s: float32[1, 1] {1.0}
  output e: float32
}`,
    ],
  ])('gives the same results as operator set %i: %s', async (opset, lines) => {
    const old = modelOf(lines, opset)
    const upgraded = upgradeModel(old)
    expect(upgraded.opsets).toEqual(new Map([['', 21]]))
    expect([...upgraded.graph.outputs.keys()]).toEqual(['y'])
    const [expected, got] = [await resultsOf(old), await resultsOf(upgraded)]
    expect(got.length).toBe(expected.length)
    for (const [i, x] of expected.entries()) expect(got[i]).toBeCloseTo(x, 5)
  })

  it('says the training mode of a batch norm by its attribute, as since operator set 14', () => {
    const lines = `weight s: float32[4] {1.0, 1.0, 1.0, 1.0}
y, m, v, saved, spread = BatchNormalization(x, s, s, s, s)`
    const [node] = upgradeModel(modelOf(`${image}\n${lines}`, 12)).graph.nodes
    expect(node.outputs).toEqual(['y', 'm', 'v'])
    expect(node.attributes.training_mode).toEqual({ kind: 'int', value: 1 })
    const read = modelOf(`${image}\n${lines.replace('y,', 'n,')}\ny = Neg(saved)`, 12)
    expect(() => upgradeModel(read)).toThrow(/its training statistics are read/)
  })

  it.each([
    [12, 'm = Relu(x)\ny = com.other:Thing(m)'],
    [21, 'y = Relu(x)'],
    [22, 'y = Relu(x)'],
  ])('leaves the rest as it is', (opset, lines) => {
    const old = modelOf(`${image}\n${lines}`, opset)
    expect(upgradeModel(old).graph).toEqual(old.graph)
  })

  it.each([
    [6, 'y = Relu(x)', /operator set 6; 7 to 28/],
    [99, 'y = Relu(x)', /operator set 99; 7 to 28/],
    [
      23,
      'y = Attention(x, x, x) is_causal=1',
      /Attention\) cannot be brought .* it is causal or caps its scores/,
    ],
    [23, 'input m: float32[6, 5]\ny = Attention(x, x, x, m)', /mask must tell of as many keys/],
    [23, 'y = Attention(x, x, x, x, x, x)', /keeps keys and values/],
    [23, 'input k: float32[1, 2, 6, 6]\ny = Attention(x, k, k)', /must have as many heads/],
    [23, 'input q: float32[1, 2, 6]\ny = Attention(q, q, q)', /\[batch, heads, length, size\]/],
    [24, 'input h: float16[2]\ny = Swish(h) alpha=2.0', /must be in float32, but is in float16/],
    [12, 'y = Nonsense(x)', /Node y \(Nonsense\) cannot be brought .* we do not know this operator/],
    [
      8,
      'weight s: float32[4] {1.0, 1.0, 1.0, 1.0}\ny = BatchNormalization(x, s, s, s, s) spatial=0',
      /per position/,
    ],
    [
      11,
      'weight n: float32[0] {}\nweight s: int64[4] {1, 4, 3, 3}\ny = Resize(x, n, n, s) coordinate_transformation_mode="tf_half_pixel_for_nn"',
      /tf_half_pixel_for_nn ended/,
    ],
    [28, 'y = SpaceToDepth(x) blocksize=2 mode="CRD"', /attribute mode in operator set 21/],
  ])('refuses what it cannot bring over: operator set %i, %s', (opset, lines, message) => {
    expect(() => upgradeModel(modelOf(`${image}\n${lines}`, opset))).toThrow(message)
  })
})
