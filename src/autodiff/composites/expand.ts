import { ChiquitoError } from '../../core/index.js'
import { type Graph, GraphBuilder, keyOf, type Node, readAttributes, type Value } from '../../onnx/index.js'
import { constantOf } from '../call.js'
import { Emitter } from '../emit.js'
import { trainedNorm, trainedNormGrad } from './batch-norm.js'
import { convolutionOf, filterGradient, imageGradient } from './convolution.js'
import { boundOf, clipGradient, reluGradient } from './masks.js'
import { maxPoolGradient } from './max-pool.js'

/** Writes a node whose inputs are values of the emitter's builder, and returns its output, or all of its outputs. */
type Expansion = (e: Emitter, node: Node) => Value | readonly Value[]

/** What each composite is, in portable ONNX. */
const expansions: ReadonlyMap<string, Expansion> = new Map<string, Expansion>([
  [
    'chiquito:ConvInputGrad',
    (e, node) => {
      const [image, filter, grad] = node.inputs
      const conv = convolutionOf(
        e,
        readAttributes('chiquito:ConvInputGrad', node),
        image,
        filter,
        refuser(node),
      )
      return imageGradient(conv, grad, filter, e.shape(image))
    },
  ],
  [
    'chiquito:ConvWeightGrad',
    (e, node) => {
      const [image, filter, grad] = node.inputs
      const conv = convolutionOf(
        e,
        readAttributes('chiquito:ConvWeightGrad', node),
        image,
        filter,
        refuser(node),
      )
      return filterGradient(conv, image, grad, e.shape(filter))
    },
  ],
  [
    'chiquito:MaxPoolGrad',
    (e, node) =>
      maxPoolGradient(e, node.inputs[0], node.inputs[1], readAttributes('chiquito:MaxPoolGrad', node)),
  ],
  ['chiquito:ReluGrad', (e, { inputs: [y, grad] }) => reluGradient(e, y, grad)],
  [
    'chiquito:ClipGrad',
    (e, { inputs: [y, grad, low, high] }) => {
      const bound = (value: Value | undefined) =>
        value === undefined || value === '' ? undefined : boundOf(value, constantOf(e.builder, value))
      return clipGradient(e, y, grad, bound(low), bound(high))
    },
  ],
  [
    'chiquito:BatchNormTrain',
    (e, node) => trainedNorm(e, node.inputs, readAttributes('chiquito:BatchNormTrain', node).epsilon),
  ],
  [
    'chiquito:BatchNormTrainGrad',
    (e, node) => trainedNormGrad(e, node.inputs, readAttributes('chiquito:BatchNormTrainGrad', node)),
  ],
])

/** Whether a node is one of our own, which no runtime knows. */
export function isComposite(node: Pick<Node, 'op' | 'domain'>): boolean {
  return expansions.has(keyOf(node))
}

/** Writes a composite, whose inputs are values of the emitter's builder, in portable ONNX. Returns its outputs. */
export function expandNode(e: Emitter, node: Node): readonly Value[] {
  const expansion = expansions.get(keyOf(node))
  if (!expansion) throw new ChiquitoError('model', `${keyOf(node)} is no composite operator.`)
  return [expansion(e, node)].flat()
}

/** The graph with every composite operator written in portable ONNX: the definition of what it computes. */
export function expandComposites(graph: Graph): Graph {
  if (!graph.nodes.some(isComposite)) return graph
  const builder = new GraphBuilder(graph.name)
  const e = new Emitter(builder)
  const renamed = new Map<Value, Value>()
  builder.reserve(graph.nodes.flatMap(node => node.outputs))
  for (const [name, tensor] of graph.initializers)
    if (!graph.inputs.has(name)) builder.initializer(name, tensor)
  for (const [name, { dtype, shape }] of graph.inputs) builder.input(name, dtype, shape ?? [])
  const declared = (value: Value) => graph.types.get(value) ?? graph.outputs.get(value)
  for (const node of graph.nodes) {
    if (!isComposite(node)) builder.copy(node, renamed, '', declared)
    else {
      const inputs = node.inputs.map(input => renamed.get(input) ?? input)
      for (const [i, value] of expandNode(e, { ...node, inputs }).entries())
        if (node.outputs[i]) renamed.set(node.outputs[i], value)
    }
  }
  for (const name of graph.outputs.keys()) builder.output(renamed.get(name) ?? name, name)
  return builder.build()
}

function refuser(node: Node): (reason: string) => never {
  return reason => {
    throw new ChiquitoError('model', `Cannot expand ${node.op} node ${node.name}: ${reason}`)
  }
}
