import fc from 'fast-check'
import { describe, it } from 'vitest'
import {
  axes,
  type CaseInput,
  checkMany,
  type GradientCase,
  shapes,
} from '../../../test/support/gradient-case.js'

/** Sizes above one, so that there is something to normalise. */
const image = fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 2, maxLength: 4 })

describe('rules for normalisation agree with finite differences', () => {
  it('BatchNormalization in evaluation mode, for all five inputs', async () => {
    const cases = image.map((shape): GradientCase => {
      const perChannel: CaseInput = { shape: [shape[1]] }
      return {
        inputs: [{ shape }, perChannel, perChannel, perChannel, { ...perChannel, domain: 'positive' }],
        build: (b, x) => b.op('BatchNormalization', x, { epsilon: 0.01 }),
      }
    })
    await checkMany(cases, { runs: 20 })
  })

  it('LayerNormalization from any axis on', async () => {
    const cases = image.chain(shape =>
      fc.tuple(axes(shape.length), fc.boolean()).map(([axis, bias]): GradientCase => {
        const inner = shape.slice(axis < 0 ? axis + shape.length : axis)
        return {
          inputs: [{ shape }, { shape: inner }, ...(bias ? [{ shape: inner }] : [])],
          build: (b, x) => b.op('LayerNormalization', x, { axis }),
        }
      }),
    )
    await checkMany(cases, { runs: 25 })
  })

  it('InstanceNormalization', async () => {
    const cases = shapes(3, 4).map((shape): GradientCase => {
      const full = shape.map(size => size + 1)
      return {
        inputs: [{ shape: full }, { shape: [full[1]] }, { shape: [full[1]] }],
        build: (b, x) => b.op('InstanceNormalization', x, { epsilon: 0.01 }),
        dtype: 'float32',
      }
    })
    await checkMany(cases)
  })

  it('GroupNormalization', async () => {
    const cases = fc.constantFrom(1, 2, 3, 6).map(
      (groups): GradientCase => ({
        inputs: [{ shape: [2, 6, 2, 3] }, { shape: [6] }, { shape: [6] }],
        build: (b, x) => b.op('GroupNormalization', x, { num_groups: groups, epsilon: 0.01 }),
        // The runtime normalises groups in float32 whatever it is given.
        dtype: 'float32',
      }),
    )
    await checkMany(cases)
  })

  it.each([1, 2])('LpNormalization with p = %s', async p => {
    const cases = image.chain(shape =>
      axes(shape.length).map(
        (axis): GradientCase => ({
          inputs: [{ shape, domain: 'spaced' }],
          build: (b, x) => b.op('LpNormalization', x, { axis, p }),
        }),
      ),
    )
    await checkMany(cases)
  })

  it('LRN', async () => {
    const cases = fc.tuple(fc.constantFrom(1, 3, 5), shapes(2, 2)).map(
      ([size, rest]): GradientCase => ({
        inputs: [{ shape: [2, 4, ...rest] }],
        build: (b, x) => b.op('LRN', x, { size, alpha: 0.5, bias: 2 }),
        dtype: 'float32',
        namedBatch: true,
      }),
    )
    await checkMany(cases)
  })

  it('MeanVarianceNormalization', async () => {
    const cases = fc.constantFrom(undefined, [0, 2, 3], [1]).map(
      (given): GradientCase => ({
        inputs: [{ shape: [2, 3, 3, 2] }],
        build: (b, x) => b.op('MeanVarianceNormalization', x, { axes: given }),
        dtype: 'float32',
      }),
    )
    await checkMany(cases)
  })

  it.each(['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool'] as const)('%s', async op => {
    const cases = shapes(3, 4).map(
      (shape): GradientCase => ({
        inputs: [{ shape, domain: 'spaced' }],
        build: (b, x) => b.op(op, x),
        dtype: 'float32',
        namedBatch: true,
      }),
    )
    await checkMany(cases)
  })
})
