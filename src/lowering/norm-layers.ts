import { sizeOf } from '../core/index.js'
import { type Graph, keyOf, type Node, readAttributes, readBy, type Value } from '../onnx/index.js'
import { geometryOf, isPoint } from './geometry.js'
import { floatShape } from './known-shape.js'

/** A convolution that only a batch norm in training mode reads, and the gradients of both. */
export interface NormLayer {
  readonly conv: Node
  readonly norm: Node
  /** Undefined where the layer does not learn. */
  readonly normGrad: Node | undefined
  /** What reads the gradient of the norm's input: the convolution's gradients. */
  readonly convGrads: readonly Node[]
  /** Channels that come out and go in. */
  readonly out: number
  readonly inputs: number
  /** Positions of all images: what a channel is averaged over. */
  readonly positions: number
  /** Whether statistics of the convolution's narrow input serve better than those of its result. */
  readonly widens: boolean
}

/**
 * One product with a covariance of so many inputs squared costs about as much as the passes saved at one position: of
 * few positions and many inputs the map itself is passed over faster.
 */
const inputsSquaredPerPosition = 50

/** The layers, by each of their nodes. */
export function normLayersOf(graph: Graph): Map<Node, NormLayer> {
  const readers = new Map<Value, Node[]>()
  const producers = new Map<Value, Node>()
  for (const node of graph.nodes) {
    for (const value of readBy(node)) readers.set(value, [...(readers.get(value) ?? []), node])
    for (const value of node.outputs) producers.set(value, node)
  }
  const readersOf = (value: Value) => (graph.outputs.has(value) ? undefined : (readers.get(value) ?? []))
  const layers = new Map<Node, NormLayer>()
  for (const norm of graph.nodes) {
    if (keyOf(norm) !== 'chiquito:BatchNormTrain') continue
    const conv = producers.get(norm.inputs[0])
    const layer = conv && layerOf(graph, conv, norm, readersOf)
    if (!layer) continue
    for (const node of [conv, norm, ...(layer.normGrad ? [layer.normGrad] : []), ...layer.convGrads])
      layers.set(node, layer)
  }
  return layers
}

function layerOf(
  graph: Graph,
  conv: Node,
  norm: Node,
  readersOf: (value: Value) => readonly Node[] | undefined,
): NormLayer | undefined {
  if (keyOf(conv) !== 'Conv' || conv.inputs[2]) return undefined
  const [x, weight] = conv.inputs
  const [xShape, w, y] = [x, weight, conv.outputs[0]].map(value => floatShape(graph, value))
  if (xShape?.length !== 4 || !w || !y || sizeOf(y) === 0) return undefined
  const others = readersOf(conv.outputs[0])?.filter(node => node !== norm)
  if (!others || others.length > 1) return undefined
  const [normGrad] = others
  if (normGrad && !isGradOf(normGrad, norm)) return undefined
  const convGrads = normGrad ? readersOf(normGrad.outputs[0]) : []
  if (!convGrads?.every(node => isConvGrad(node, conv, normGrad))) return undefined
  const [out, inputs] = w
  const positions = y[0] * y[2] * y[3]
  const attributes = readAttributes('Conv', conv)
  const isWide =
    attributes.group === 1 &&
    isPoint(geometryOf(attributes, w.slice(2), xShape.slice(2), y.slice(2))) &&
    out >= 2 * inputs &&
    inputs ** 2 <= inputsSquaredPerPosition * positions
  return { conv, norm, normGrad, convGrads, out, inputs, positions, widens: isWide }
}

function isGradOf(node: Node, norm: Node): boolean {
  const [x, scale, mean, variance, dy] = node.inputs
  return (
    keyOf(node) === 'chiquito:BatchNormTrainGrad' &&
    x === norm.inputs[0] &&
    scale === norm.inputs[1] &&
    mean === norm.outputs[1] &&
    variance === norm.outputs[2] &&
    dy !== x
  )
}

function isConvGrad(node: Node, conv: Node, normGrad: Node | undefined): boolean {
  const key = keyOf(node)
  if (key !== 'chiquito:ConvInputGrad' && key !== 'chiquito:ConvWeightGrad') return false
  const [x, weight, dy] = node.inputs
  return x === conv.inputs[0] && weight === conv.inputs[1] && dy === normGrad?.outputs[0] && dy !== x
}
