import { Emitter } from '../autodiff/index.js'
import { float32 } from '../core/index.js'
import {
  type Graph,
  GraphBuilder,
  inferTypes,
  keyOf,
  type Node,
  pruneUnused,
  readAttributes,
  type Value,
} from '../onnx/index.js'
import { type NormLayer, normLayersOf } from './norm-layers.js'

/** A layer that widens, on its way forward. C is the covariance of its input, W its filter. */
interface Forward {
  /** The input less its mean per channel: [batch, in, height, width]. */
  readonly centred: Value
  /** W C: [out, in]. */
  readonly spread: Value
  /** W: [out, in]. */
  readonly rows: Value
  /** One over the deviation, and that times the scale: [out]. */
  readonly inverse: Value
  readonly factor: Value
  /** W times the factor: [out, in, 1, 1]. */
  readonly filter: Value
}

/** And on its way back. */
interface Backward extends Forward {
  /** The gradient of the norm's result, and its product with the centred input: [out, in]. */
  readonly grad: Value
  readonly product: Value
  /** [out]: the means of that gradient, and of its product with the centred map, the latter over the variance. */
  readonly across: Value
  readonly slope: Value
}

/**
 * Convolutions before a batch norm in training mode, so written that wide maps are passed over less often. With m and C
 * for the mean and covariance of a convolution's input, c for its centred result, s = scale / deviation, and avg for
 * averages over images and positions:
 *
 * - A 1x1 convolution that widens is normalised before it is made: its mean is W m, its variance diag(W C W'), and
 *   y = (s W) (x - m) + bias. The gradient s (dy - avg(dy) - c k), k = avg(dy c) / variance, is not made, either, for
 *   c = W (x - m): dW = s (dy (x - m)' - n k W C), dx = (s W)' dy - W' s k W (x - m) - W' s avg(dy).
 * - For others, s goes into the filter that the gradient meets next, and to the gradient of that filter.
 */
export function mergeNorms(given: Graph): Graph {
  const graph = inferTypes(given)
  const layers = normLayersOf(graph)
  if (layers.size === 0) return given
  const builder = new GraphBuilder(graph.name)
  builder.reserve(graph.nodes.flatMap(node => node.outputs))
  for (const [name, tensor] of graph.initializers)
    if (!graph.inputs.has(name)) builder.initializer(name, tensor)
  for (const [name, { dtype, shape }] of graph.inputs) builder.input(name, dtype, shape ?? [])
  const merger = new Merger(new Emitter(builder))
  const declared = (value: Value) => graph.types.get(value) ?? graph.outputs.get(value)
  for (const node of graph.nodes) {
    const layer = layers.get(node)
    if (!layer || !merger.rewrite(node, layer)) builder.copy(node, merger.renamed, '', declared)
  }
  for (const name of graph.outputs.keys()) builder.output(merger.renamed.get(name) ?? name, name)
  return pruneUnused(builder.build())
}

class Merger {
  /** Names in the new graph, where they differ. */
  readonly renamed = new Map<Value, Value>()
  private readonly forwards = new Map<NormLayer, Forward>()
  private readonly backwards = new Map<NormLayer, Backward>()

  constructor(private readonly e: Emitter) {}

  /** Whether the node is now there in another form. */
  rewrite(node: Node, layer: NormLayer): boolean {
    switch (keyOf(node)) {
      case 'Conv':
        return layer.widens
      case 'chiquito:BatchNormTrain':
        return layer.widens && this.forward(layer)
      case 'chiquito:BatchNormTrainGrad':
        return layer.widens ? this.backward(node, layer) : this.unscaled(node)
      case 'chiquito:ConvWeightGrad':
        return layer.widens ? this.weightGrad(node, layer) : this.scaledWeightGrad(node, layer)
      default:
        return layer.widens ? this.inputGrad(node, layer) : this.scaledInputGrad(node, layer)
    }
  }

  private forward(layer: NormLayer): boolean {
    const { e } = this
    const { conv, norm, out, inputs, positions } = layer
    const [x, weight] = this.names(conv)
    const [, scale, bias] = this.names(norm)
    const mean = e.mul(e.reduceSum(x, [0, 2, 3]), 1 / positions)
    const centred = e.sub(x, mean)
    // Of this filter only the shape counts.
    const square = e.builder.constant(float32(new Float32Array(inputs ** 2), [inputs, inputs, 1, 1]))
    const products = e.builder.op('chiquito:ConvWeightGrad', [centred, square, centred])
    const rows = e.reshape(weight, [out, inputs])
    const spread = e.matMul(rows, e.mul(e.reshape(products, [inputs, inputs]), 1 / positions))
    // Rounding must not make a variance negative.
    const variance = e.builder.op('Relu', [e.reduceSum(e.mul(spread, rows), [1], false)])
    const inverse = this.inverse(norm, variance)
    const factor = e.mul(scale, inverse)
    const filter = e.reshape(e.mul(rows, e.reshape(factor, [out, 1])), [out, inputs, 1, 1])
    const means = e.reshape(e.matMul(rows, e.reshape(mean, [inputs, 1])), [out])
    this.rename(norm, [e.builder.op('Conv', [centred, filter, bias]), means, variance])
    this.forwards.set(layer, { centred, spread, rows, inverse, factor, filter })
    return true
  }

