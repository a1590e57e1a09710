import type { Node, Value } from '../../../onnx/index.js'
import { type GraphView, opOf } from '../view/index.js'

/** A network's classifier: the linear layers that give its classes, mostly one. */
export interface Heads {
  /** What each of them reads, every value once. */
  readonly inputs: readonly Value[]
  /** The result for each class before any softmax. */
  readonly logits: Value
}

/** What may follow a classifier: it changes no number of classes. */
const afterClassifier: ReadonlySet<string> = new Set([
  ...['Softmax', 'LogSoftmax', 'Sigmoid', 'Identity', 'Dropout', 'Cast', 'Clip'],
  ...['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Add', 'Sub', 'Mul', 'Div', 'Sum', 'Mean'],
  // Some networks classify every point of the map by a 1x1 convolution, then average.
  ...['Relu', 'GlobalAveragePool', 'AveragePool', 'ReduceMean', 'Concat'],
])

/** Several heads are averaged by these; a Concat stacks them for that. */
const joining: ReadonlySet<string> = new Set(['Add', 'Sum', 'Mean', 'Concat'])

const probabilities: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax', 'Sigmoid'])

/** What an output that is features already is called. */
const featureNames = /feature|embed|hidden|pool|token|vector|repres|descriptor/i

/** Whether an output's name says that it is no scores of classes. */
export function isNamedAsFeatures(output: Value): boolean {
  return featureNames.test(output)
}

/** Whether an output is scores of classes, as far as its name and what makes it tell. */
export function looksLikeScores(view: GraphView, output: Value): boolean {
  const node = view.producer(output)
  return /logit|score|prob|class|softmax|predict/i.test(output) || (!!node && probabilities.has(opOf(node)))
}

/**
 * Looks backwards from the output for the last linear layers (Gemm, MatMul with or without bias, 1x1 convolution) that
 * give the classes: one, or several that are averaged. Undefined where the network ends otherwise: its output is features
 * already.
 */
export function findHeads(view: GraphView, output: Value): Heads | undefined {
  const dims = view.shape(output)?.slice(1).map(Number) ?? []
  const wide = dims.filter(dim => dim !== 1)
  // Scores are a vector for each photo; a map or tokens are features.
  if (wide.length !== 1 || isNamedAsFeatures(output)) return undefined
  const inputs = new Set<Value>()
  if (!reach(view, output, wide[0], inputs)) return undefined
  return { inputs: [...inputs], logits: beforeProbabilities(view, output) }
}

/** Collects what the linear layers behind a value read; false where one way back does not lead to such a layer. */
function reach(view: GraphView, value: Value, classes: number, inputs: Set<Value>): boolean {
  const node = view.producer(value)
  if (!node) return false
  const input = linearInput(view, node, classes)
  if (input !== undefined) {
    inputs.add(input)
    return true
  }
  const op = opOf(node)
  const before = new Set(view.dependents(node))
  if (before.size === 0 || !afterClassifier.has(op) || (before.size > 1 && !joining.has(op))) return false
  return [...before].every(one => reach(view, one, classes, inputs))
}

/** The innermost value before a softmax, as far as one way leads back from the output; biases belong to the classifier. */
function beforeProbabilities(view: GraphView, output: Value): Value {
  let logits = output
  for (let value = output; ; ) {
    const node = view.producer(value)
    const [only, ...others] = node ? new Set(view.dependents(node)) : []
    if (!node || only === undefined || others.length > 0 || !afterClassifier.has(opOf(node))) return logits
    if (probabilities.has(opOf(node))) logits = only
    value = only
  }
}

/** What a linear layer to so many classes reads; undefined for another node. */
function linearInput(view: GraphView, node: Node, classes: number): Value | undefined {
  const [first, second] = node.inputs
  if (second === undefined || view.isDependent(first) === view.isDependent(second)) return undefined
  const [input, weight] = view.isDependent(first) ? [first, second] : [second, first]
  const shape = view.shape(weight) ?? []
  switch (opOf(node)) {
    case 'Gemm':
    case 'Einsum':
      return shape.length === 2 && shape.includes(classes) ? input : undefined
    case 'MatMul':
      // A weight may also stand on the left, with photos side by side.
      return shape.length > 1 && shape.at(input === first ? -1 : -2) === classes ? input : undefined
    case 'Conv':
      return input === first && shape[0] === classes && givesPoints(view, node, shape) ? input : undefined
    default:
      return undefined
  }
}

/** A convolution of single points, or of the whole map at once. */
function givesPoints(view: GraphView, node: Node, weight: readonly unknown[]): boolean {
  const isPoint = (dims: readonly unknown[] | undefined) => dims?.slice(2).every(side => side === 1) ?? false
  return isPoint(weight) || isPoint(view.shape(node.outputs[0]))
}

/** What changes a vector element by element by constants alone: a norm before a head, which another head has otherwise. */
const affine: ReadonlySet<string> = new Set([
  ...['BatchNormalization', 'Add', 'Sub', 'Mul', 'Div', 'Identity', 'Dropout'],
  ...['Reshape', 'Unsqueeze', 'Squeeze', 'Flatten'],
])

/** The value that all heads read, where each has but a norm of its own before it; undefined where they read different ones. */
export function commonInput(view: GraphView, inputs: readonly Value[]): Value | undefined {
  const [first, ...others] = inputs.map(input => [...before(view, input)])
  return first.find(value => others.every(values => values.includes(value)))
}

/** A value, and those it comes from by affine steps, going back. */
function* before(view: GraphView, value: Value): Generator<Value> {
  yield value
  const node = view.producer(value)
  const [only, ...others] = node ? view.dependents(node) : []
  if (node && only !== undefined && others.length === 0 && affine.has(opOf(node))) yield* before(view, only)
}
