import { describe, expect, it } from 'vitest'
import { type CaseInput, checkCase, type GradientCase } from '../../../test/support/gradient-case.js'
import type { OpType } from '../../onnx/index.js'
import { Emitter } from '../emit.js'
import type { ArgumentRule, Gradient, Gradients } from '../rule.js'
import { range } from '../shapes.js'
import { gradients } from './index.js'

// Finite differences are only worth something if a wrong rule fails them: every rule of these operators is spoilt in turn.

const image: CaseInput = { shape: [2, 4, 5, 6], domain: 'spaced' }
const rows: CaseInput = { shape: [3, 4], domain: 'spaced' }
const vector = (size: number, domain?: 'positive'): CaseInput => ({ shape: [size], domain })

const operators = {
  Conv: {
    inputs: [image, { shape: [6, 2, 3, 2] }, vector(6)],
    build: (b, x) => b.op('Conv', x, { strides: [2, 1], pads: [1, 0, 0, 1], group: 2 }),
  },
  ConvTranspose: {
    inputs: [image, { shape: [4, 3, 2, 3] }, vector(3)],
    build: (b, x) => b.op('ConvTranspose', x, { strides: [2, 2] }),
  },
  MaxPool: {
    inputs: [image],
    build: (b, x) => b.op('MaxPool', x, { kernel_shape: [2, 3], pads: [0, 1, 1, 1] }),
  },
  AveragePool: { inputs: [image], build: (b, x) => b.op('AveragePool', x, { kernel_shape: [3, 2] }) },
  BatchNormalization: {
    inputs: [image, vector(4), vector(4), vector(4), vector(4, 'positive')],
    build: (b, x) => b.op('BatchNormalization', x),
  },
  'chiquito:BatchNormTrain': {
    inputs: [image, vector(4), vector(4)],
    build: (b, x) => b.ops('chiquito:BatchNormTrain', x, {}, 3)[0],
  },
  LayerNormalization: {
    inputs: [rows, vector(4), vector(4)],
    build: (b, x) => b.op('LayerNormalization', x),
  },
  GroupNormalization: {
    inputs: [image, vector(4), vector(4)],
    build: (b, x) => b.op('GroupNormalization', x, { num_groups: 2 }),
  },
  Relu: { inputs: [image], build: (b, x) => b.op('Relu', x) },
  Clip: {
    inputs: [image],
    build: (b, [x]) => {
      const [low, high] = [-1, 2].map(bound => new Emitter(b).floats('float32', [bound]))
      return b.op('Clip', [x, low, high])
    },
  },
  HardSwish: { inputs: [image], build: (b, x) => b.op('HardSwish', x) },
  Gelu: { inputs: [image], build: (b, x) => b.op('Gelu', x) },
  Softmax: { inputs: [rows], build: (b, x) => b.op('Softmax', x) },
  Gemm: { inputs: [rows, { shape: [5, 4] }, vector(5)], build: (b, x) => b.op('Gemm', x, { transB: 1 }) },
  MatMul: { inputs: [{ shape: [2, 3, 4] }, { shape: [4, 5] }], build: (b, x) => b.op('MatMul', x) },
  Div: { inputs: [rows, vector(4, 'positive')], build: (b, x) => b.op('Div', x) },
  Pow: { inputs: [{ shape: [3, 4], domain: 'positive' }, vector(4)], build: (b, x) => b.op('Pow', x) },
  ReduceMax: { inputs: [rows], build: (b, [x]) => b.op('ReduceMax', [x, new Emitter(b).ints([-1])]) },
  ReduceL2: { inputs: [rows], build: (b, [x]) => b.op('ReduceL2', [x, new Emitter(b).ints([1])]) },
  Concat: { inputs: [rows, rows], build: (b, x) => b.op('Concat', x, { axis: 1 }) },
  Slice: {
    inputs: [rows],
    build: (b, [x]) => {
      const [from, to, axis] = [1, 4, 1].map(value => new Emitter(b).ints([value]))
      return b.op('Slice', [x, from, to, axis])
    },
  },
  Transpose: { inputs: [{ shape: [2, 3, 3] }], build: (b, x) => b.op('Transpose', x, { perm: [0, 2, 1] }) },
  Resize: {
    inputs: [image],
    build: (b, [x]) =>
      b.op('Resize', [x, undefined, undefined, new Emitter(b).ints([2, 4, 7, 3])], { mode: 'linear' }),
  },
} satisfies Partial<Record<OpType, GradientCase>>

type Tested = keyof typeof operators

/** What can go wrong with the gradient for one input. */
const faults: Record<string, (rule: ArgumentRule<OpType>) => ArgumentRule<OpType>> = {
  'a factor': rule => (call, input) => call.e.mul(rule(call, input), 1.1),
  'its sign': rule => (call, input) => call.e.neg(rule(call, input)),
  'its order': rule => (call, input) => {
    const grad = rule(call, input)
    const axis = call.e.rank(grad) - 1
    const last = Number(call.e.shape(grad)[axis])
    return call.e.builder.op('Gather', [grad, call.e.ints(range(last).reverse())], { axis })
  },
}

/** The table with the rule for one input spoilt; undefined where there is none. */
function planted<K extends OpType>(
  op: K,
  input: number,
  spoil: (rule: ArgumentRule<K>) => ArgumentRule<K>,
): Gradients | undefined {
  const gradient: Gradient<K> = gradients[op]
  if (!('kind' in gradient)) {
    const rule = gradient[input]
    return rule
      ? { ...gradients, [op]: gradient.map((other, i) => (i === input ? spoil(rule) : other)) }
      : undefined
  }
  if (gradient.kind !== 'every input') return undefined
  const wrong: ArgumentRule<K> = (call, i) => (i === input ? spoil(gradient.rule) : gradient.rule)(call, i)
  return { ...gradients, [op]: { kind: 'every input', rule: wrong } }
}

function isTested(op: string): op is Tested {
  return Object.hasOwn(operators, op)
}

describe.each(Object.keys(operators).filter(isTested))('a wrong rule of %s', op => {
  const given: GradientCase = { ...operators[op], dtype: 'float32' }

  it('is none of ours', async () => {
    await checkCase(given)
  })

  for (const input of given.inputs.keys())
    it.each(Object.entries(faults))(`for input ${input}, in %s, is caught`, async (_, spoil) => {
      const rules = planted(op, input, spoil)
      expect(rules).toBeDefined()
      await expect(checkCase(given, { rules })).rejects.toThrow(/gradient for x\d is wrong/)
    })
})