  private backward(node: Node, layer: NormLayer): boolean {
    const { e } = this
    const { conv, out, inputs, positions } = layer
    const forward = this.forwards.get(layer)
    if (!forward) return false
    const { centred, rows, inverse } = forward
    const [, weight] = this.names(conv)
    const grad = this.names(node)[4]
    const sum = e.reduceSum(grad, [0, 2, 3], false)
    const product = e.reshape(e.builder.op('chiquito:ConvWeightGrad', [centred, weight, grad]), [out, inputs])
    const along = e.reduceSum(e.mul(product, rows), [1], false)
    const slope = e.mul(e.mul(along, e.square(inverse)), 1 / positions)
    this.rename(node, ['', e.mul(along, inverse), sum])
    this.backwards.set(layer, { ...forward, grad, product, across: e.mul(sum, 1 / positions), slope })
    return true
  }

  private weightGrad(node: Node, layer: NormLayer): boolean {
    const { e } = this
    const { out, inputs, positions } = layer
    const backward = this.backwards.get(layer)
    if (!backward) return false
    const { product, slope, spread, factor } = backward
    const correction = e.mul(spread, e.reshape(e.mul(slope, positions), [out, 1]))
    const scaled = e.mul(e.sub(product, correction), e.reshape(factor, [out, 1]))
    this.rename(node, [e.reshape(scaled, [out, inputs, 1, 1])])
    return true
  }

  private inputGrad(node: Node, layer: NormLayer): boolean {
    const { e } = this
    const { out, inputs } = layer
    const backward = this.backwards.get(layer)
    if (!backward) return false
    const { centred, rows, factor, slope, across, filter, grad } = backward
    const turned = e.transpose(rows, [1, 0])
    const weights = e.reshape(e.neg(e.mul(slope, factor)), [out, 1])
    const square = e.reshape(e.matMul(turned, e.mul(rows, weights)), [inputs, inputs, 1, 1])
    const bias = e.reshape(e.matMul(turned, e.reshape(e.neg(e.mul(across, factor)), [out, 1])), [inputs])
    const correction = e.builder.op('Conv', [centred, square, bias])
    const plain = e.builder.op('chiquito:ConvInputGrad', [centred, filter, grad])
    this.rename(node, [e.add(plain, correction)])
    return true
  }

  private unscaled(node: Node): boolean {
    const { epsilon } = readAttributes('chiquito:BatchNormTrainGrad', node)
    const attributes = { epsilon, unscaled: 1 }
    this.rename(node, this.e.builder.ops('chiquito:BatchNormTrainGrad', this.names(node), attributes, 3))
    return true
  }

  private scaledInputGrad(node: Node, layer: NormLayer): boolean {
    const { e } = this
    const [x, weight, grad] = this.names(node)
    const attributes = readAttributes('chiquito:ConvInputGrad', node)
    const scaled = e.mul(weight, this.factor(layer))
    this.rename(node, [e.builder.op('chiquito:ConvInputGrad', [x, scaled, grad], attributes)])
    return true
  }

  private scaledWeightGrad(node: Node, layer: NormLayer): boolean {
    const { e } = this
    const attributes = readAttributes('chiquito:ConvWeightGrad', node)
    const unscaled = e.builder.op('chiquito:ConvWeightGrad', this.names(node), attributes)
    this.rename(node, [e.mul(unscaled, this.factor(layer))])
    return true
  }

  /** [out, 1, 1, 1]: the scale over the deviation. */
  private factor({ norm, out }: NormLayer): Value {
    const [, scale] = this.names(norm)
    const variance = this.name(norm.outputs[2])
    return this.e.reshape(this.e.mul(scale, this.inverse(norm, variance)), [out, 1, 1, 1])
  }

  private inverse(norm: Node, variance: Value): Value {
    const { builder } = this.e
    const { epsilon } = readAttributes('chiquito:BatchNormTrain', norm)
    return builder.op('Reciprocal', [builder.op('Sqrt', [this.e.add(variance, epsilon)])])
  }

  private names({ inputs }: Node): Value[] {
    return inputs.map(input => this.name(input))
  }

  private name(value: Value): Value {
    return this.renamed.get(value) ?? value
  }

  private rename({ outputs }: Node, values: readonly Value[]): void {
    for (const [i, value] of values.entries()) if (outputs[i] && value) this.renamed.set(outputs[i], value)
  }
}
