import fc from 'fast-check'
import { describe, it } from 'vitest'
import { axes, checkMany, type GradientCase, shapes } from '../../../test/support/gradient-case.js'
import { sizeOf } from '../../core/index.js'
import type { GraphBuilder, Value } from '../../onnx/index.js'
import { Emitter } from '../emit.js'

type Build = GradientCase['build']

const ints = (b: GraphBuilder, values: readonly number[]) => new Emitter(b).ints(values)

/** One input, and whatever is drawn once its shape is known. */
function over<T>(
  shape: fc.Arbitrary<number[]>,
  more: (shape: readonly number[]) => fc.Arbitrary<T>,
  build: (b: GraphBuilder, x: Value, drawn: T, shape: readonly number[]) => ReturnType<Build>,
  rest: Partial<GradientCase> = {},
): fc.Arbitrary<GradientCase> {
  return shape.chain(dims =>
    more(dims).map(drawn => ({
      ...rest,
      inputs: [{ shape: dims }],
      build: (b, [x]) => build(b, x, drawn, dims),
    })),
  )
}

const named = { namedBatch: true }

describe('rules for shape and order agree with finite differences', () => {
  it('Reshape', async () => {
    const build: Build = (b, [x]) => b.op('Reshape', [x, ints(b, [-1])])
    await checkMany(shapes(0, 4).map(shape => ({ inputs: [{ shape }], build, ...named })))
  })

  it('Reshape to two dimensions that a graph input gives', async () => {
    const build: Build = (b, [x, like]) => b.op('Add', [b.op('Reshape', [x, b.op('Shape', [like])]), like])
    const cases = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
      .map(([n, m]) => ({ inputs: [{ shape: [n, m] }, { shape: [m, n] }], build }))
    await checkMany(cases)
  })

  it('Flatten', async () => {
    const cases = over(
      shapes(1, 4),
      shape => axes(shape.length),
      (b, x, axis) => b.op('Flatten', [x], { axis }),
      named,
    )
    await checkMany(cases)
  })

  it('Squeeze and Unsqueeze', async () => {
    const cases = over(
      shapes(0, 3),
      shape => axes(shape.length + 1),
      (b, x, axis) => {
        const y = b.op('Unsqueeze', [x, ints(b, [axis])])
        return [y, b.op('Squeeze', [new Emitter(b).square(y), ints(b, [axis])])]
      },
      named,
    )
    await checkMany(cases)
  })

  it('Squeeze without axes', async () => {
    const build: Build = (b, [x]) => b.op('Squeeze', [x])
    await checkMany(shapes(0, 4, 2).map(shape => ({ inputs: [{ shape }], build })))
  })

  it('Transpose', async () => {
    const cases = over(
      shapes(0, 4),
      shape => fc.shuffledSubarray([...shape.keys()], { minLength: shape.length, maxLength: shape.length }),
      (b, x, perm) => b.op('Transpose', [x], { perm }),
      named,
    )
    await checkMany(cases)
  })

  it('Transpose without an order', async () => {
    const build: Build = (b, [x]) => b.op('Transpose', [x])
    await checkMany(shapes(0, 4).map(shape => ({ inputs: [{ shape }], build, ...named })))
  })

  it('Expand', async () => {
    const cases = over(
      shapes(0, 3),
      shape => fc.tuple(shapes(0, 2), fc.constant(shape)),
      (b, x, [lead, shape]) =>
        b.op('Expand', [x, ints(b, [...lead, ...shape.map(size => (size === 1 ? 3 : size))])]),
    )
    await checkMany(cases)
  })

  it('Tile', async () => {
    const cases = over(
      shapes(1, 3),
      shape => fc.array(fc.integer({ min: 1, max: 3 }), { minLength: shape.length, maxLength: shape.length }),
      (b, x, repeats) => b.op('Tile', [x, ints(b, repeats)]),
      named,
    )
    await checkMany(cases)
  })

  it('Pad', async () => {
    const cases = over(
      shapes(1, 3),
      shape => fc.array(fc.nat(2), { minLength: 2 * shape.length, maxLength: 2 * shape.length }),
      (b, x, pads) => b.op('Pad', [x, ints(b, pads), new Emitter(b).floats('float64', [3])]),
      named,
    )
    await checkMany(cases)
  })

  it('Pad along one axis', async () => {
    const cases = over(
      shapes(1, 3),
      shape => fc.tuple(axes(shape.length), fc.nat(2), fc.nat(2)),
      (b, x, [axis, before, after]) => b.op('Pad', [x, ints(b, [before, after]), undefined, ints(b, [axis])]),
    )
    await checkMany(cases)
  })

  it('Slice', async () => {
    const bound = fc.oneof(fc.integer({ min: -7, max: 7 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1))
    // Going backwards, runtimes disagree about a start before the first element and an end beyond the last.
    const cut = fc
      .tuple(bound, bound, fc.constantFrom(1, 1, 2, 3, -1, -2))
      .map(([start, end, step]) =>
        step < 0 ? [Math.max(start, -1), Math.min(end, 7), step] : [start, end, step],
      )
    const cases = over(
      shapes(1, 3, 6),
      shape => fc.array(cut, { minLength: shape.length, maxLength: shape.length }),
      (b, x, cuts) => {
        const parts = [0, 1, 2].map(part =>
          ints(
            b,
            cuts.map(values => values[part]),
          ),
        )
        // The reverse order of axes, counted from the end, must not matter; an empty slice adds nothing.
        const order = cuts.map((_, i) => i - cuts.length)
        const sliced = b.op('Slice', [x, parts[0], parts[1], ints(b, order), parts[2]])
        return [b.op('ReduceSum', [sliced], { keepdims: 0 }), sliced]
      },
    )
    await checkMany(cases, { runs: 40 })
  })

  it('Slice of the leading axes, without axes and steps', async () => {
    const cases = over(
      shapes(1, 3),
      () => fc.tuple(fc.nat(2), fc.nat(5)),
      (b, x, [from, to]) => b.op('Slice', [x, ints(b, [from]), ints(b, [to])]),
    )
    await checkMany(cases)
  })

  it('Concat', async () => {
    const cases = shapes(1, 3).chain(shape =>
      fc
        .tuple(axes(shape.length), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }))
        .map(([axis, sizes]): GradientCase => {
          const at = axis < 0 ? axis + shape.length : axis
          return {
            inputs: sizes.map(size => ({ shape: shape.with(at, size) })),
            build: (b, x) => b.op('Concat', x, { axis }),
            ...named,
          }
        }),
    )
    await checkMany(cases, { runs: 25 })
  })

  it('Split, some outputs unused', async () => {
    const cases = fc
      .tuple(
        shapes(0, 2),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
      )
      .map(([rest, sizes, last]): GradientCase => {
        const total = sizes.reduce((a, b) => a + b, 0)
        const shape = last ? [...rest, total] : [total, ...rest]
        return {
          inputs: [{ shape }],
          build: (b, [x]) => {
            const parts = b.ops('Split', [x, ints(b, sizes)], { axis: last ? -1 : 0 }, sizes.length)
            return parts.filter((_, i) => i % 2 === 0)
          },
        }
      })
    await checkMany(cases, { runs: 20 })
  })

  it('Split into equal parts', async () => {
    const build: Build = (b, [x]) => b.ops('Split', [x], { axis: 1, num_outputs: 3 }, 3)
    await checkMany(shapes(1, 1).map(([n]) => ({ inputs: [{ shape: [n, 7] }], build, ...named })))
  })

  it('Gather', async () => {
    const cases = over(
      shapes(1, 3),
      shape =>
        axes(shape.length).chain(axis => {
          const size = shape.at(axis) ?? 1
          return fc.record({
            axis: fc.constant(axis),
            shape: fc.constantFrom<number[]>([], [1], [2], [3], [2, 2]),
            seeds: fc.array(fc.integer({ min: -size, max: size - 1 }), { minLength: 4, maxLength: 4 }),
            constant: fc.boolean(),
          })
        }),
      (b, x, { axis, shape, seeds, constant }) => {
        const data = BigInt64Array.from(seeds.slice(0, sizeOf(shape)), BigInt)
        const table = b.constant({ dtype: 'int64', shape, data })
        // Computed indices take the way of indices that are not known before the graph runs.
        const indices = constant ? table : b.op('Identity', [table])
        return b.op('Gather', [x, indices], { axis })
      },
      named,
    )
    await checkMany(cases, { runs: 60 })
  })
})

