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
 * The gradient of any filter that is not depthwise: the image is convolved by the gradient of the result, whose blocks
 * already lie as the filters of an image with one channel: [out / b, 1, rows, columns, b]. Channels of the image that lie
 * side by side, a block or all of a plain image, are one channel of longer rows, over which the filter goes with gaps.
 * What it gives at neighbouring positions is one tap for these channels, and many positions in a row are what the runtime
 * is fast at. Stride and dilation change places; blocks of channels take the batch's place. Images are summed up by
 * convolutions in a row, each adding to the one before; small ones are channels of one convolution.
 *
 * Gives [out / b, in * taps, b].
 */
export function correlation(lowering: Lowering, given: Convolution, image: Value, grad: Value): Value {
  const { e, ops, builder, tables } = lowering
  const { x, y, w, geometry } = given
  const together = imagesTogether(lowering, x[0], y[2] * y[3])
  const rounds = x[0] / together
  const { images, pads, side } = longRows(lowering, given, image, rounds)
  const window = {
    kernel: y.slice(2),
    strides: [geometry.dilations[0], 1],
    dilations: [geometry.strides[0], geometry.strides[1] * side],
    pads,
  }
  let sum: Value | undefined
  for (const [i, part] of lowering.blocked(grad, rounds).parts.entries()) {
    const filter = behindOneAnother(lowering, part, together, y)
    const [, blocks, height, width] = builder.staticShape(images[i])
    const channels = alongside(lowering, images[i], together, [blocks, together, height, width])
    sum = ops.conv(channels, filter, { ...window, sum })
  }
  const rows = e.reshape(sum ?? '', [-1, ops.block])
  const [, dilation] = geometry.dilations
  const order = tables.indices(`filter ${side} ${w} ${dilation}`, () =>
    rowsInOrder(w, ops.padded(w[0]) / ops.block, side, dilation),
  )
  return builder.op('Gather', [rows, order], { axis: 0 })
}

/** What convolutions in a row read: images [n, blocks, height, width * side] in parts of the batch. */
interface LongRows {
  readonly images: readonly Value[]
  readonly pads: readonly number[]
  /** Channels side by side. */
  readonly side: number
}

/**
 * Images with all channels that lie side by side in one row, padded by columns: at positions that reach beyond the image
 * the runtime goes one by one. Rows it leaves out at once, so these are left to it, unless some are to be cut off.
 */
function longRows(
  lowering: Lowering,
  { x, y, geometry, kind }: Convolution,
  image: Value,
  count: number,
): LongRows {
  const { e, ops, builder } = lowering
  const { pads, strides } = geometry
  const isPlain = kind === 'image'
  const side = isPlain ? x[1] : ops.block
  const blocks = isPlain ? 1 : ops.padded(x[1]) / side
  const ends = [0, 1].map(axis => (y[axis + 2] - 1) * strides[axis] + reach(geometry, axis))
  const after = ends.map((end, axis) => end - x[axis + 2] - pads[axis])
  const inPlace = after[0] < 0
  const height = inPlace ? ends[0] : x[2]
  const amounts = [inPlace ? pads[0] : 0, pads[1] * side, inPlace ? after[0] : 0, after[1] * side]
  const parts = isPlain
    ? lowering.plainPartsOf(image, count).map(part => e.transpose(part, [0, 2, 3, 1]))
    : (lowering.blocksOf(image) ?? lowering.blocked(image, count)).parts
  const long = parts.map(part => {
    const [n] = builder.staticShape(part)
    const rows = e.reshape(part, [n * blocks, x[2], x[3] * side])
    const isWhole = amounts.every(amount => amount === 0)
    const each = e.ints([0, ...amounts.slice(0, 2), 0, ...amounts.slice(2)])
    const padded = isWhole ? rows : builder.op('Pad', [rows, each])
    return e.reshape(padded, [n, blocks, height, ends[1] * side])
  })
  const outside = inPlace ? [0, 0, 0, 0] : [pads[0], 0, after[0], 0]
  return { images: lowering.divide(long, count), pads: outside, side }
}

/** Of each row of b outputs of a filter, by output block, input and tap, where it lies among what the convolutions give. */
function rowsInOrder(
  [, inputs, rows, columns]: readonly number[],
  outBlocks: number,
  side: number,
  dilation: number,
): number[] {
  const across = (columns - 1) * dilation + 1
  const order: number[] = []
  for (const o of range(outBlocks))
    for (const i of range(inputs)) {
      const start = (Math.floor(i / side) * outBlocks + o) * rows
      for (const u of range(rows))
        for (const v of range(columns)) order.push(((start + u) * across + v * dilation) * side + (i % side))
    }
  return order
}

/** [n, out / b, positions, b] as [out / b, n, positions, b]: filters with n channels. */
function behindOneAnother({ e, ops }: Lowering, part: Value, n: number, y: readonly number[]): Value {
  const [, , ...sizes] = y
  const out = ops.padded(y[1])
  if (n === 1) return e.reshape(part, [out, 1, ...sizes])
  const rows = e.reshape(part, [n, out / ops.block, sizes[0] * sizes[1] * ops.block])
  return e.reshape(e.transpose(rows, [1, 0, 2]), [out, n, ...sizes])
}

/** [n, blocks, height, width] as [blocks, n, height, width]. */
function alongside({ e }: Lowering, part: Value, n: number, shape: readonly number[]): Value {
  return n === 1 ? e.reshape(part, shape) : e.transpose(part, [1, 0, 2, 3])
}

/** A divisor of the batch. Images of a block of channels would be taken for blocks. */
function imagesTogether({ ops: { block } }: Lowering, batch: number, positions: number): number {
  const most =
    positions > fewPositions ? 1 : Math.min(batch, block - 1, Math.floor(mostPositions / positions))
  return Math.max(...range(most + 1).filter(count => count > 0 && batch % count === 0))
}
