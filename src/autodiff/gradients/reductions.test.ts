import fc from 'fast-check'
import { describe, it } from 'vitest'
import {
  axes,
  checkMany,
  type Domain,
  type GradientCase,
  shapes,
} from '../../../test/support/gradient-case.js'
import { Emitter } from '../emit.js'

const reductions = {
  ReduceSum: 'normal',
  ReduceMean: 'normal',
  ReduceMax: 'spaced',
  ReduceMin: 'spaced',
  ReduceL1: 'spaced',
  ReduceL2: 'normal',
  ReduceSumSquare: 'normal',
  ReduceLogSum: 'positive',
  ReduceLogSumExp: 'normal',
  ReduceProd: 'positive',
} as const satisfies Record<string, Domain>

/** ReduceL1, ReduceLogSum and the like exist in float32 only in the runtime. */
const singleOnly = new Set<string>(['ReduceL1', 'ReduceLogSum', 'ReduceProd'])

describe('rules for reductions agree with finite differences', () => {
  const names = ['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceL1', 'ReduceL2'] as const
  const others = ['ReduceSumSquare', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceProd'] as const

  it.each([...names, ...others])('%s over some axes, over all, over none', async op => {
    const cases = shapes(0, 4).chain(shape =>
      fc
        .record({
          chosen: fc.subarray([...shape.keys()]),
          fromEnd: fc.boolean(),
          keepdims: fc.constantFrom(0, 1),
          noop: fc.constantFrom(0, 1),
        })
        .map(({ chosen, fromEnd, keepdims, noop }): GradientCase => {
          const given = chosen.map(axis => (fromEnd ? axis - shape.length : axis))
          return {
            inputs: [{ shape, domain: reductions[op] }],
            build: (b, [x]) =>
              b.op(op, [x, given.length > 0 ? new Emitter(b).ints(given) : undefined], {
                keepdims,
                noop_with_empty_axes: noop,
              }),
            dtype: singleOnly.has(op) ? 'float32' : 'float64',
            namedBatch: true,
          }
        }),
    )
    await checkMany(cases, { runs: 25 })
  })

  it.each(['Softmax', 'LogSoftmax'] as const)('%s along any axis', async op => {
    const cases = shapes(1, 4).chain(shape =>
      axes(shape.length).map(
        (axis): GradientCase => ({
          inputs: [{ shape }],
          build: (b, x) => b.op(op, x, { axis }),
          namedBatch: true,
        }),
      ),
    )
    await checkMany(cases, { runs: 20 })
  })

  it('CumSum, in both directions', async () => {
    const cases = fc.record({ exclusive: fc.constantFrom(0, 1), reverse: fc.constantFrom(0, 1) }).map(
      (attributes): GradientCase => ({
        inputs: [{ shape: [2, 4] }],
        build: (b, [x]) => b.op('CumSum', [x, new Emitter(b).int(1)], attributes),
      }),
    )
    await checkMany(cases)
  })
})
