import { describe } from 'vitest'
import { readFixture } from '../../../test/support/stored.js'
import { type Build, type StoredCase, testStoredCases } from '../../../test/support/stored-rule.js'
import { Emitter } from '../emit.js'

const stored = readFixture<Record<string, StoredCase>>(
  new URL('../fixtures/windows.fixture.json', import.meta.url),
)

// The same functions as in scripts/fixtures/rules.py, under the same names.

const conv =
  (attributes: Parameters<Parameters<Build>[0]['op']>[2] = {}): Build =>
  (b, x) =>
    b.op('Conv', x, attributes)

const convolutions: Record<string, Build> = {
  conv: conv({ pads: [1, 1, 1, 1] }),
  'conv-strides-dilation': conv({ strides: [2, 3], dilations: [2, 1], pads: [1, 2, 1, 2] }),
  'conv-groups-uneven-padding': conv({ strides: [2, 2], pads: [2, 1, 1, 0], group: 2 }),
  'conv-depthwise': conv({ strides: [2, 2], pads: [2, 2, 2, 2], group: 3 }),
  'conv-depthwise-multiplier': conv({ dilations: [2, 2], pads: [0, 1, 0, 1], group: 2 }),
  'conv-point': conv(),
  'conv-point-strided': conv({ strides: [2, 2] }),
  'conv-point-groups': conv({ group: 2 }),
  'conv-same-upper': conv({ strides: [2, 2], auto_pad: 'SAME_UPPER' }),
  'conv-same-lower': conv({ auto_pad: 'SAME_LOWER' }),
  'conv-valid': conv({ strides: [2, 2], auto_pad: 'VALID' }),
  'conv-1d': conv({ strides: [2], pads: [1, 1] }),
  'conv-3d': conv({ strides: [1, 2, 2], pads: [1, 0, 1, 1, 0, 1] }),
  'conv-transpose': (b, x) =>
    b.op('ConvTranspose', x, { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1], group: 2 }),
  'conv-transpose-dilation': (b, x) =>
    b.op('ConvTranspose', x, { strides: [2, 1], pads: [1, 2, 1, 2], dilations: [1, 2] }),
  'conv-transpose-depthwise': (b, x) => b.op('ConvTranspose', x, { strides: [2, 2], group: 3 }),
}

const three = { kernel_shape: [3, 3], strides: [2, 2] }
const around = [1, 1, 1, 1]
const uneven = [0, 1, 1, 2]

const pools: Record<string, Build> = {
  'max-pool': (b, x) => b.op('MaxPool', x, { ...three, pads: around }),
  'max-pool-ties': (b, x) => b.op('MaxPool', x, { kernel_shape: [2, 2] }),
  'max-pool-relu-ties': (b, x) => b.op('MaxPool', [b.op('Relu', x)], { ...three, pads: around }),
  'max-pool-ceil': (b, x) => b.op('MaxPool', x, { ...three, ceil_mode: 1 }),
  'max-pool-dilation': (b, x) => b.op('MaxPool', x, { kernel_shape: [2, 3], dilations: [2, 1] }),
  'max-pool-uneven': (b, x) => b.op('MaxPool', x, { ...three, pads: uneven }),
  'max-pool-same-upper': (b, x) => b.op('MaxPool', x, { ...three, auto_pad: 'SAME_UPPER' }),
  'average-pool': (b, x) => b.op('AveragePool', x, { ...three, pads: around }),
  'average-pool-padding-ceil': (b, x) =>
    b.op('AveragePool', x, { ...three, pads: around, ceil_mode: 1, count_include_pad: 1 }),
  'average-pool-ceil': (b, x) => b.op('AveragePool', x, { ...three, pads: around, ceil_mode: 1 }),
  'average-pool-uneven': (b, x) => b.op('AveragePool', x, { ...three, pads: uneven, count_include_pad: 1 }),
  'average-pool-same-lower': (b, x) =>
    b.op('AveragePool', x, { kernel_shape: [2, 2], auto_pad: 'SAME_LOWER', count_include_pad: 1 }),
  'lp-pool': (b, x) => b.op('LpPool', x, { kernel_shape: [2, 2], p: 2 }),
  'global-average-pool': (b, x) => b.op('GlobalAveragePool', x),
  'global-max-pool-ties': (b, x) => b.op('GlobalMaxPool', x),
}

const resized =
  (h: number, w: number, attributes: Parameters<Parameters<Build>[0]['op']>[2]): Build =>
  (b, [x]) => {
    const sizes = new Emitter(b).ints([1, 2, h, w])
    return b.op('Resize', [x, undefined, undefined, sizes], attributes)
  }

const padded =
  (mode: string, pads: number[], value?: number): Build =>
  (b, [x]) => {
    const e = new Emitter(b)
    const fill = value === undefined ? undefined : e.floats(b.type(x).dtype, [value])
    return b.op('Pad', [x, e.ints([0, 0, ...pads.slice(0, 2), 0, 0, ...pads.slice(2)]), fill], { mode })
  }

const asymmetric = { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }

const resizes: Record<string, Build> = {
  'resize-bilinear': resized(5, 7, { mode: 'linear' }),
  'resize-bilinear-corners': resized(5, 3, {
    mode: 'linear',
    coordinate_transformation_mode: 'align_corners',
  }),
  'resize-bilinear-smaller': resized(3, 2, { mode: 'linear' }),
  'resize-bicubic': resized(6, 5, { mode: 'cubic' }),
  'resize-nearest': resized(6, 4, { mode: 'nearest', ...asymmetric }),
  'resize-nearest-odd': resized(5, 3, { mode: 'nearest', ...asymmetric }),
  'pad-reflect': padded('reflect', [1, 2, 0, 1]),
  'pad-edge': padded('edge', [1, 2, 0, 1]),
  'pad-wrap': padded('wrap', [1, 2, 0, 1]),
  'pad-constant-negative': padded('constant', [-1, 2, 3, -1], 0.5),
}

/** The runtime computes the others in float32 only; a double can be tested with no others. */
const inDouble = /^(max-pool|pad)/

describe('rules for windows and sizes agree with stored PyTorch values', () => {
  testStoredCases(stored, { ...convolutions, ...pools, ...resizes }, name => !inDouble.test(name))
})
