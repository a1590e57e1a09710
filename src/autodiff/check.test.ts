import { describe, expect, it } from 'vitest'
import { evaluateGraph } from '../../test/support/evaluate-graph.js'
import { type DType, float32, RandomStream, scalar, type Tensor } from '../core/index.js'
import { GraphBuilder } from '../onnx/index.js'
import { Emitter } from './emit.js'
import { checkGradients, type GradientCheck, gradients } from './index.js'
import type { Gradients } from './rule.js'

/** tanh(x w) b, a function in which several rules work together. */
function sample(dtype: DType): Pick<GradientCheck, 'graph' | 'feeds' | 'evaluate'> {
  const builder = new GraphBuilder('sample')
  const [x, w] = ['x', 'w'].map(name => builder.input(name, dtype, [3, 3]))
  const b = builder.input('b', dtype, [3])
  builder.output(builder.op('Mul', [builder.op('Tanh', [builder.op('MatMul', [x, w])]), b]), 'y')
  const random = RandomStream.fromSeed(7)
  const draw = (shape: number[], size: number): Tensor => {
    const values = Array.from({ length: size }, () => random.normal())
    return dtype === 'float64' ? { dtype, shape, data: Float64Array.from(values) } : float32(values, shape)
  }
  const feeds = { x: draw([3, 3], 9), w: draw([3, 3], 9), b: draw([3], 3) }
  return { graph: builder.build(), feeds, evaluate: evaluateGraph }
}

const wrong: Record<string, Gradients> = {
  'a factor': {
    ...gradients,
    Mul: [({ e, dy, x }) => e.mul(e.mul(dy(), x(1)), 1.05), ({ e, dy, x }) => e.mul(dy(), x(0))],
  },
  'a sign': { ...gradients, Tanh: [({ e, dy, y }) => e.neg(e.mul(dy(), e.subFrom(1, e.square(y()))))] },
  'a transposition': {
    ...gradients,
    MatMul: [
      ({ e, dy, x }) => e.matMul(dy(), x(1)),
      ({ e, dy, x }) => e.matMul(e.transpose(x(0), [1, 0]), dy()),
    ],
  },
  'a gradient of zero': { ...gradients, Tanh: [({ e, dy }) => e.mul(dy(), 0)] },
  'a gradient that is no number': { ...gradients, Tanh: [({ e, dy }) => e.mul(dy(), Number.NaN)] },
}

describe('checkGradients', () => {
  it.each(['float32', 'float64'] as const)(
    'finds right rules right in %s, and says by how much',
    async dtype => {
      const findings = await checkGradients(sample(dtype))
      expect(findings.map(finding => finding.parameter)).toEqual([
        'x',
        'x',
        'x',
        'w',
        'w',
        'w',
        'b',
        'b',
        'b',
      ])
      const worst = Math.max(...findings.map(finding => finding.error))
      expect(worst).toBeLessThan(dtype === 'float64' ? 1e-8 : 2e-3)
    },
  )

  for (const dtype of ['float32', 'float64'] as const)
    it.each(Object.entries(wrong))(`catches a rule that is wrong by %s in ${dtype}`, async (_, rules) => {
      await expect(checkGradients({ ...sample(dtype), rules })).rejects.toThrow(/gradient for [xw] is wrong/)
    })

  it('catches a small error in float64 that float32 would hide', async () => {
    const almost: Gradients = {
      ...gradients,
      Tanh: [({ e, dy, y }) => e.mul(dy(), e.subFrom(1.0001, e.square(y())))],
    }
    await expect(checkGradients({ ...sample('float64'), rules: almost })).rejects.toThrow(
      /gradient for [xw] is wrong/,
    )
    await expect(checkGradients({ ...sample('float32'), rules: almost })).resolves.toHaveLength(9)
  })

  it('looks only at the parameters asked for', async () => {
    const findings = await checkGradients({ ...sample('float64'), parameters: ['b'], projections: 1 })
    expect(findings.map(finding => finding.parameter)).toEqual(['b'])
  })

  it('sees every output', async () => {
    const builder = new GraphBuilder('two')
    const x = builder.input('x', 'float32', [])
    const e = new Emitter(builder)
    builder.output(e.mul(x, 2), 'a')
    builder.output(builder.op('Exp', [x]), 'b')
    const rules: Gradients = { ...gradients, Exp: [({ dy }) => dy()] }
    const given = { graph: builder.build(), feeds: { x: scalar(1) }, evaluate: evaluateGraph }
    await checkGradients(given)
    await expect(checkGradients({ ...given, rules })).rejects.toThrow(/gradient for x is wrong/)
  })

  it('refuses a graph or a parameter that is not of floats', async () => {
    const builder = new GraphBuilder('whole')
    builder.output(builder.op('Shape', [builder.input('x', 'float32', [2])]), 'shape')
    const given = { graph: builder.build(), feeds: { x: float32([1, 2]) }, evaluate: evaluateGraph }
    await expect(checkGradients(given)).rejects.toThrow(/no float output/)
  })
})
