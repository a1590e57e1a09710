import type { Graph, Node, Value } from './graph.js'

/** The graph without the nodes and weights on which no output depends. Inputs stay: they are the graph's interface. */
export function pruneUnused(graph: Graph): Graph {
  const needed = new Set<Value>(graph.outputs.keys())
  const kept: Node[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some(value => needed.has(value))) continue
    kept.push(node)
    for (const value of readBy(node)) needed.add(value)
  }
  const only = <T>(map: ReadonlyMap<Value, T>) =>
    new Map(Array.from(map).filter(([value]) => needed.has(value)))
  return { ...graph, nodes: kept.reverse(), initializers: only(graph.initializers), types: only(graph.types) }
}

/** What a node reads: its inputs, and what its subgraphs read from outside. */
function readBy(node: Node): Set<Value> {
  const read = new Set(node.inputs)
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.kind !== 'graph') continue
    const inner = attribute.value
    for (const value of inner.outputs.keys()) read.add(value)
    for (const other of inner.nodes) for (const value of readBy(other)) read.add(value)
  }
  read.delete('')
  return read
}
