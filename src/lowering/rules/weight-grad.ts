import { sizeOf } from '../../core/index.js'
import { type Node, readAttributes, type Value } from '../../onnx/index.js'
import { exampleOf } from '../formulation.js'
import { type Convolution, isPoint, reach } from '../geometry.js'
import type { Lowering } from '../lowering.js'
import { convolutionOf } from './convolution.js'
import { correlation } from './correlation.js'

/** The gradient of a convolution for its filter, in the filter's plain shape. */
export function convWeightGrad(lowering: Lowering, node: Node): boolean {
  const [image, weight, grad] = node.inputs
  const attributes = readAttributes('chiquito:ConvWeightGrad', node)
  const given = convolutionOf(lowering, attributes, image, weight, grad)
  if (!given) return false
  const formulation = formulationOf(given)
  if (!formulation || !lowering.accepts(exampleOf('ConvWeightGrad', given, lowering.ops.block))) return false
  const result = formulation(lowering, given, image, grad)
  lowering.setPlain(node.outputs[0], result)
  return true
}

type Formulate = (lowering: Lowering, given: Convolution, image: Value, grad: Value) => Value

function formulationOf({ kind, group, geometry, w }: Convolution): Formulate | undefined {
  if (kind === 'depthwise') return depthwise
  if (group > 1) return undefined
  if (kind === 'dense' && isPoint(geometry)) return point
  return kind === 'image' && sizeOf(w.slice(1)) <= maxImageTaps ? fewChannels : general
}

/**
 * Every channel of every image is convolved by the result's gradient of that channel, whose blocks already lie as a
 * depthwise filter: no data moves. Stride and dilation change places.
 */
function depthwise(
  lowering: Lowering,
  { x, w, y, group, geometry }: Convolution,
  image: Value,
  grad: Value,
): Value {
  const { e, ops, builder } = lowering
  const count = lowering.blocksOf(image)?.parts.length ?? lowering.partsFor(x)
  const left = [0, 1].map(
    axis =>
      x[axis + 2] +
      geometry.pads[axis] +
      geometry.pads[axis + 2] -
      ((y[axis + 2] - 1) * geometry.strides[axis] + reach(geometry, axis)),
  )
  // Elements beyond the last window are cut off the padding, as far as there is one.
  const after = left.map((size, axis) => Math.max(0, geometry.pads[axis + 2] - size))
  const window = {
    kernel: y.slice(2),
    strides: geometry.dilations,
    dilations: geometry.strides,
    pads: [...geometry.pads.slice(0, 2), ...after],
  }
  const channels = ops.padded(group)
  const grads = lowering.blocked(grad, count).parts
  const each = lowering.blocked(image, count).parts.map((part, i) => {
    const [n] = builder.staticShape(part)
    const planes = e.reshape(part, [1, n * channels, ...x.slice(2)])
    const filter = e.reshape(grads[i], [n * channels, 1, ...y.slice(2)])
    const taps = ops.conv(planes, filter, { ...window, group: n * channels })
    const sizes = builder.staticShape(taps).slice(2)
    return overBatch(lowering, e.reshape(taps, [n, channels, ...sizes]), true)
  })
  const whole = ops.reorderOutput(total(lowering, each), group)
  const cropped = [0, 1].reduce(
    (value, axis) =>
      builder.staticShape(value)[axis + 2] > w[axis + 2] ? e.slice(value, axis + 2, 0, w[axis + 2]) : value,
    whole,
  )
  return e.reshape(cropped, w)
}

/** Any other: see {@link correlation}. */
function general(lowering: Lowering, given: Convolution, image: Value, grad: Value): Value {
  return fromBlocks(lowering, correlation(lowering, given, image, grad), given.w, true)
}

/** dW = dY X^T: the narrower of the two turned to plain rows, the wider one as columns in blocks. */
function point(lowering: Lowering, { x, w, y }: Convolution, image: Value, grad: Value): Value {
  const { ops } = lowering
  const [out, inputs] = w
  const widens = out >= inputs
  const [wide, narrow] = widens ? [grad, image] : [image, grad]
  const [wideShape, narrowShape] = widens ? [y, x] : [x, y]
  const count = lowering.blocksOf(wide)?.parts.length ?? lowering.partsFor(wideShape)
  const columns = lowering.blocked(wide, count).parts
  const rows = lowering.plainPartsOf(narrow, count)
  const channels = ops.padded(wideShape[1])
  const products = columns.map((part, i) => product(lowering, rows[i], narrowShape[1], part, channels))
  return fromBlocks(lowering, total(lowering, products), w, widens)
}

