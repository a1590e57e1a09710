import type { Attribute, Graph, Node, Value } from './graph.js'

/** The node with its values renamed; subgraphs follow, their own names getting the prefix. */
export function renameNode(node: Node, renamed: ReadonlyMap<Value, Value>, prefix: string): Node {
  const rename = (value: Value) => renamed.get(value) ?? value
  const outputs = node.outputs.map(rename)
  return {
    ...node,
    name: outputs.find(value => value !== '') ?? prefix + node.name,
    inputs: node.inputs.map(rename),
    outputs,
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, attribute]) => [key, renameIn(attribute, renamed, prefix)]),
    ),
  }
}

function renameIn(attribute: Attribute, renamed: ReadonlyMap<Value, Value>, prefix: string): Attribute {
  if (attribute.kind !== 'graph') return attribute
  return { kind: 'graph', value: renameGraph(attribute.value, renamed, prefix) }
}

/** A subgraph reads outer values under their new names; what it assigns itself gets the prefix. */
function renameGraph(graph: Graph, outer: ReadonlyMap<Value, Value>, prefix: string): Graph {
  const renamed = new Map(outer)
  const own = [
    ...graph.inputs.keys(),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap(node => node.outputs),
  ]
  for (const value of own) if (value !== '') renamed.set(value, prefix + value)
  const keyed = <T>(map: ReadonlyMap<Value, T>) =>
    new Map(Array.from(map, ([value, held]) => [renamed.get(value) ?? value, held]))
  return {
    name: graph.name,
    inputs: keyed(graph.inputs),
    outputs: keyed(graph.outputs),
    initializers: keyed(graph.initializers),
    types: keyed(graph.types),
    nodes: graph.nodes.map(node => renameNode(node, renamed, prefix)),
  }
}