describe('rules for picking and placing agree with finite differences', () => {
  const table = (b: GraphBuilder, shape: readonly number[], values: readonly number[]) =>
    b.constant({ dtype: 'int64', shape, data: BigInt64Array.from(values, BigInt) })

  const truths = (b: GraphBuilder, values: readonly number[]) =>
    b.constant({ dtype: 'bool', shape: [values.length], data: Uint8Array.from(values) })

  const cases: Record<string, GradientCase> = {
    GatherElements: {
      inputs: [{ shape: [3, 4] }],
      build: (b, [x]) => b.op('GatherElements', [x, table(b, [2, 3], [0, 2, 0, 0, -1, 1])], { axis: 0 }),
    },
    GatherND: {
      inputs: [{ shape: [3, 4, 2] }],
      build: (b, [x]) => b.op('GatherND', [x, table(b, [3, 2], [0, 1, 2, 3, 0, 1])]),
    },
    ScatterElements: {
      inputs: [{ shape: [3, 4] }, { shape: [1, 3] }],
      build: (b, [x, u]) => b.op('ScatterElements', [x, table(b, [1, 3], [2, 0, 3]), u], { axis: 1 }),
    },
    'ScatterElements, adding': {
      inputs: [{ shape: [3, 4] }, { shape: [2, 3] }],
      build: (b, [x, u]) =>
        b.op('ScatterElements', [x, table(b, [2, 3], [2, 0, 2, 1, 1, 0]), u], { axis: 1, reduction: 'add' }),
    },
    ScatterND: {
      inputs: [{ shape: [3, 4] }, { shape: [2, 4] }],
      build: (b, [x, u]) => b.op('ScatterND', [x, table(b, [2, 1], [2, 0]), u]),
    },
    'ScatterND, adding': {
      inputs: [{ shape: [3, 4] }, { shape: [2, 4] }],
      build: (b, [x, u]) => b.op('ScatterND', [x, table(b, [2, 1], [2, 2]), u], { reduction: 'add' }),
    },
    TopK: {
      inputs: [{ shape: [3, 5], domain: 'spaced' }],
      build: (b, [x]) => b.ops('TopK', [x, ints(b, [2])], { axis: 1 }, 2)[0],
    },
    Trilu: {
      inputs: [{ shape: [2, 3, 4] }],
      build: (b, [x]) => b.op('Trilu', [x, table(b, [], [1])], { upper: 0 }),
    },
    'DepthToSpace, depth first': {
      inputs: [{ shape: [2, 8, 2, 3] }],
      build: (b, x) => b.op('DepthToSpace', x, { blocksize: 2 }),
      namedBatch: true,
    },
    'DepthToSpace, columns first': {
      inputs: [{ shape: [2, 8, 2, 3] }],
      build: (b, x) => b.op('DepthToSpace', x, { blocksize: 2, mode: 'CRD' }),
      namedBatch: true,
    },
    SpaceToDepth: {
      inputs: [{ shape: [2, 3, 4, 6] }],
      build: (b, x) => b.op('SpaceToDepth', x, { blocksize: 2 }),
      namedBatch: true,
    },
    ReverseSequence: {
      inputs: [{ shape: [4, 2] }],
      build: (b, [x]) => b.op('ReverseSequence', [x, table(b, [2], [2, 4])]),
    },
    Compress: {
      inputs: [{ shape: [3, 4] }],
      build: (b, [x]) => b.op('Compress', [x, truths(b, [0, 1, 1])], { axis: -2 }),
    },
    'Compress of all elements, the rest of the condition left out': {
      inputs: [{ shape: [3, 2] }],
      build: (b, [x]) => b.op('Compress', [x, truths(b, [1, 0, 1, 0, 1])]),
    },
    'CenterCropPad, smaller and larger by odd numbers': {
      inputs: [{ shape: [2, 7, 4] }],
      build: (b, [x]) => b.op('CenterCropPad', [x, ints(b, [4, 7])], { axes: [1, 2] }),
    },
    'Einsum of two': {
      inputs: [{ shape: [2, 3, 4] }, { shape: [2, 4, 5] }],
      build: (b, x) => b.op('Einsum', x, { equation: 'bij, bjk -> bki' }),
    },
    'Einsum of three': {
      inputs: [{ shape: [2, 3] }, { shape: [3, 4] }, { shape: [4] }],
      build: (b, x) => b.op('Einsum', x, { equation: 'ij,jk,k->i' }),
    },
  }

  it.each(Object.entries(cases))('%s', async (_, given) => {
    await checkMany(fc.constant(given), { runs: 3 })
  })
})
