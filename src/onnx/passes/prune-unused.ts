import type { Graph, Node, Value } from '../graph.js'
import { readBy } from '../values.js'

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
