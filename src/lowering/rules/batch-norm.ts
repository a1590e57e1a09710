import { type Node, readAttributes, type Value } from '../../onnx/index.js'
import { type BlockedConv, point } from '../blocked-ops.js'
import { exampleOf } from '../formulation.js'
import type { Lowering } from '../lowering.js'
import { followOf } from './convolution.js'
import { range } from './range.js'

// Batch norm in training mode. A map is passed over by depthwise convolutions of one tap (a factor and a summand for each
// channel, another map, an activation), and summed up by pools and by convolutions whose filter is a map.

/**
 * What is subtracted is the mean over the first part, known as soon as that is there, so that the rest is passed over
 * while it is still in the cache: one pass less than with the mean over all. The rest's own mean m then takes few
 * digits: of p parts one has the mean 0, so m^2 <= (p - 1) variance.
 */
export function batchNormTrain(lowering: Lowering, node: Node): boolean {
  const [x, scale, bias] = node.inputs
  const given = lowering.blocksOf(x)
  const { e, ops } = lowering
  if (!given || !accepts(lowering, node, given.shape)) return false
  const { shape } = given
  const shift = averaged(lowering, [ops.globalAveragePool(given.parts[0])])
  const minus = e.neg(shift)
  const parts = given.parts.map(part => affine(lowering, part, undefined, { bias: minus }))
  const rest =
    parts.length === 1
      ? undefined
      : averaged(
          lowering,
          parts.map(part => ops.globalAveragePool(part)),
        )
  const squares = averaged(
    lowering,
    parts.map(part => meanProduct(lowering, part, part)),
  )
  const variance = rest === undefined ? squares : e.sub(squares, e.square(rest))
  const { epsilon } = readAttributes('chiquito:BatchNormTrain', node)
  const inverse = e.builder.op('Reciprocal', [e.builder.op('Sqrt', [e.add(variance, epsilon)])])
  const factor = e.mul(padded(lowering, scale), inverse)
  const summand = padded(lowering, bias)
  const { output, fusion, sum, activation } = followOf(lowering, node, shape)
  const sums = sum === undefined ? undefined : lowering.blocked(sum, parts.length).parts
  const shifted = rest === undefined ? summand : e.sub(summand, e.mul(rest, factor))
  const results = parts.map((part, i) =>
    affine(lowering, part, factor, { bias: shifted, sum: sums?.[i], activation }),
  )
  if (fusion) lowering.finish(fusion)
  lowering.setBlocked(output, results, shape)
  lowering.norms.set(node.outputs[1], { parts, rest, inverse })
  lowering.setPlain(node.outputs[1], exact(lowering, rest === undefined ? shift : e.add(shift, rest), shape))
  lowering.setPlain(node.outputs[2], exact(lowering, variance, shape))
  return true
}

/** See the composite's definition; c is what the norm keeps of x, less its mean. */
export function batchNormTrainGrad(lowering: Lowering, node: Node): boolean {
  const [x, scale, mean, , dy] = node.inputs
  const norm = lowering.norms.get(mean)
  const shape = lowering.imageShape(x)
  if (!norm || !shape) return false
  const { e, ops } = lowering
  const { parts, rest, inverse } = norm
  const grads = lowering.blocked(dy, parts.length).parts
  const across = averaged(
    lowering,
    grads.map(grad => ops.globalAveragePool(grad)),
  )
  const products = averaged(
    lowering,
    grads.map((grad, i) => meanProduct(lowering, parts[i], grad)),
  )
  const along = rest === undefined ? products : e.sub(products, e.mul(rest, across))
  const slope = e.mul(along, e.square(inverse))
  const [minusSlope, minusAcross] = [e.neg(slope), e.neg(across)]
  const bias = rest === undefined ? minusAcross : e.add(e.mul(rest, slope), minusAcross)
  const { unscaled } = readAttributes('chiquito:BatchNormTrainGrad', node)
  const factor = unscaled ? undefined : e.mul(padded(lowering, scale), inverse)
  const times = (vector: Value) => (factor === undefined ? vector : e.mul(vector, factor))
  const [filter, summand] = [times(minusSlope), times(bias)]
  const results = parts.map((part, i) => {
    const sum = factor === undefined ? grads[i] : affine(lowering, grads[i], factor, {})
    return affine(lowering, part, filter, { bias: summand, sum })
  })
  lowering.setBlocked(node.outputs[0], results, shape)
  const count = shape[0] * shape[2] * shape[3]
  lowering.setPlain(node.outputs[1], exact(lowering, e.mul(e.mul(along, inverse), count), shape))
  lowering.setPlain(node.outputs[2], exact(lowering, e.mul(across, count), shape))
  return true
}

