import { describe, expect, it } from 'vitest'
import { readFixture } from '../../../test/support/stored.js'
import { type Build, type StoredCase, testStoredCases } from '../../../test/support/stored-rule.js'
import { type GraphBuilder, isOpType, operators, type Value } from '../../onnx/index.js'
import { Emitter } from '../emit.js'
import { gradients } from './index.js'

const stored = readFixture<Record<string, StoredCase>>(
  new URL('../fixtures/rules.fixture.json', import.meta.url),
)

const ints = (b: GraphBuilder, ...values: number[]) => new Emitter(b).ints(values)
const bound = (b: GraphBuilder, x: Value, value: number) => new Emitter(b).floats(b.type(x).dtype, [value])
const truths = (b: GraphBuilder, shape: number[], ...values: number[]) =>
  b.constant({ dtype: 'bool', shape, data: Uint8Array.from(values) })

// The same functions as in scripts/fixtures/rules.py, under the same names.

const arithmetic: Record<string, Build> = {
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
  exp: (b, x) => b.op('Exp', x),
  log: (b, x) => b.op('Log', x),
  sqrt: (b, x) => b.op('Sqrt', x),
  pow: (b, x) => b.op('Pow', x),
  'pow-constant': (b, [x]) => b.op('Pow', [x, ints(b, 3)]),
  abs: (b, x) => b.op('Abs', x),
  reciprocal: (b, x) => b.op('Reciprocal', x),
  'min-ties': (b, x) => b.op('Min', x),
  'max-ties': (b, x) => b.op('Max', x),
  'sum-of-three': (b, x) => b.op('Sum', x),
  'mean-of-two': (b, x) => b.op('Mean', x),
  where: (b, x) => b.op('Where', [truths(b, [1, 3], 1, 0, 1), ...x]),
}

const reductions: Record<string, Build> = {
  'reduce-mean': (b, [x]) => b.op('ReduceMean', [x, ints(b, 1, 2)], { keepdims: 0 }),
  'reduce-mean-all': (b, [x]) => b.op('ReduceMean', [x], { keepdims: 0 }),
  'reduce-sum': (b, [x]) => b.op('ReduceSum', [x, ints(b, 0, -1)]),
  'reduce-max-ties': (b, [x]) => b.op('ReduceMax', [x, ints(b, 1)], { keepdims: 0 }),
  'reduce-max-ties-axes': (b, [x]) => b.op('ReduceMax', [x, ints(b, -1, 0)]),
  'reduce-min': (b, [x]) => b.op('ReduceMin', [x, ints(b, 0, -1)], { keepdims: 0 }),
  'reduce-l1': (b, [x]) => b.op('ReduceL1', [x, ints(b, -1)], { keepdims: 0 }),
  'reduce-l2': (b, [x]) => b.op('ReduceL2', [x, ints(b, 1)]),
  'reduce-log-sum-exp': (b, [x]) => b.op('ReduceLogSumExp', [x, ints(b, 0, 2)], { keepdims: 0 }),
  'reduce-prod': (b, [x]) => b.op('ReduceProd', [x, ints(b, -2)], { keepdims: 0 }),
  softmax: (b, x) => b.op('Softmax', x, { axis: 1 }),
  'softmax-negative-axis': (b, x) => b.op('Softmax', x, { axis: -3 }),
  'log-softmax': (b, x) => b.op('LogSoftmax', x),
  'log-softmax-huge': (b, x) => b.op('LogSoftmax', x, { axis: 1 }),
  cumsum: (b, [x]) => b.op('CumSum', [x, new Emitter(b).int(-1)]),
}

