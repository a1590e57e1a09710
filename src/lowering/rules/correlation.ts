import type { Value } from '../../onnx/index.js'
import { type Convolution, reach } from '../geometry.js'
import type { Lowering } from '../lowering.js'
import { range } from './range.js'

/**
 * Images of at most so many positions are taken in together, up to so many positions in all: what one convolution reads
 * as filter stays in the processor's cache, and sums are fetched and stored less often. For larger images that does
 * not pay for putting them side by side.
 */
const [fewPositions, mostPositions] = [64, 512]

/**
 * The gradient of any filter that is not depthwise, over an image in blocks: the image is convolved by the gradient of
 * the result, whose blocks already lie as the filters of an image with one channel: [out / b, 1, rows, columns, b]. So
 * does the image: b channels side by side are one channel of rows b times as long, over which the filter goes with gaps.
 * What it gives at b neighbouring positions is one tap for b channels, and many positions in a row are what the runtime
 * is fast at. Stride and dilation change places; blocks of channels take the batch's place. Images are summed up by
 * convolutions in a row, each adding to the one before; small ones are channels of one convolution.
 *
 * Gives [out / b, in * taps, b].
 */
export function blockedCorrelation(lowering: Lowering, given: Convolution, image: Value, grad: Value): Value {
  const { e, ops, builder, tables } = lowering
  const { x, y, w, geometry } = given
  const { block } = ops
  const together = imagesTogether(lowering, x[0], y[2] * y[3])
  const rounds = x[0] / together
  const inBlocks = ops.padded(x[1]) / block
  const { images, pads } = longRows(lowering, given, image, rounds)
  const window = {
    kernel: y.slice(2),
    strides: [geometry.dilations[0], 1],
    dilations: [geometry.strides[0], geometry.strides[1] * block],
    pads,
  }
  let sum: Value | undefined
  for (const [i, part] of lowering.blocked(grad, rounds).parts.entries()) {
    const filter = behindOneAnother(lowering, part, together, y)
    const [, , height, width] = builder.staticShape(images[i])
    const channels = alongside(lowering, images[i], together, [inBlocks, together, height, width])
    sum = ops.conv(channels, filter, { ...window, sum })
  }
  const rows = e.reshape(sum ?? '', [-1, block])
  const [, dilation] = geometry.dilations
  const order = tables.indices(`filter ${w} ${dilation}`, () => rowsInOrder(w, block, dilation))
  return builder.op('Gather', [rows, order], { axis: 0 })
}

/** What convolutions in a row read: images [n, in / b, height, width * b] in parts of the batch. */
interface LongRows {
  readonly images: readonly Value[]
  readonly pads: readonly number[]
}

/**
 * Blocks as plain images with rows b times as long, padded by columns: at positions that reach beyond the image the
 * runtime goes one by one. Rows it leaves out at once, so these are left to it, unless some are to be cut off.
 */
function longRows(
  lowering: Lowering,
  { x, y, geometry }: Convolution,
  image: Value,
  count: number,
): LongRows {
  const { e, ops, builder } = lowering
  const { block } = ops
  const { pads, strides } = geometry
  const ends = [0, 1].map(axis => (y[axis + 2] - 1) * strides[axis] + reach(geometry, axis))
  const after = ends.map((end, axis) => end - x[axis + 2] - pads[axis])
  const inPlace = after[0] < 0
  const height = inPlace ? ends[0] : x[2]
  const amounts = [inPlace ? pads[0] : 0, pads[1] * block, inPlace ? after[0] : 0, after[1] * block]
  const inBlocks = ops.padded(x[1]) / block
  const blocked = lowering.blocksOf(image) ?? lowering.blocked(image, count)
  const long = blocked.parts.map(part => {
    const [n] = builder.staticShape(part)
    const rows = e.reshape(part, [n * inBlocks, x[2], x[3] * block])
    const isWhole = amounts.every(amount => amount === 0)
    const each = e.ints([0, ...amounts.slice(0, 2), 0, ...amounts.slice(2)])
    const padded = isWhole ? rows : builder.op('Pad', [rows, each])
    return e.reshape(padded, [n, inBlocks, height, ends[1] * block])
  })
  return { images: lowering.divide(long, count), pads: inPlace ? [0, 0, 0, 0] : [pads[0], 0, after[0], 0] }
}

