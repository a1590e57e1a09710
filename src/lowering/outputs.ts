import type { Graph, Node, Value } from '../onnx/index.js'

/** Gives results their outputs' names where they are computed, instead of copying them at the end: onnxruntime would. */
export function nameOutputs(graph: Graph): Graph {
  const computed = new Set(graph.nodes.flatMap(node => node.outputs))
  const names = new Map<Value, Value>()
  const dropped = new Set<Node>()
  for (const node of graph.nodes) {
    const [input] = node.inputs
    const [output] = node.outputs
    if (node.op !== 'Identity' || node.domain !== '' || !graph.outputs.has(output)) continue
    if (!computed.has(input) || graph.outputs.has(input) || names.has(input)) continue
    names.set(input, output)
    dropped.add(node)
  }
  const name = (value: Value) => names.get(value) ?? value
  const hasSubgraph = (node: Node) => Object.values(node.attributes).some(({ kind }) => kind === 'graph')
  // A subgraph may read any value by its name.
  if (dropped.size === 0 || graph.nodes.some(hasSubgraph)) return graph
  return {
    ...graph,
    nodes: graph.nodes
      .filter(node => !dropped.has(node))
      .map(node => ({ ...node, inputs: node.inputs.map(name), outputs: node.outputs.map(name) })),
    types: new Map(Array.from(graph.types).filter(([value]) => !names.has(value))),
  }
}
