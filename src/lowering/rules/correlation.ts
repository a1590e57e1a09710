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
 * The gradient of any filter that is not depthwise: each channel of an image is convolved by the gradient of the result,
 * whose blocks already lie as the filters of an image with one channel: [out / b, 1, rows, columns, b]. Stride and
 * dilation change places; channels take the batch's place. Images are summed up by convolutions in a row, each adding to
 * the one before; small ones are channels of one convolution.
 *
 * Gives [in, out / b, taps, b].
 */
export function correlation(lowering: Lowering, given: Convolution, image: Value, grad: Value): Value {
  const { ops, builder } = lowering
  const { x, y, w, geometry } = given
  const together = imagesTogether(lowering, x[0], y[2] * y[3])
  const rounds = x[0] / together
  const images = paddedImages(lowering, given, image, rounds)
  const [, , ...sizes] = builder.staticShape(images[0])
  const window = {
    kernel: y.slice(2),
    strides: geometry.dilations,
    dilations: geometry.strides,
    pads: [0, 0, 0, 0],
  }
  let sum: Value | undefined
  for (const [i, part] of lowering.blocked(grad, rounds).parts.entries()) {
    const filter = behindOneAnother(lowering, part, together, y)
    const channels = alongside(lowering, images[i], together, [w[1], together, ...sizes])
    sum = ops.conv(channels, filter, { ...window, sum })
  }
  return sum ?? ''
}

/** The plain images with their padding, cut off where no window reaches, in so many parts of the batch. */
function paddedImages(
  lowering: Lowering,
  { x, y, geometry }: Convolution,
  image: Value,
  count: number,
): readonly Value[] {
  const { e, ops, builder } = lowering
  const { pads, strides } = geometry
  const ends = [0, 1].map(axis => (y[axis + 2] - 1) * strides[axis] + reach(geometry, axis))
  const after = ends.map((end, axis) => end - x[axis + 2] - pads[axis])
  const blocked = lowering.blocksOf(image)
  if ([...pads.slice(0, 2), ...after].every(pad => pad === 0)) return lowering.plainPartsOf(image, count)
  if (!blocked) {
    const each = e.ints([0, 0, pads[0], pads[1], 0, 0, ...after])
    return lowering.plainPartsOf(image, count).map(part => builder.op('Pad', [part, each]))
  }
  // Blocks are padded before they are turned: their rows are longer, and the runtime pads row by row.
  const each = e.ints([0, pads[0], pads[1] * ops.block, 0, after[0], after[1] * ops.block])
  const padded = blocked.parts.map(part => {
    const [n, channels] = builder.staticShape(part)
    const rows = e.reshape(part, [(n * channels) / ops.block, x[2], x[3] * ops.block])
    const full = e.reshape(builder.op('Pad', [rows, each]), [n, channels, ...ends])
    return ops.reorderOutput(full, x[1])
  })
  return lowering.divide(padded, count)
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