/** Of each row of b outputs of a filter, by output block, input and tap, where it lies among what the convolutions give. */
function rowsInOrder(
  [out, inputs, rows, columns]: readonly number[],
  block: number,
  dilation: number,
): number[] {
  const outBlocks = Math.ceil(out / block)
  const across = (columns - 1) * dilation + 1
  const order: number[] = []
  for (const o of range(outBlocks))
    for (const i of range(inputs)) {
      const start = (Math.floor(i / block) * outBlocks + o) * rows
      for (const u of range(rows))
        for (const v of range(columns))
          order.push(((start + u) * across + v * dilation) * block + (i % block))
    }
  return order
}

/**
 * The gradient of a filter over a plain image of a few channels: each channel of an image is convolved by the gradient of
 * the result, as above.
 *
 * Gives [out / b, in * taps, b].
 */
export function plainCorrelation(lowering: Lowering, given: Convolution, image: Value, grad: Value): Value {
  const { e, ops, builder } = lowering
  const { x, y, w, geometry } = given
  const images = paddedImages(lowering, given, image)
  const [, , ...sizes] = builder.staticShape(images[0])
  const window = {
    kernel: y.slice(2),
    strides: geometry.dilations,
    dilations: geometry.strides,
    pads: [0, 0, 0, 0],
  }
  let sum: Value | undefined
  for (const [i, part] of lowering.blocked(grad, x[0]).parts.entries()) {
    const filter = behindOneAnother(lowering, part, 1, y)
    sum = ops.conv(e.reshape(images[i], [w[1], 1, ...sizes]), filter, { ...window, sum })
  }
  const blocks = ops.padded(w[0]) / ops.block
  return e.transpose(e.reshape(sum ?? '', [w[1], blocks, -1]), [1, 0, 2])
}

/** The plain images one by one with their padding, cut off where no window reaches. */
function paddedImages(lowering: Lowering, { x, y, geometry }: Convolution, image: Value): readonly Value[] {
  const { e, builder } = lowering
  const { pads, strides } = geometry
  const ends = [0, 1].map(axis => (y[axis + 2] - 1) * strides[axis] + reach(geometry, axis))
  const after = ends.map((end, axis) => end - x[axis + 2] - pads[axis])
  const parts = lowering.plainPartsOf(image, x[0])
  if ([...pads.slice(0, 2), ...after].every(pad => pad === 0)) return parts
  const each = e.ints([0, 0, pads[0], pads[1], 0, 0, ...after])
  return parts.map(part => builder.op('Pad', [part, each]))
}

/** [n, out / b, positions, b] as [out / b, n, positions, b]: filters with n channels. */
function behindOneAnother({ e, ops }: Lowering, part: Value, n: number, y: readonly number[]): Value {
  const [, , ...sizes] = y
  const out = ops.padded(y[1])
  if (n === 1) return e.reshape(part, [out, 1, ...sizes])
  const rows = e.reshape(part, [n, out / ops.block, sizes[0] * sizes[1] * ops.block])
  return e.reshape(e.transpose(rows, [1, 0, 2]), [out, n, ...sizes])
}

/** [n, in, height, width] as [in, n, height, width]. */
function alongside({ e }: Lowering, part: Value, n: number, shape: readonly number[]): Value {
  return n === 1 ? e.reshape(part, shape) : e.transpose(part, [1, 0, 2, 3])
}

/** A divisor of the batch. Images of a block of channels would be taken for blocks. */
function imagesTogether({ ops: { block } }: Lowering, batch: number, positions: number): number {
  const most =
    positions > fewPositions ? 1 : Math.min(batch, block - 1, Math.floor(mostPositions / positions))
  return Math.max(...range(most + 1).filter(count => count > 0 && batch % count === 0))
}
