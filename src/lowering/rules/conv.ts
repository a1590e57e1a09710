import { sizeOf } from '../../core/index.js'
import { type Node, readAttributes, type Value } from '../../onnx/index.js'
import { exampleOf } from '../formulation.js'
import type { Convolution } from '../geometry.js'
import type { Lowering } from '../lowering.js'
import { convolutionOf, followOf } from './convolution.js'

/** A convolution with what follows it, by the runtime's blocked one. */
export function conv(lowering: Lowering, node: Node): boolean {
  const [image, weight, bias] = node.inputs
  const given = convolutionOf(lowering, readAttributes('Conv', node), image, weight, node.outputs[0])
  if (!given) return false
  const { y, geometry, kind } = given
  const follow = followOf(lowering, node, y)
  const { activation } = follow
  const details = { bias: Boolean(bias), sum: follow.sum !== undefined, activation }
  if (!lowering.accepts(exampleOf('Conv', given, lowering.ops.block, details))) return false
  const count = partsOf(lowering, image, given)
  const inputs = kind === 'image' ? lowering.plainPartsOf(image, count) : lowering.blocked(image, count).parts
  const filter = filterOf(lowering, lowering.plain(weight), given)
  const padded = bias ? lowering.filters.bias(lowering.plain(bias)) : undefined
  const sums = follow.sum === undefined ? undefined : lowering.blocked(follow.sum, count).parts
  const group = groupOf(lowering, given)
  const parts = inputs.map((part, i) =>
    lowering.ops.conv(part, filter, {
      ...geometry,
      group,
      bias: padded,
      sum: sums?.[i],
      activation,
    }),
  )
  if (follow.fusion) lowering.finish(follow.fusion)
  lowering.setBlocked(follow.output, parts, y)
  return true
}

/**
 * A convolution that widens goes over to the parts that suit its result, and so does one whose input is small: joining
 * it costs little. Others keep the parts of their input.
 */
function partsOf(lowering: Lowering, image: Value, { x, y }: Convolution): number {
  const given = lowering.blocksOf(image)?.parts.length
  const widest = sizeOf(y) > sizeOf(x) ? y : x
  const isSmall = lowering.partsFor(x) === 1
  return given === undefined || widest === y || isSmall ? lowering.partsFor(widest) : given
}

function filterOf({ filters }: Lowering, weight: Value, { kind, group }: Convolution): Value {
  switch (kind) {
    case 'image':
      return filters.image(weight)
    case 'depthwise':
      return filters.depthwise(weight)
    case 'dense':
      return filters.dense(weight, group)
  }
}

/** Channels that fill up the last block are groups of their own. */
function groupOf({ ops }: Lowering, { kind, group }: Convolution): number {
  return kind === 'depthwise' ? ops.padded(group) : group
}