/** Each channel times a number of `factor` [padded channels], plus what else a convolution adds. */
export function affine(
  { ops, e, tables, builder }: Lowering,
  part: Value,
  factor: Value | undefined,
  details: Pick<BlockedConv, 'bias' | 'sum' | 'activation'>,
): Value {
  const [, channels] = builder.staticShape(part)
  const shape = [channels, 1, 1, 1]
  const filter = factor === undefined ? tables.filled(1, shape) : e.reshape(factor, shape)
  return ops.conv(part, filter, { ...point, ...details, group: channels })
}

/** Whether depthwise convolutions of one tap, with all that is fused, and their weight gradients may be used. */
function accepts(lowering: Lowering, node: Node, shape: readonly number[]): boolean {
  const [, channels, ...sizes] = shape
  if (sizes[0] * sizes[1] === 1) return false
  const { sum, activation } = followOf(lowering, node, shape)
  const given = {
    x: shape,
    w: [channels, 1, 1, 1],
    y: shape,
    group: channels,
    geometry: point,
    kind: 'depthwise',
  } as const
  const details = { bias: true, sum: sum !== undefined, activation }
  return [
    exampleOf('Conv', given, lowering.ops.block, { bias: true, sum: true }),
    exampleOf('Conv', given, lowering.ops.block, details),
    exampleOf('ConvWeightGrad', given, lowering.ops.block),
  ].every(example => lowering.accepts(example))
}

/** Sums over at least so many positions are taken at once: shorter ones cost more, longer ones lose digits. */
const positionsAtOnce = 128

/** [n, channels, 1, 1]: the mean of a product of two maps, as a convolution of one by the other, some rows at a time. */
function meanProduct({ ops, e, builder }: Lowering, a: Value, b: Value): Value {
  const [n, channels, height, width] = builder.staticShape(a)
  const rows = range(height + 1).find(
    count => count > 0 && height % count === 0 && (count === height || count * width >= positionsAtOnce),
  )
  const kernel = [rows ?? height, width]
  const groups = n * channels * (height / kernel[0])
  const image = e.reshape(a, [1, groups, ...kernel])
  const filter = e.reshape(b, [groups, 1, ...kernel])
  const sums = e.reshape(ops.conv(image, filter, { ...point, kernel, group: groups }), [
    n,
    channels,
    height / kernel[0],
    1,
  ])
  const total = kernel[0] === height ? sums : ops.globalAveragePool(sums)
  return e.mul(e.reshape(total, [n, channels]), 1 / (kernel[0] * width))
}

/** [channels]: the mean over all images of parts [n, channels, ...]. */
function averaged({ e, builder }: Lowering, parts: readonly Value[]): Value {
  const rows = parts.map(part => {
    const [n, channels] = builder.staticShape(part)
    return e.reshape(part, [n, channels])
  })
  const all = e.concat(rows, 0)
  const [n, channels] = builder.staticShape(all)
  if (n === 1) return e.reshape(all, [channels])
  const shares = e.floats('float32', new Array<number>(n).fill(1 / n), [1, n])
  return e.reshape(e.matMul(shares, all), [channels])
}

/** A vector over channels, filled up with zeros to whole blocks. */
function padded(lowering: Lowering, vector: Value): Value {
  return lowering.filters.bias(lowering.plain(vector))
}

/** [channels] of a padded vector. */
function exact({ e, ops }: Lowering, vector: Value, [, channels]: readonly number[]): Value {
  return ops.padded(channels) === channels ? vector : e.slice(vector, 0, 0, channels)
}