const activations: Record<string, Build> = {
  relu: (b, x) => b.op('Relu', x),
  relu6: (b, [x]) => b.op('Clip', [x, bound(b, x, 0), bound(b, x, 6)]),
  'clip-low': (b, [x]) => b.op('Clip', [x, bound(b, x, -0.25)]),
  sigmoid: (b, x) => b.op('Sigmoid', x),
  tanh: (b, x) => b.op('Tanh', x),
  'leaky-relu': (b, x) => b.op('LeakyRelu', x, { alpha: 0.1 }),
  prelu: (b, [x, slope]) => b.op('PRelu', [x, new Emitter(b).unsqueeze(slope, [1])]),
  elu: (b, x) => b.op('Elu', x),
  celu: (b, x) => b.op('Celu', x, { alpha: 0.7 }),
  selu: (b, x) => b.op('Selu', x),
  softplus: (b, x) => b.op('Softplus', x),
  softsign: (b, x) => b.op('Softsign', x),
  threshold: (b, x) => b.op('ThresholdedRelu', x, { alpha: 0.3 }),
  'hard-shrink': (b, x) => b.op('Shrink', x, { lambd: 0.4 }),
  'soft-shrink': (b, x) => b.op('Shrink', x, { lambd: 0.4, bias: 0.4 }),
  'hard-sigmoid': (b, x) => b.op('HardSigmoid', x, { alpha: 1 / 6 }),
  'hard-sigmoid-kinks': (b, x) => b.op('HardSigmoid', x, { alpha: 1 / 6 }),
  'hard-swish': (b, x) => b.op('HardSwish', x),
  erf: (b, x) => b.op('Erf', x),
  gelu: (b, x) => b.op('Gelu', x),
  'gelu-tanh': (b, x) => b.op('Gelu', x, { approximate: 'tanh' }),
  silu: (b, [x]) => b.op('Mul', [x, b.op('Sigmoid', [x])]),
  mish: (b, x) => b.op('Mish', x),
}

const structure: Record<string, Build> = {
  transpose: (b, x) => new Emitter(b).square(b.op('Transpose', x, { perm: [2, 0, 1] })),
  reshape: (b, [x]) => new Emitter(b).square(b.op('Reshape', [x, ints(b, 4, -1)])),
  flatten: (b, [x]) => new Emitter(b).square(b.op('Flatten', [x], { axis: -2 })),
  'squeeze-unsqueeze': (b, [x]) => {
    const column = new Emitter(b).square(b.op('Unsqueeze', [x, ints(b, -2)]))
    return b.op('Squeeze', [column, ints(b, -4)])
  },
  concat: (b, [x, y]) => b.op('Concat', [x, y, x], { axis: -1 }),
  split: (b, [x]) => b.ops('Split', [x, ints(b, 1, 3, 2)], { axis: 1 }, 3),
  'slice-steps': (b, [x]) =>
    b.op('Slice', [x, ints(b, 1, -1), ints(b, 6, -100), ints(b, 1, 2), ints(b, 2, -2)]),
  'slice-negative': (b, [x]) => b.op('Slice', [x, ints(b, -3), ints(b, -1), ints(b, -1)]),
  'gather-repeats': (b, x) => b.op('Gather', x, { axis: 1 }),
  'gather-negative-axis': (b, x) => b.op('Gather', x, { axis: -1 }),
  'gather-elements': (b, x) => b.op('GatherElements', x, { axis: 1 }),
  'scatter-elements': (b, x) => b.op('ScatterElements', x, { axis: 1 }),
  'scatter-elements-add': (b, x) => b.op('ScatterElements', x, { axis: -1, reduction: 'add' }),
  'gather-nd': (b, x) => b.op('GatherND', x),
  'top-k': (b, [x]) => b.ops('TopK', [x, ints(b, 2)], { axis: 1 }, 2)[0],
  trilu: (b, [x]) => b.op('Trilu', [x, new Emitter(b).int(1)]),
  einsum: (b, x) => b.op('Einsum', x, { equation: 'bij,bkj->bik' }),
  'pixel-shuffle': (b, x) => b.op('DepthToSpace', x, { blocksize: 2, mode: 'CRD' }),
  'space-to-depth': (b, x) => b.op('SpaceToDepth', x, { blocksize: 2 }),
  compress: (b, [x]) => b.op('Compress', [x, truths(b, [4], 1, 0, 1, 1)], { axis: 1 }),
  'center-crop-pad': (b, [x]) => b.op('CenterCropPad', [x, ints(b, 5, 3)], { axes: [0, -2] }),
  expand: (b, [x]) => b.op('Expand', [x, ints(b, 2, 3, 4)]),
  tile: (b, [x]) => b.op('Tile', [x, ints(b, 2, 3)]),
}