/** [wide / b, rows, b]: rows [n, rows, h, w] times blocks [n, wide, h, w], summed over images and positions. */
function product(lowering: Lowering, rows: Value, height: number, blocks: Value, wide: number): Value {
  const { e, ops, builder } = lowering
  const [n, , ...sizes] = builder.staticShape(blocks)
  const positions = sizes[0] * sizes[1]
  const count = wide / ops.block
  if (n > 1 && height * wide > 2 * (height + wide) * positions) {
    // Few positions: putting the images' behind one another costs less than adding their products.
    const left = e.reshape(e.transpose(e.reshape(rows, [n, height, positions]), [1, 0, 2]), [1, height, -1])
    const turned = e.transpose(e.reshape(blocks, [n, count, positions * ops.block]), [1, 0, 2])
    return e.matMul(left, e.reshape(turned, [count, n * positions, ops.block]))
  }
  const left = e.reshape(rows, [n, 1, height, positions])
  const right = e.reshape(blocks, [n, count, positions, ops.block])
  return overBatch(lowering, e.matMul(left, right), false)
}

/**
 * A filter over a plain image of a few channels: the elements under each of its taps become channels, by a convolution
 * with one-hot filters, and the rest is a product.
 */
function fewChannels(lowering: Lowering, { w, y, geometry }: Convolution, image: Value, grad: Value): Value {
  const { builder, ops } = lowering
  const [out, inputs, ...kernel] = w
  const taps = inputs * kernel[0] * kernel[1]
  const oneHot = Float32Array.from({ length: taps * taps }, (_, i) => (i % (taps + 1) === 0 ? 1 : 0))
  const selector = builder.constant({ dtype: 'float32', shape: [taps, inputs, ...kernel], data: oneHot })
  const count = lowering.blocksOf(grad)?.parts.length ?? lowering.partsFor(y)
  const images = lowering.plainPartsOf(image, count)
  const products = lowering.blocked(grad, count).parts.map((part, i) => {
    const columns = builder.op('Conv', [images[i], selector], {
      kernel_shape: kernel,
      strides: geometry.strides,
      dilations: geometry.dilations,
      pads: geometry.pads,
    })
    return product(lowering, columns, taps, part, ops.padded(out))
  })
  return fromBlocks(lowering, total(lowering, products), w, true)
}

/** More make the product of the one-hot filters dearer than what it saves. */
const maxImageTaps = 64

/** The filter [out, in, rows, columns] from [out / b, in * taps, b], or from [in / b, out, b] of a 1x1 filter. */
function fromBlocks({ e, ops }: Lowering, value: Value, w: readonly number[], byOutput: boolean): Value {
  const [out, inputs, ...kernel] = w
  const size = inputs * kernel[0] * kernel[1]
  if (!byOutput) {
    const image = e.reshape(value, [1, ops.padded(inputs), 1, out])
    return e.reshape(ops.reorderOutput(image, inputs, true), w)
  }
  const blocks = ops.padded(out) / ops.block
  const rows = e.reshape(ops.reorderOutput(e.reshape(value, [blocks, ops.block, 1, size]), ops.block), [
    -1,
    size,
  ])
  return e.reshape(ops.padded(out) === out ? rows : e.slice(rows, 0, 0, out), w)
}

/** The sum over the first axis, which stays as 1 or goes: as a product with ones, several times faster than ReduceSum. */
function overBatch({ e, builder }: Lowering, value: Value, keep: boolean): Value {
  const [n, ...rest] = builder.staticShape(value)
  const shape = keep ? [1, ...rest] : rest
  if (n === 1) return keep ? value : e.reshape(value, rest)
  const ones = e.floats('float32', new Array<number>(n).fill(1), [1, n])
  return e.reshape(e.matMul(ones, e.reshape(value, [n, -1])), shape)
}

function total({ e }: Lowering, [first, ...rest]: readonly Value[]): Value {
  return e.sumOf([first, ...rest])
}
