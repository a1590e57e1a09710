import type { Node, Value } from '../../onnx/index.js'
import { dominatorsOf } from './dominators.js'
import { type GraphView, opOf } from './view.js'

/** Where a network ends without its classifier. */
export interface Cut {
  /** What the classifier reads, or the network's own output where it has none. */
  readonly features: Value
  /** The classifier's result for each class before any softmax; undefined where there is none. */
  readonly logits: Value | undefined
  /** The map [batch, channels, height, width] whose pooling all features come from, if there is one. */
  readonly map: Value | undefined
  /** Whether the features are nothing but that map, pooled or not. */
  readonly isPooledMap: boolean
}

/** What may follow a classifier: it changes no number of classes. */
const afterClassifier: ReadonlySet<string> = new Set([
  ...['Softmax', 'LogSoftmax', 'Sigmoid', 'Identity', 'Dropout', 'Cast'],
  ...['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Add'],
  // Some networks classify every point of the map by a 1x1 convolution, then average.
  ...['Relu', 'GlobalAveragePool', 'AveragePool', 'ReduceMean'],
])

/** What may lie between pooling and classifier without a weight. */
const reshaping: ReadonlySet<string> = new Set([
  ...['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Dropout', 'Identity'],
])

/**
 * Looks backwards from the output for the last linear layer (Gemm, MatMul with or without bias, 1x1 convolution) that
 * gives the classes. A network that ends otherwise has no classifier: its output is features already.
 */
export function findCut(view: GraphView, output: Value): Cut {
  const classifier = findClassifier(view, output)
  const features = classifier?.input ?? output
  const logits = classifier?.logits
  if (view.shape(features)?.length === 4 && !isPoint(view, features))
    return { features, logits, map: features, isPooledMap: true }
  const dominators = new Set(dominatorsOf(view, features))
  const pool = view.graph.nodes.findLast(node => isGlobalPool(view, node) && dominators.has(node.outputs[0]))
  const isPooledMap = pool !== undefined && upstream(view, features) === pool.outputs[0]
  return { features, logits, map: pool?.inputs[0], isPooledMap }
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

function findClassifier(view: GraphView, output: Value): { input: Value; logits: Value } | undefined {
  const classes = Number(view.shape(output)?.[1])
  let logits = output
  let value = output
  for (;;) {
    const node = view.producer(value)
    if (!node) return undefined
    const input = linearInput(view, node, classes)
    if (input !== undefined) return { input, logits }
    const [only, ...others] = view.dependents(node)
    if (only === undefined || others.length > 0 || !afterClassifier.has(opOf(node))) return undefined
    // What comes before a softmax; biases belong to the classifier.
    if (probabilities.has(opOf(node))) logits = only
    value = only
  }
}

const probabilities: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax', 'Sigmoid'])

/** What a linear layer to so many classes reads; undefined for another node. */
function linearInput(view: GraphView, node: Node, classes: number): Value | undefined {
  const [input, weight] = node.inputs
  if (!view.isDependent(input) || weight === undefined || view.isDependent(weight)) return undefined
  const shape = view.shape(weight) ?? []
  switch (opOf(node)) {
    case 'Gemm':
      return shape.includes(classes) ? input : undefined
    case 'MatMul':
      return shape.at(-1) === classes ? input : undefined
    case 'Conv':
      return shape[0] === classes && shape.slice(2).every(side => side === 1) ? input : undefined
    default:
      return undefined
  }
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
export function isGlobalPool(view: GraphView, node: Node): boolean {
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