const normalisations: Record<string, Build> = {
  'batch-norm-evaluation': (b, x) => b.op('BatchNormalization', x, { epsilon: 1e-3 }),
  'layer-norm': (b, x) => b.op('LayerNormalization', x, { epsilon: 1e-3 }),
  'layer-norm-two-axes': (b, x) => b.op('LayerNormalization', x, { axis: -2 }),
  'instance-norm': (b, x) => b.op('InstanceNormalization', x, { epsilon: 1e-3 }),
  'group-norm': (b, x) => b.op('GroupNormalization', x, { num_groups: 2, epsilon: 1e-3 }),
  'lp-normalization': (b, x) => b.op('LpNormalization', x, { axis: 1 }),
  lrn: (b, x) => b.op('LRN', x, { size: 3, alpha: 0.5, beta: 0.75, bias: 2 }),
}

/** As exporters for older operator sets write them. */
const exported: Record<string, Build> = {
  'group-norm-exported': (b, [x, scale, bias]) => {
    const e = new Emitter(b)
    const [one, zero] = [1, 0].map(value => e.floats(b.type(x).dtype, [value, value], [2]))
    const groups = b.op('Reshape', [x, ints(b, 0, 2, -1)])
    const normal = b.op('InstanceNormalization', [groups, one, zero], { epsilon: 1e-3 })
    const back = b.op('Reshape', [normal, b.op('Shape', [x])])
    const [s, t] = [scale, bias].map(value => b.op('Unsqueeze', [value, ints(b, 1, 2)]))
    return b.op('Add', [b.op('Mul', [back, s]), t])
  },
  'layer-norm-exported': (b, [x, scale, bias]) => {
    const centred = b.op('Sub', [x, b.op('ReduceMean', [x, ints(b, -1)])])
    const square = b.op('Pow', [centred, bound(b, x, 2)])
    const variance = b.op('Add', [b.op('ReduceMean', [square, ints(b, -1)]), bound(b, x, 1e-3)])
    const normal = b.op('Div', [centred, b.op('Sqrt', [variance])])
    return b.op('Add', [b.op('Mul', [normal, scale]), bias])
  },
  'gelu-exported': (b, [x]) => {
    const erf = b.op('Erf', [b.op('Div', [x, bound(b, x, Math.SQRT2)])])
    return b.op('Mul', [b.op('Mul', [x, b.op('Add', [erf, bound(b, x, 1)])]), bound(b, x, 0.5)])
  },
  'hard-swish-exported': (b, [x]) => {
    const clipped = b.op('Clip', [b.op('Add', [x, bound(b, x, 3)]), bound(b, x, 0), bound(b, x, 6)])
    return b.op('Div', [b.op('Mul', [x, clipped]), bound(b, x, 6)])
  },
  'mish-exported': (b, [x]) => b.op('Mul', [x, b.op('Tanh', [b.op('Softplus', [x])])]),
}

const builds = { ...arithmetic, ...reductions, ...activations, ...structure, ...normalisations, ...exported }

const singleOnly = new Set([
  ...['leaky-relu', 'prelu', 'elu', 'celu', 'selu', 'softplus', 'softsign', 'threshold', 'hard-shrink'],
  ...['soft-shrink', 'hard-sigmoid', 'hard-sigmoid-kinks', 'hard-swish', 'erf', 'gelu', 'gelu-tanh', 'mish'],
  ...['instance-norm', 'group-norm', 'lrn', 'mean-of-two', 'reduce-l1', 'reduce-prod'],
  ...['group-norm-exported', 'gelu-exported', 'mish-exported'],
])

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
  testStoredCases(stored, builds, name => singleOnly.has(name))
})
