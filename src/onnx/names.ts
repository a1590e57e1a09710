import type { Attribute, Graph, Node, Value } from './graph.js'

/** Gives a value a name that nothing else has. */
export type Fresh = (name: Value) => Value

/** The node with its values renamed; subgraphs follow, what they assign getting fresh names. */
export function renameNode(node: Node, renamed: ReadonlyMap<Value, Value>, fresh: Fresh): Node {
  const rename = (value: Value) => renamed.get(value) ?? value
  const outputs = node.outputs.map(rename)
  return {
    ...node,
    name: outputs.find(value => value !== '') ?? node.name,
    inputs: node.inputs.map(rename),
    outputs,
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, attribute]) => [key, renameIn(attribute, renamed, fresh)]),
    ),
  }
}

function renameIn(attribute: Attribute, renamed: ReadonlyMap<Value, Value>, fresh: Fresh): Attribute {
  if (attribute.kind !== 'graph') return attribute
  return { kind: 'graph', value: renameGraph(attribute.value, renamed, fresh) }
}

/** A subgraph reads outer values under their new names. */
export function renameGraph(graph: Graph, outer: ReadonlyMap<Value, Value>, fresh: Fresh): Graph {
  const renamed = new Map(outer)
  const own = [
    ...graph.inputs.keys(),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap(node => node.outputs),
  ]
  for (const value of own) if (value !== '') renamed.set(value, fresh(value))
  const keyed = <T>(map: ReadonlyMap<Value, T>) =>
    new Map(Array.from(map, ([value, held]) => [renamed.get(value) ?? value, held]))
  return {
    name: graph.name,
    inputs: keyed(graph.inputs),
    outputs: keyed(graph.outputs),
    initializers: keyed(graph.initializers),
    types: keyed(graph.types),
    nodes: graph.nodes.map(node => renameNode(node, renamed, fresh)),
  }
}
