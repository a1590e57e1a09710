import type { Graph, Node, Value } from '../graph.js'
import { renameNode } from '../names.js'

/**
 * The graph without Identity nodes that only give a value another name. What computes a result is given the result's name; where
 * one value is two results, or a result is a weight or an input as it is, an Identity has to stay.
 */
export function withoutIdentities(graph: Graph): Graph {
  const computed = new Set(graph.nodes.flatMap(node => node.outputs))
  const renamed = new Map<Value, Value>()
  const final = (value: Value): Value => {
    const next = renamed.get(value)
    return next === undefined ? value : final(next)
  }
  const kept: Node[] = []
  for (const node of graph.nodes) {
    const from = final(node.inputs[0] ?? '')
    const [to] = node.outputs
    if (node.op !== 'Identity' || node.domain !== '') kept.push(node)
    else if (!graph.outputs.has(to)) renamed.set(to, from)
    else if (computed.has(from) && !graph.outputs.has(from)) renamed.set(from, to)
    else kept.push(node)
  }
  if (renamed.size === 0) return graph
  const names = new Map(Array.from(renamed.keys(), (value): [Value, Value] => [value, final(value)]))
  const types = new Map(Array.from(graph.types).filter(([value]) => !names.has(value)))
  return { ...graph, types, nodes: kept.map(node => renameNode(node, names, value => value)) }
}
