import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkMany, type GradientCase } from '../../../test/support/gradient-case.js'
import { GraphBuilder } from '../../onnx/index.js'
import { Emitter } from '../emit.js'
import { differentiate } from '../index.js'

const dtype = 'float32'
const autoPads = fc.constantFrom('NOTSET', 'NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID')

/** Windows over one to three axes, each with a kernel, stride, dilation and paddings of its own. */
const windows = fc
  .array(
    fc.record({
      kernel: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 2 }),
      before: fc.nat(2),
      after: fc.nat(2),
      extra: fc.nat(4),
    }),
    { minLength: 1, maxLength: 2 },
  )
  .chain(axes => autoPads.map(auto_pad => ({ axes, auto_pad })))
  // The runtime has no automatic padding with dilation.
  .filter(({ axes, auto_pad }) => !auto_pad.startsWith('SAME') || axes.every(axis => axis.dilation === 1))

type Windows = typeof windows extends fc.Arbitrary<infer T> ? T : never

function attributesOf({ axes, auto_pad }: Windows) {
  return {
    strides: axes.map(axis => axis.stride),
    dilations: axes.map(axis => axis.dilation),
    auto_pad,
    pads:
      auto_pad === 'NOTSET' ? [...axes.map(axis => axis.before), ...axes.map(axis => axis.after)] : undefined,
  }
}

const reachOf = ({ kernel, dilation }: Windows['axes'][number]) => (kernel - 1) * dilation + 1
/** Image sizes that hold at least one window. */
const sizesOf = ({ axes }: Windows) => axes.map(axis => reachOf(axis) + axis.extra)

describe('rules for convolutions agree with finite differences', () => {
  const channels = fc.record({
    batch: fc.integer({ min: 1, max: 2 }),
    group: fc.integer({ min: 1, max: 3 }),
    inputs: fc.integer({ min: 1, max: 2 }),
    outputs: fc.integer({ min: 1, max: 2 }),
    bias: fc.boolean(),
  })

  it('Conv: strides, dilations, groups, uneven and automatic padding, odd sizes', async () => {
    const cases = fc
      .tuple(windows, channels)
      // The runtime has no automatic padding with dilation.
      .filter(
        ([{ axes, auto_pad }]) => !auto_pad.startsWith('SAME') || axes.every(axis => axis.dilation === 1),
      )
      .map(([given, { batch, group, inputs, outputs, bias }]): GradientCase => {
        const out = group * outputs
        return {
          inputs: [
            { shape: [batch, group * inputs, ...sizesOf(given)] },
            { shape: [out, inputs, ...given.axes.map(axis => axis.kernel)] },
            ...(bias ? [{ shape: [out] }] : []),
          ],
          build: (b, x) => b.op('Conv', x, { ...attributesOf(given), group }),
          dtype,
        }
      })
    await checkMany(cases, { runs: 60 })
  })

  it('Conv of a batch whose size has a name, also depthwise', async () => {
    const cases = fc.constantFrom(1, 4).chain(group =>
      fc.constantFrom(1, 3).map(
        (kernel): GradientCase => ({
          inputs: [{ shape: [5, 4, 6, 7] }, { shape: [8, 4 / group, kernel, kernel] }],
          build: (b, [x, w]) => b.op('Conv', [x, w], { group, strides: [2, 1], pads: [1, 1, 0, 1] }),
          dtype,
          namedBatch: true,
        }),
      ),
    )
    await checkMany(cases)
  })

  it('Conv, depthwise, over rows too long for products over whole rows', async () => {
    const cases = fc
      .record({ width: fc.constantFrom(63, 64, 65, 128, 129), stride: fc.constantFrom(1, 2, 3) })
      .map(
        ({ width, stride }): GradientCase => ({
          inputs: [{ shape: [2, 3, 4, width] }, { shape: [3, 1, 2, 3] }],
          build: (b, [x, w]) => b.op('Conv', [x, w], { group: 3, strides: [1, stride], pads: [0, 1, 1, 1] }),
          dtype,
        }),
      )
    await checkMany(cases, { runs: 15 })
  })

  it('Conv of size 1, a matrix product', async () => {
    const cases = fc.integer({ min: 2, max: 3 }).map(
      (batch): GradientCase => ({
        inputs: [{ shape: [batch, 4, 3, 5] }, { shape: [6, 4, 1, 1] }, { shape: [6] }],
        build: (b, x) => b.op('Conv', x),
        dtype,
      }),
    )
    await checkMany(cases)
  })

  it('ConvTranspose: strides, dilations, groups, padding, output padding', async () => {
    const cases = fc
      .tuple(windows, channels, fc.boolean())
      .map(([given, { batch, group, inputs, outputs, bias }, pad]): GradientCase => {
        const axes = given.axes.map(axis => {
          // No padding beyond what there is to cut off.
          const before = Math.min(axis.before, Math.floor((reachOf(axis) - 1) / 2))
          return { ...axis, before, after: Math.min(axis.after, reachOf(axis) - 1 - before) }
        })
        const output_padding = axes.map(axis => (pad ? axis.stride - 1 : 0))
        return {
          inputs: [
            { shape: [batch, group * inputs, ...axes.map(axis => axis.extra + 1)] },
            { shape: [group * inputs, outputs, ...axes.map(axis => axis.kernel)] },
            ...(bias ? [{ shape: [group * outputs] }] : []),
          ],
          build: (b, x) =>
            b.op('ConvTranspose', x, {
              ...attributesOf({ axes, auto_pad: 'NOTSET' }),
              group,
              output_padding: given.auto_pad === 'NOTSET' ? output_padding : undefined,
            }),
          dtype,
        }
      })
    await checkMany(cases, { runs: 40 })
  })

  it.each(['SAME_UPPER', 'SAME_LOWER'])('ConvTranspose with automatic padding %s', async auto_pad => {
    const cases = fc.constantFrom(2, 3).map(
      (stride): GradientCase => ({
        inputs: [{ shape: [2, 2, 4, 3] }, { shape: [2, 3, 4, 3] }],
        build: (b, x) => b.op('ConvTranspose', x, { auto_pad, strides: [stride, stride] }),
        dtype,
      }),
    )
    await checkMany(cases)
  })

  it('say what they need where the image size has a name', () => {
    const b = new GraphBuilder('named')
    const x = b.input('x', 'float32', ['batch', 3, 'h', 'w'])
    const w = b.input('w', 'float32', [4, 3, 3, 3])
    const loss = b.op('ReduceSum', [b.op('Conv', [x, w], { strides: [2, 2] }, 'stem')], { keepdims: 0 })
    expect(() => differentiate(b, loss, [w])).toThrow(
      /Cannot differentiate Conv node stem: its gradient asks for a fixed image size, but one is h/,
    )
  })
})

