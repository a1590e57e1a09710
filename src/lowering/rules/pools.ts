import { sizeOf } from '../../core/index.js'
import { type Node, readAttributes, type Value } from '../../onnx/index.js'
import { geometryOf } from '../geometry.js'
import type { Lowering } from '../lowering.js'

/** [batch, channels, 1, 1], which is the same in both layouts. */
export function globalAveragePool(lowering: Lowering, node: Node): boolean {
  const [input] = node.inputs
  const blocked = lowering.blocksOf(input)
  if (!blocked) return false
  const parts = blocked.parts.map(part => lowering.ops.globalAveragePool(part))
  const [batch, channels] = blocked.shape
  lowering.setBlocked(node.outputs[0], parts, [batch, channels, 1, 1])
  return true
}

export function maxPool(lowering: Lowering, node: Node): boolean {
  const [input] = node.inputs
  const blocked = lowering.blocksOf(input)
  const result = lowering.imageShape(node.outputs[0])
  // Only the plain operator tells positions.
  if (!blocked || !result || node.outputs.length > 1) return false
  const { kernel_shape: kernel, ceil_mode, ...attributes } = readAttributes('MaxPool', node)
  const geometry = geometryOf(attributes, kernel, blocked.shape.slice(2), result.slice(2))
  const parts = blocked.parts.map(part =>
    lowering.ops.maxPool(part, geometry, result.slice(2), ceil_mode !== 0),
  )
  lowering.setBlocked(node.outputs[0], parts, result)
  return true
}

/** A sum over the positions of each map, and over the batch or not: a pooled mean times their number. */
export function reduceSum(lowering: Lowering, node: Node): boolean {
  const [input, axesInput] = node.inputs
  const blocked = lowering.blocksOf(input)
  const axes = axesInput ? lowering.constant(axesInput) : undefined
  const result = lowering.shape(node.outputs[0])
  if (!blocked || axes?.dtype !== 'int64' || !result) return false
  const [, channels, ...sizes] = blocked.shape
  const over = Array.from(axes.data, axis => (axis < 0 ? Number(axis) + 4 : Number(axis)))
    .sort()
    .join()
  if (over !== '0,2,3' && over !== '2,3') return false
  const { e, ops } = lowering
  const means = e.concat(
    blocked.parts.map(part => ops.globalAveragePool(part)),
    0,
  )
  const summed = over === '2,3' ? means : e.reduceSum(means, [0])
  const scaled = e.mul(summed, sizeOf(sizes))
  const exact = ops.padded(channels) === channels ? scaled : e.slice(scaled, 1, 0, channels)
  lowering.setPlain(node.outputs[0], e.reshape(exact, result))
  return true
}

/** A value for each map repeated over its positions: the gradient of a pool over all of them. */
export function expand(lowering: Lowering, node: Node): boolean {
  const [input] = node.inputs
  const [from, to] = [lowering.shape(input), lowering.imageShape(node.outputs[0])]
  if (!from || !to || from.length !== 4 || from[0] !== to[0] || from[1] !== to[1]) return false
  if (from[2] * from[3] !== 1 || to[2] * to[3] === 1) return false
  const { e, ops, builder } = lowering
  const count = lowering.partsFor(to)
  const parts = lowering.blocked(input, count).parts.map((part): Value => {
    const [n, channels] = builder.staticShape(part)
    const blocks = e.reshape(part, [n, channels / ops.block, 1, ops.block])
    const shape = [n, channels / ops.block, to[2] * to[3], ops.block]
    return e.reshape(builder.op('Expand', [blocks, e.ints(shape)]), [n, channels, ...to.slice(2)])
  })
  lowering.setBlocked(node.outputs[0], parts, to)
  return true
}
