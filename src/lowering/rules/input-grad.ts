import { sizeOf } from '../../core/index.js'
import { type Node, readAttributes, type Value } from '../../onnx/index.js'
import { exampleOf } from '../formulation.js'
import type { Convolution } from '../geometry.js'
import type { Lowering } from '../lowering.js'
import { convolutionOf, followOf } from './convolution.js'
import { type Plane, planesOf } from './planes.js'

/**
 * The gradient of a convolution for its input is a convolution of the result's gradient by the flipped filter, inputs
 * and outputs exchanged. With a stride, each residue of rows and columns is a convolution of its own by some of the
 * taps; the planes are then interleaved, whole blocks at a time.
 */
export function convInputGrad(lowering: Lowering, node: Node): boolean {
  const [image, weight, grad] = node.inputs
  const attributes = readAttributes('chiquito:ConvInputGrad', node)
  const given = convolutionOf(lowering, attributes, image, weight, grad)
  if (!given || given.kind === 'image') return false
  const { x, y, geometry } = given
  const planes = planesOf(geometry, x.slice(2), y.slice(2))
  if (!planes) return false
  const isWhole = planes.length === 1
  const follow = isWhole ? followOf(lowering, node, x) : { output: node.outputs[0] }
  const details = { sum: follow.sum !== undefined }
  if (!lowering.accepts(exampleOf('ConvInputGrad', given, lowering.ops.block, details))) return false
  // The parts of the wider map stay as they are.
  const [wide, shape] = sizeOf(y) > sizeOf(x) ? [grad, y] : [image, x]
  const count = lowering.blocksOf(wide)?.parts.length ?? lowering.partsFor(shape)
  const grads = lowering.blocked(grad, count).parts
  const sums = follow.sum === undefined ? undefined : lowering.blocked(follow.sum, count).parts
  const filter = lowering.plain(weight)
  const parts = grads.map((part, i) => {
    if (isWhole) return planeOf(lowering, part, filter, given, planes[0], sums?.[i])
    const maps = planes.map(plane =>
      plane.taps.length === 0 ? undefined : planeOf(lowering, part, filter, given, plane),
    )
    return interleaved(lowering, maps, planes, given)
  })
  if (follow.fusion) lowering.finish(follow.fusion)
  lowering.setBlocked(follow.output, parts, x)
  return true
}

function planeOf(
  { ops, filters }: Lowering,
  grad: Value,
  weight: Value,
  { kind, group }: Convolution,
  { taps, geometry }: Plane,
  sum?: Value,
): Value {
  const filter =
    kind === 'depthwise'
      ? filters.depthwiseTaps(weight, taps, geometry.kernel)
      : filters.backward(weight, group, taps, geometry.kernel)
  return ops.conv(grad, filter, { ...geometry, sum, group: kind === 'depthwise' ? ops.padded(group) : group })
}

/** The image of which each map is the elements of one residue; zeros where there is no map. */
function interleaved(
  { e, ops, tables, builder }: Lowering,
  maps: readonly (Value | undefined)[],
  planes: readonly Plane[],
  { x, geometry: { strides } }: Convolution,
): Value {
  const { block } = ops
  const present = maps.filter(map => map !== undefined)
  const [n, channels] = builder.staticShape(present[0])
  const [, , height, width] = x
  const blocks = (n * channels) / block
  const sizes = planes.map(({ size }) => size)
  const order = tables.indices(`interleave ${blocks} ${height} ${width} ${strides} ${sizes.join(' ')}`, () =>
    interleaving(blocks, height, width, strides, sizes),
  )
  const rows = present.map(map => e.reshape(map, [-1, block]))
  const all = e.concat(present.length < maps.length ? [...rows, tables.zeros([1, block])] : rows, 0)
  return e.reshape(builder.op('Gather', [all, order], { axis: 0 }), [n, channels, height, width])
}

/** Of each element of the image, its row among those of all planes; the row of zeros after them where it has none. */
function interleaving(
  blocks: number,
  height: number,
  width: number,
  strides: readonly number[],
  sizes: readonly (readonly number[])[],
): number[] {
  const starts: number[] = []
  let total = 0
  for (const [rows, columns] of sizes) {
    starts.push(total)
    total += blocks * rows * columns
  }
  const order: number[] = []
  for (let b = 0; b < blocks; b++)
    for (let h = 0; h < height; h++)
      for (let w = 0; w < width; w++) {
        const plane = (h % strides[0]) * strides[1] + (w % strides[1])
        const [rows, columns] = sizes[plane]
        const at = (b * rows + Math.floor(h / strides[0])) * columns + Math.floor(w / strides[1])
        order.push(rows * columns === 0 ? total : starts[plane] + at)
      }
  return order
}
