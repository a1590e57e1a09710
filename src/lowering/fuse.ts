import { type Graph, keyOf, type Node, readBy, type Value } from '../onnx/index.js'

/** What follows a convolution and can be done by it: the addition of another map, then an activation. */
export interface Fusion {
  /** The nodes that need not be written. */
  readonly nodes: readonly Node[]
  /** What they give. */
  readonly output: Value
  /** The other summand. */
  readonly sum?: Value | undefined
  /** A Relu or Clip. */
  readonly activation?: Node | undefined
}

const convolutions: ReadonlySet<string> = new Set([
  'Conv',
  'chiquito:ConvInputGrad',
  'chiquito:BatchNormTrain',
])

/** Of each convolution, what can be fused into it: nothing that another node reads half done. */
export function fusionsOf(graph: Graph): Map<Node, Fusion> {
  const readers = new Map<Value, Node[]>()
  const positions = new Map<Value, number>()
  for (const [i, node] of graph.nodes.entries()) {
    for (const value of readBy(node)) readers.set(value, [...(readers.get(value) ?? []), node])
    for (const value of node.outputs) positions.set(value, i)
  }
  const soleReader = (value: Value): Node | undefined => {
    const found = readers.get(value) ?? []
    return found.length === 1 && !graph.outputs.has(value) ? found[0] : undefined
  }
  const fusions = new Map<Node, Fusion>()
  for (const [i, node] of graph.nodes.entries()) {
    if (!convolutions.has(keyOf(node))) continue
    const nodes: Node[] = []
    let output = node.outputs[0]
    let sum: Value | undefined
    let next = soleReader(output)
    if (next && keyOf(next) === 'Add') {
      const other = next.inputs.find(input => input !== output)
      // The other summand must be there before the convolution.
      if (other !== undefined && (positions.get(other) ?? -1) < i) {
        sum = other
        nodes.push(next)
        output = next.outputs[0]
        next = soleReader(output)
      }
    }
    const activates = next !== undefined && (keyOf(next) === 'Relu' || keyOf(next) === 'Clip')
    const isForward = keyOf(node) !== 'chiquito:ConvInputGrad'
    const activation = isForward && activates && next?.inputs[0] === output ? next : undefined
    if (activation) {
      nodes.push(activation)
      output = activation.outputs[0]
    }
    if (nodes.length > 0) fusions.set(node, { nodes, output, sum, activation })
  }
  return fusions
}
