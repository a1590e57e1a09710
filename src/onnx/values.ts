import type { Graph, Node, Value } from './graph.js'

/** Every name in the graph and its subgraphs. */
export function namesIn(graph: Graph): Set<Value> {
  const names = new Set<Value>([...graph.inputs.keys(), ...graph.initializers.keys()])
  for (const node of graph.nodes) {
    for (const value of node.outputs) names.add(value)
    for (const attribute of Object.values(node.attributes))
      if (attribute.kind === 'graph') for (const value of namesIn(attribute.value)) names.add(value)
  }
  return names
}

/** A name that nothing has yet: the one wanted, else with a number behind it. From then on it is taken. */
export function freshName(wanted: Value, taken: Set<Value>): Value {
  let name = wanted
  for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`
  taken.add(name)
  return name
}

/** What a node reads: its inputs, and what its subgraphs read from outside. */
export function readBy(node: Node): Set<Value> {
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
