import { describe, expect, it } from 'vitest'
import { evaluateGraph } from '../../../test/support/evaluate-graph.js'
import { expectClose, readFixture, type Stored, toTensor } from '../../../test/support/stored.js'
import type { DType } from '../../core/index.js'
import { GraphBuilder, isOpType, operators, type Value } from '../../onnx/index.js'
import { differentiate } from '../differentiate.js'
import { Emitter } from '../emit.js'
import { gradients } from './index.js'

interface StoredCase {
  readonly inputs: Stored[]
  readonly outputs: Stored[]
  readonly weights: Stored[]
  readonly grads: (Stored | null)[]
}

type Build = (b: GraphBuilder, x: Value[]) => Value | Value[]

const stored = readFixture<Record<string, StoredCase>>(
  new URL('../fixtures/rules.fixture.json', import.meta.url),
)

const ints = (b: GraphBuilder, ...values: number[]) => new Emitter(b).ints(values)
const bound = (b: GraphBuilder, x: Value, value: number) => new Emitter(b).floats(b.type(x).dtype, [value])

/** The same functions as in scripts/fixtures/autodiff.py, under the same names. */
const builds: Record<string, Build> = {
  gemm: (b, x) => b.op('Gemm', x, { transB: 1, alpha: 0.5, beta: 2 }),
  'gemm-transposed': (b, x) => b.op('Gemm', x, { transA: 1 }),
  matmul: (b, x) => b.op('MatMul', x),
  'matmul-batched': (b, x) => b.op('MatMul', x),
  'matmul-vector': (b, x) => b.op('MatMul', x),
  'add-broadcast': (b, x) => b.op('Add', x),
  'sub-broadcast': (b, x) => b.op('Sub', x),
  'mul-broadcast': (b, x) => b.op('Mul', x),
  'div-broadcast': (b, x) => b.op('Div', x),
  neg: (b, x) => b.op('Neg', x),
  relu: (b, x) => b.op('Relu', x),
  relu6: (b, [x]) => b.op('Clip', [x, bound(b, x, 0), bound(b, x, 6)]),
  'clip-low': (b, [x]) => b.op('Clip', [x, bound(b, x, -0.25)]),
  sigmoid: (b, x) => b.op('Sigmoid', x),
  tanh: (b, x) => b.op('Tanh', x),
  exp: (b, x) => b.op('Exp', x),
  log: (b, x) => b.op('Log', x),
  sqrt: (b, x) => b.op('Sqrt', x),
  pow: (b, x) => b.op('Pow', x),
  'pow-constant': (b, [x]) => b.op('Pow', [x, ints(b, 3)]),
  abs: (b, x) => b.op('Abs', x),
  reciprocal: (b, x) => b.op('Reciprocal', x),
  'reduce-mean': (b, [x]) => b.op('ReduceMean', [x, ints(b, 1, 2)], { keepdims: 0 }),
  'reduce-sum': (b, [x]) => b.op('ReduceSum', [x, ints(b, 0, -1)]),
  'reduce-max-ties': (b, [x]) => b.op('ReduceMax', [x, ints(b, 1)], { keepdims: 0 }),
  softmax: (b, x) => b.op('Softmax', x, { axis: 1 }),
  'log-softmax': (b, x) => b.op('LogSoftmax', x),
  transpose: (b, x) => new Emitter(b).square(b.op('Transpose', x, { perm: [2, 0, 1] })),
  concat: (b, [x, y]) => b.op('Concat', [x, y, x], { axis: -1 }),
  split: (b, [x]) => b.ops('Split', [x, ints(b, 1, 3, 2)], { axis: 1 }, 3),
  'slice-steps': (b, [x]) =>
    b.op('Slice', [x, ints(b, 1, -1), ints(b, 6, -100), ints(b, 1, 2), ints(b, 2, -2)]),
  'gather-repeats': (b, x) => b.op('Gather', x, { axis: 1 }),
  expand: (b, [x]) => b.op('Expand', [x, ints(b, 2, 3, 4)]),
  'global-average-pool': (b, x) => b.op('GlobalAveragePool', x),
  'global-max-pool-ties': (b, x) => b.op('GlobalMaxPool', x),
  'min-ties': (b, x) => b.op('Min', x),
  'max-ties': (b, x) => b.op('Max', x),
  where: (b, x) =>
    b.op('Where', [b.constant({ dtype: 'bool', shape: [1, 3], data: Uint8Array.of(1, 0, 1) }), ...x]),
  'batch-norm-evaluation': (b, x) => b.op('BatchNormalization', x, { epsilon: 1e-3 }),

  conv: (b, x) => b.op('Conv', x, { pads: [1, 1, 1, 1] }),
  'conv-strides-dilation': (b, x) =>
    b.op('Conv', x, { strides: [2, 3], dilations: [2, 1], pads: [1, 2, 1, 2] }),
  'conv-groups-uneven-padding': (b, x) => b.op('Conv', x, { strides: [2, 2], pads: [2, 1, 1, 0], group: 2 }),
  'conv-depthwise': (b, x) => b.op('Conv', x, { strides: [2, 2], pads: [2, 2, 2, 2], group: 3 }),
  'conv-point': (b, x) => b.op('Conv', x),
  'conv-1d': (b, x) => b.op('Conv', x, { strides: [2], pads: [1, 1] }),
  'conv-transpose': (b, x) =>
    b.op('ConvTranspose', x, { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1], group: 2 }),
  'max-pool': (b, x) => b.op('MaxPool', x, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  'max-pool-ties': (b, x) => b.op('MaxPool', x, { kernel_shape: [2, 2] }),
  'max-pool-ceil': (b, x) => b.op('MaxPool', x, { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
  'average-pool': (b, x) =>
    b.op('AveragePool', x, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  'average-pool-padding-ceil': (b, x) =>
    b.op('AveragePool', x, {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      ceil_mode: 1,
      count_include_pad: 1,
    }),
  'resize-bilinear': (b, [x]) =>
    b.op('Resize', [x, undefined, undefined, ints(b, 1, 2, 5, 7)], { mode: 'linear' }),
  'resize-nearest': (b, [x]) =>
    b.op('Resize', [x, undefined, undefined, ints(b, 1, 2, 6, 4)], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
  'pad-reflect': (b, [x]) => b.op('Pad', [x, ints(b, 0, 0, 1, 2, 0, 0, 0, 1)], { mode: 'reflect' }),

  'leaky-relu': (b, x) => b.op('LeakyRelu', x, { alpha: 0.1 }),
  prelu: (b, [x, slope]) => b.op('PRelu', [x, new Emitter(b).unsqueeze(slope, [1])]),
  elu: (b, x) => b.op('Elu', x),
  'hard-sigmoid': (b, x) => b.op('HardSigmoid', x, { alpha: 1 / 6 }),
  'hard-swish': (b, x) => b.op('HardSwish', x),
  erf: (b, x) => b.op('Erf', x),
  gelu: (b, x) => b.op('Gelu', x),
  'gelu-tanh': (b, x) => b.op('Gelu', x, { approximate: 'tanh' }),
  silu: (b, [x]) => b.op('Mul', [x, b.op('Sigmoid', [x])]),
  mish: (b, x) => b.op('Mish', x),
  softplus: (b, x) => b.op('Softplus', x),
  'reduce-l2': (b, [x]) => b.op('ReduceL2', [x, ints(b, 1)]),
  tile: (b, [x]) => b.op('Tile', [x, ints(b, 2, 3)]),
  'layer-norm': (b, x) => b.op('LayerNormalization', x, { epsilon: 1e-3 }),
  'instance-norm': (b, x) => b.op('InstanceNormalization', x, { epsilon: 1e-3 }),
  'group-norm': (b, x) => b.op('GroupNormalization', x, { num_groups: 2, epsilon: 1e-3 }),
}

/** The runtime computes these in float32 only; a double can be tested with no others. */
const singleOnly = new Set([
  ...['global-average-pool', 'global-max-pool-ties', 'average-pool', 'average-pool-padding-ceil'],
  ...[
    'conv',
    'conv-strides-dilation',
    'conv-groups-uneven-padding',
    'conv-depthwise',
    'conv-point',
    'conv-1d',
  ],
  ...['conv-transpose', 'resize-bilinear', 'resize-nearest', 'leaky-relu', 'prelu', 'elu', 'hard-sigmoid'],
  ...['hard-swish', 'erf', 'gelu', 'gelu-tanh', 'mish', 'softplus', 'instance-norm', 'group-norm'],
])

async function run(name: string, { inputs, weights }: StoredCase, dtype: DType) {
  const builder = new GraphBuilder(name)
  const e = new Emitter(builder)
  const tensors = inputs.map(input => toTensor(input, dtype))
  const x = tensors.map((tensor, i) => builder.input(`x${i}`, tensor.dtype, tensor.shape))
  const outputs = [builds[name](builder, x)].flat()
  const parts = outputs.map((y, i) => {
    const weighted = e.mul(y, builder.constant(toTensor(weights[i], dtype)))
    return e.reduceSum(weighted, undefined, false)
  })
  const [first, ...rest] = parts
  const trained = x.filter((_, i) => tensors[i].dtype === dtype)
  const grads = differentiate(builder, e.sumOf([first, ...rest]), trained)
  outputs.forEach((y, i) => {
    builder.output(y, `y${i}`)
  })
  for (const [value, grad] of grads) builder.output(grad, `d${value}`)
  return evaluateGraph(builder.build(), Object.fromEntries(x.map((value, i) => [value, tensors[i]])))
}

describe('the gradient table', () => {
  it('has an entry for every operator, and no other', () => {
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(operators).sort())
  })

  it('gives no operator more rules than it has inputs', () => {
    for (const [op, gradient] of Object.entries(gradients)) {
      if (!isOpType(op) || 'kind' in gradient) continue
      const { inputs } = operators[op]
      expect(gradient.length, op).toBe(inputs.length)
    }
  })
})

describe('rules agree with stored PyTorch values', () => {
  it('has a build for every stored case', () => {
    expect(Object.keys(builds).sort()).toEqual(Object.keys(stored).sort())
  })

  // Forward and backward have their own tolerances; float32 ones allow for the order of sums.
  const precisions = [
    { dtype: 'float32', forward: 2e-6, backward: 1e-5 },
    { dtype: 'float64', forward: 1e-9, backward: 1e-9 },
  ] as const
  for (const { dtype, forward, backward } of precisions)
    it.each(Object.keys(builds).filter(name => dtype === 'float32' || !singleOnly.has(name)))(
      `%s in ${dtype}`,
      async name => {
        const results = await run(name, stored[name], dtype)
        for (const [i, output] of stored[name].outputs.entries())
          expectClose(results[`y${i}`], output, forward, `output ${i}`)
        for (const [i, grad] of stored[name].grads.entries())
          if (grad) expectClose(results[`dx${i}`], grad, backward, `gradient ${i}`)
      },
    )
})
