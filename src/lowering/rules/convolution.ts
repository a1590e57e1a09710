import type { Node, Value } from '../../onnx/index.js'
import type { Activation } from '../blocked-ops.js'
import type { Fusion } from '../fuse.js'
import { type Convolution, geometryOf, type Kind } from '../geometry.js'
import type { Lowering } from '../lowering.js'

type Attributes = Parameters<typeof geometryOf>[0] & { readonly group: number }

/** The convolution of x by w to y, if blocks can do it. */
export function convolutionOf(
  lowering: Lowering,
  attributes: Attributes,
  image: Value,
  filter: Value,
  result: Value,
): Convolution | undefined {
  const [x, w, y] = [image, filter, result].map(value => lowering.imageShape(value))
  if (!x || !w || !y) return undefined
  // A single point is a matrix product, which needs no blocks.
  if (x[2] * x[3] === 1) return undefined
  const { group } = attributes
  const kind = kindOf(lowering, image, w, group)
  const geometry = geometryOf(attributes, w.slice(2), x.slice(2), y.slice(2))
  return kind && { x, w, y, group, geometry, kind }
}

function kindOf(
  lowering: Lowering,
  image: Value,
  [out, part]: readonly number[],
  group: number,
): Kind | undefined {
  const { block } = lowering.ops
  if (group === 1) return part < block && !lowering.blocksOf(image) ? 'image' : 'dense'
  if (out === group && part === 1) return 'depthwise'
  return (out / group) % block === 0 && part % block === 0 ? 'dense' : undefined
}

/** What follows a convolution and goes into it. */
export interface Follow {
  readonly output: Value
  readonly fusion?: Fusion | undefined
  readonly sum?: Value | undefined
  readonly activation?: Activation | undefined
}

/** What can be fused into the node that gives a map of this shape; nothing, where a part of it does not suit. */
export function followOf(lowering: Lowering, node: Node, shape: readonly number[]): Follow {
  const fusion = lowering.fusionOf(node)
  const alone = { output: node.outputs[0] }
  if (!fusion) return alone
  const { sum, output } = fusion
  if (sum !== undefined && lowering.imageShape(sum)?.join() !== shape.join()) return alone
  if (!fusion.activation) return { output, fusion, sum }
  const activation = activationOf(lowering, fusion.activation)
  return activation ? { output, fusion, sum, activation } : alone
}

function activationOf(lowering: Lowering, node: Node): Activation | undefined {
  if (node.op === 'Relu') return { kind: 'Relu', parameters: [] }
  const [, low, high] = node.inputs
  const bound = (value: Value | undefined, none: number) => {
    if (value === undefined || value === '') return none
    const tensor = lowering.constant(value)
    return tensor?.dtype === 'float32' ? tensor.data[0] : undefined
  }
  // The greatest float32.
  const most = 3.4028234663852886e38
  const [min, max] = [bound(low, -most), bound(high, most)]
  return min === undefined || max === undefined ? undefined : { kind: 'Clip', parameters: [min, max] }
}