describe('rules for pooling agree with finite differences', () => {
  const pools = fc.tuple(windows, fc.constantFrom(0, 1)).map(([given, ceil_mode]) => {
    // Padding must be smaller than the kernel.
    const axes = given.axes.map(axis => ({
      ...axis,
      before: Math.min(axis.before, axis.kernel - 1),
      after: Math.min(axis.after, axis.kernel - 1),
    }))
    const used = { axes, auto_pad: given.auto_pad }
    // Where a window could start in the padding, the runtime's two ideas of the size in ceil mode differ.
    const sure = axes.every(axis => axis.stride + axis.after <= axis.kernel)
    const ceil = given.auto_pad === 'NOTSET' && sure ? ceil_mode : 0
    const attributes = { ...attributesOf(used), kernel_shape: axes.map(axis => axis.kernel), ceil_mode: ceil }
    return { shape: [2, 2, ...sizesOf(used)], attributes }
  })

  it('MaxPool', async () => {
    const cases = pools.map(
      ({ shape, attributes }): GradientCase => ({
        inputs: [{ shape, domain: 'spaced' }],
        build: (b, x) => b.op('MaxPool', x, attributes),
        dtype,
        namedBatch: true,
      }),
    )
    await checkMany(cases, { runs: 50 })
  })

  it('AveragePool and MaxPool in ceil mode', async () => {
    const cases = fc
      .tuple(
        fc.integer({ min: 3, max: 8 }),
        fc.integer({ min: 3, max: 8 }),
        fc.boolean(),
        fc.constantFrom(0, 1),
      )
      .map(([h, w, average, count_include_pad]): GradientCase => {
        const attributes = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 1, 1], ceil_mode: 1 }
        return {
          inputs: [{ shape: [2, 2, h, w], domain: 'spaced' }],
          build: (b, x) =>
            average
              ? b.op('AveragePool', x, { ...attributes, count_include_pad })
              : b.op('MaxPool', x, attributes),
          dtype,
        }
      })
    await checkMany(cases, { runs: 25 })
  })

  it('AveragePool, counting the padding or not', async () => {
    const cases = fc.tuple(pools, fc.constantFrom(0, 1)).map(
      ([{ shape, attributes }, count_include_pad]): GradientCase => ({
        inputs: [{ shape }],
        build: (b, x) => b.op('AveragePool', x, { ...attributes, count_include_pad }),
        dtype,
        namedBatch: true,
      }),
    )
    await checkMany(cases, { runs: 60 })
  })

  it.each([1, 2, 3])('LpPool with p = %s', async p => {
    const cases = pools.map(
      ({ shape, attributes }): GradientCase => ({
        inputs: [{ shape, domain: 'spaced' }],
        build: (b, x) => b.op('LpPool', x, { ...attributes, p }),
        dtype,
      }),
    )
    await checkMany(cases)
  })
})

describe('rules for resizing agree with finite differences', () => {
  const modes = ['nearest', 'linear', 'cubic'] as const
  const coordinates = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'] as const

  it.each(modes)('Resize to sizes, %s', async mode => {
    const cases = fc
      .tuple(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(...coordinates))
      .map(
        ([h, w, coordinate_transformation_mode]): GradientCase => ({
          inputs: [{ shape: [2, 3, 5, 4] }],
          build: (b, [x]) => {
            const sizes = new Emitter(b).ints([2, 3, h, w])
            return b.op('Resize', [x, undefined, undefined, sizes], { mode, coordinate_transformation_mode })
          },
          dtype,
        }),
      )
    await checkMany(cases)
  })

  it.each(modes)('Resize by scales, %s', async mode => {
    const cases = fc.tuple(fc.constantFrom(0.6, 1, 2, 2.5), fc.constantFrom(0.7, 1.3, 3)).map(
      ([h, w]): GradientCase => ({
        inputs: [{ shape: [2, 3, 5, 4] }],
        build: (b, [x]) => {
          const scales = new Emitter(b).floats('float32', [1, 1, h, w], [4])
          return b.op('Resize', [x, undefined, scales], { mode })
        },
        dtype,
        namedBatch: true,
      }),
    )
    await checkMany(cases)
  })

  it.each(['reflect', 'edge', 'wrap', 'constant'])('Pad with mode %s, also cutting', async mode => {
    const pads = fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 4, maxLength: 4 })
    const cases = pads.map(
      (given): GradientCase => ({
        inputs: [{ shape: [2, 3, 4, 5] }],
        build: (b, [x]) => {
          const e = new Emitter(b)
          return b.op('Pad', [x, e.ints(given), undefined, e.ints([2, 3])], { mode })
        },
        namedBatch: true,
      }),
    )
    await checkMany(cases)
  })
})
