import type { Node, Value } from '../../../onnx/index.js'
import { dominatorsOf, type GraphView, opOf } from '../view/index.js'

/** The map that a network's features are made of. */
export interface Pooling {
  /** The map [batch, channels, height, width] whose pooling all features come from, if there is one. */
  readonly map: Value | undefined
  /** Whether the features are nothing but that map, pooled or not. */
  readonly isPooledMap: boolean
}

/** What may lie between pooling and features without a weight. */
const reshaping: ReadonlySet<string> = new Set([
  ...['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Dropout', 'Identity'],
])

/** The last map before the features, as far as all of them pass through it. */
export function poolingOf(view: GraphView, features: Value): Pooling {
  if (view.shape(features)?.length === 4 && !isPoint(view, features))
    return { map: features, isPooledMap: true }
  const dominators = new Set(dominatorsOf(view, features))
  const pool = view.graph.nodes.findLast(node => isGlobalPool(view, node) && dominators.has(node.outputs[0]))
  const isAll = pool !== undefined && upstream(view, features) === pool.outputs[0]
  return { map: pool?.inputs[0], isPooledMap: isAll && isSquare(view, pool.inputs[0]) }
}

/** Layers are square maps; what was pooled of another one is a vector. */
function isSquare(view: GraphView, map: Value): boolean {
  const [, , height, width] = view.shape(map) ?? []
  return height === width
}

/** One value a channel. */
function isPoint(view: GraphView, value: Value): boolean {
  return (
    view
      .shape(value)
      ?.slice(2)
      .every(side => side === 1) ?? false
  )
}

/** The value before what only reshapes. */
function upstream(view: GraphView, value: Value): Value {
  for (let at = value; ; ) {
    const node = view.producer(at)
    if (!node || !reshaping.has(opOf(node)) || isGlobalPool(view, node)) return at
    at = node.inputs[0]
  }
}

/** Whether a node makes one value a channel of a map [batch, channels, height, width]. */
function isGlobalPool(view: GraphView, node: Node): boolean {
  const shape = view.shape(node.inputs[0])
  if (shape?.length !== 4) return false
  switch (opOf(node)) {
    case 'GlobalAveragePool':
    case 'GlobalMaxPool':
      return true
    case 'ReduceMean':
    case 'ReduceMax': {
      const axes = view.ints(node.inputs[1])?.map(axis => (axis < 0 ? axis + 4 : axis))
      return axes?.sort().join() === '2,3'
    }
    case 'AveragePool':
    case 'MaxPool': {
      const after = view.shape(node.outputs[0])
      return after?.[2] === 1 && after[3] === 1 && shape[2] !== 1
    }
    default:
      return false
  }
}
