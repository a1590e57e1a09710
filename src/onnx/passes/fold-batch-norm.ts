import { float32, int64, type Tensor } from '../../core/index.js'
import { readAttributes } from '../attributes.js'
import type { Attribute, Graph, Node, Value } from '../graph.js'
import { scopeOf, type TypeScope } from '../infer.js'
import { defaultOpset } from '../opset.js'
import { freshName, namesIn, readBy } from '../values.js'

/**
 * Folds batch norm in evaluation mode into the convolution (Conv) or linear layer (Gemm) before it, as plain nodes over
 * its parameters: `W' = W * s` and `b' = beta + (b - mean) * s`, with `s = gamma / sqrt(variance + epsilon)` by output
 * channel. The result no longer passes over the map for batch norm, and the gradients of gamma and beta follow from
 * those of W' and b'. Weights and running statistics may be initializers, inputs or computed.
 *
 * Left as it is: batch norm in training mode, after anything else, or after what others read too.
 */
export function foldBatchNorm(graph: Graph): Graph {
  return new Folding(graph).run()
}

/** A batch norm and the layer that it goes into. */
interface Pair {
  readonly norm: Node
  readonly layer: Node
}

class Folding {
  private readonly nodes: Node[] = []
  private readonly constants = new Map<Value, Tensor>()
  private readonly names: Set<Value>
  private readonly scope: TypeScope

  constructor(private readonly graph: Graph) {
    this.names = namesIn(graph)
    this.scope = scopeOf(graph, defaultOpset)
  }

  run(): Graph {
    const pairs = this.pairs()
    const layers = new Set(Array.from(pairs.values(), pair => pair.layer))
    for (const node of this.graph.nodes) {
      const pair = pairs.get(node)
      if (pair) this.fold(pair)
      else if (!layers.has(node)) this.nodes.push(node)
    }
    const types = new Map(this.graph.types)
    for (const layer of layers) types.delete(layer.outputs[0])
    return {
      ...this.graph,
      nodes: this.nodes,
      types,
      initializers: new Map([...this.graph.initializers, ...this.constants]),
    }
  }

  /** What can be folded, by batch norm. */
  private pairs(): Map<Node, Pair> {
    const producers = new Map<Value, Node>()
    const readers = new Map<Value, number>()
    for (const output of this.graph.outputs.keys()) readers.set(output, 1)
    const pairs = new Map<Node, Pair>()
    for (const node of this.graph.nodes) {
      for (const output of node.outputs) producers.set(output, node)
      for (const value of readBy(node)) readers.set(value, (readers.get(value) ?? 0) + 1)
    }
    for (const norm of this.graph.nodes) {
      const layer = producers.get(norm.inputs[0])
      if (layer && readers.get(norm.inputs[0]) === 1 && this.folds(norm, layer))
        pairs.set(norm, { norm, layer })
    }
    return pairs
  }

  private folds(norm: Node, layer: Node): boolean {
    if (!isNode(norm, 'BatchNormalization') || (!isNode(layer, 'Conv') && !isNode(layer, 'Gemm')))
      return false
    if (readAttributes('BatchNormalization', norm).training_mode) return false
    const vectors = norm.inputs.slice(1)
    const weight = this.scope.type(layer.inputs[1])
    return (
      weight?.dtype === 'float32' &&
      weight.shape !== undefined &&
      vectors.every(value => this.scope.type(value)?.dtype === 'float32')
    )
  }

  private fold({ norm, layer }: Pair): void {
    const [, gamma, beta, mean, variance] = norm.inputs
    const output = norm.outputs[0]
    const op = (kind: string, inputs: readonly Value[], part: string) =>
      this.op(kind, inputs, `${output}.${part}`)
    const { epsilon } = readAttributes('BatchNormalization', norm)
    const sigma = op('Sqrt', [op('Add', [variance, this.epsilon(epsilon)], 'variance')], 'sigma')
    const scale = op('Div', [gamma, sigma], 'scale')
    const [input, weight, bias] = layer.inputs
    const folded = op('Mul', [weight, this.alongOutputs(layer, scale, output)], 'weight')
    const attributes = { ...layer.attributes }
    let shift: Value
    if (bias) {
      const scaled = layer.op === 'Gemm' ? this.gemmBias(layer, bias, output) : bias
      shift = op('Add', [op('Mul', [op('Sub', [scaled, mean], 'centred'), scale], 'scaled'), beta], 'bias')
    } else shift = op('Sub', [beta, op('Mul', [mean, scale], 'mean')], 'bias')
    delete attributes.beta
    this.nodes.push({ ...layer, inputs: [input, folded, shift], outputs: [output], attributes })
  }

  /** The factors so shaped that they multiply the weights by output channel. */
  private alongOutputs(layer: Node, scale: Value, output: Value): Value {
    const isRow = layer.op === 'Gemm' && !readAttributes('Gemm', layer).transB
    if (isRow) return scale
    const rank = this.scope.type(layer.inputs[1])?.shape?.length ?? 1
    const axes = this.constant(`fold.axes${rank}`, int64(Array.from({ length: rank - 1 }, (_, i) => i + 1)))
    return this.op('Unsqueeze', [scale, axes], `${output}.factors`)
  }

  /** The bias as Gemm adds it: times its beta. */
  private gemmBias(layer: Node, bias: Value, output: Value): Value {
    const { beta } = readAttributes('Gemm', layer)
    if (beta === 1) return bias
    return this.op('Mul', [bias, this.constant(`fold.beta${beta}`, float32([beta], []))], `${output}.beta`)
  }

  private epsilon(epsilon: number): Value {
    return this.constant(`fold.epsilon${epsilon}`, float32([epsilon], []))
  }

  private readonly shared = new Map<string, Value>()

  private constant(wanted: string, tensor: Tensor): Value {
    const found = this.shared.get(wanted)
    if (found !== undefined) return found
    const name = freshName(wanted, this.names)
    this.shared.set(wanted, name)
    this.constants.set(name, tensor)
    return name
  }

  private op(op: string, inputs: readonly Value[], wanted: string): Value {
    const output = freshName(wanted, this.names)
    const attributes: Readonly<Record<string, Attribute>> = {}
    this.nodes.push({ name: output, op, domain: '', inputs, outputs: [output], attributes })
    return output
  }
}

function isNode(node: Node, op: string): boolean {
  return node.op === op && node.domain === ''
}
