import { type Graph, type Node, pruneUnused, type Value } from '../onnx/index.js'
import { knownShape } from './known-shape.js'

/** Reshapes of reshapes as one, and none where the shape is the same: each node costs a few microseconds a step. */
export function joinReshapes(graph: Graph): Graph {
  // A subgraph may read any value by its name.
  if (graph.nodes.some(hasSubgraph)) return graph
  const sources = new Map<Value, Value>()
  const same = new Map<Value, Value>()
  const nodes: Node[] = []
  for (const given of graph.nodes) {
    const node = { ...given, inputs: given.inputs.map(input => same.get(input) ?? input) }
    if (!isReshape(graph, node)) {
      nodes.push(node)
      continue
    }
    const [value, shape] = node.inputs
    const [output] = node.outputs
    const source = sources.get(value) ?? value
    if (!graph.outputs.has(output) && isSame(knownShape(graph, source), knownShape(graph, output)))
      same.set(output, source)
    else nodes.push({ ...node, inputs: [source, shape] })
    sources.set(output, source)
  }
  return pruneUnused({ ...graph, nodes })
}

function hasSubgraph({ attributes }: Node): boolean {
  return Object.values(attributes).some(({ kind }) => kind === 'graph')
}

/** A reshape that does not depend on its input's shape, in a graph where that is all known. */
function isReshape(graph: Graph, { op, domain, inputs, outputs }: Node): boolean {
  if (op !== 'Reshape' || domain !== '') return false
  const shape = graph.initializers.get(inputs[1])
  return (
    shape?.dtype === 'int64' &&
    !graph.inputs.has(inputs[1]) &&
    shape.data.every(size => size !== 0n) &&
    knownShape(graph, outputs[0]) !== undefined
  )
}

const isSame = (a: readonly number[] | undefined, b: readonly number[] | undefined) => a?.join() === b?.join()
