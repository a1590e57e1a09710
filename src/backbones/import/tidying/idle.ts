import { dtypeOfCode, type Graph, inferTypes, type Node, type Value } from '../../../onnx/index.js'
import { opOf } from '../view/index.js'

/**
 * The graph without nodes that only pass on what is made of the photo: Identity, and Cast to the type that a value has
 * already, which exporters and converters leave by the hundred. Outputs keep their names. Weights that are passed on stay:
 * each of them is one of its own.
 */
export function withoutIdle(graph: Graph, image: Value): Graph {
  const { types, inputs } = inferTypes(graph)
  const dtype = (value: Value) => (types.get(value) ?? inputs.get(value))?.dtype
  const dependent = new Set([image])
  const passed = new Map<Value, Value>()
  const nodes: Node[] = []
  for (const given of graph.nodes) {
    const node = given.inputs.some(input => passed.has(input))
      ? { ...given, inputs: given.inputs.map(input => passed.get(input) ?? input) }
      : given
    const isDependent = node.inputs.some(input => dependent.has(input))
    if (isDependent) for (const output of node.outputs) dependent.add(output)
    const [input] = node.inputs
    const [output] = node.outputs
    if (isDependent && isIdle(node, dtype(input)) && !graph.outputs.has(output)) passed.set(output, input)
    else nodes.push(node)
  }
  return passed.size === 0 ? graph : { ...graph, nodes: nodes.map(node => reading(node, passed)) }
}

function isIdle(node: Node, dtype: string | undefined): boolean {
  const op = opOf(node)
  const { to } = node.attributes
  return op === 'Identity' || (op === 'Cast' && to?.kind === 'int' && dtypeOfCode(Number(to.value)) === dtype)
}

/** Subgraphs read values from outside by name. */
function reading(node: Node, passed: ReadonlyMap<Value, Value>): Node {
  const attributes = Object.entries(node.attributes)
  if (!attributes.some(([, { kind }]) => kind === 'graph')) return node
  const inner = (graph: Graph): Graph => ({
    ...graph,
    nodes: graph.nodes.map(one =>
      reading({ ...one, inputs: one.inputs.map(input => passed.get(input) ?? input) }, passed),
    ),
  })
  return {
    ...node,
    attributes: Object.fromEntries(
      attributes.map(([key, attribute]) => [
        key,
        attribute.kind === 'graph' ? { kind: 'graph', value: inner(attribute.value) } : attribute,
      ]),
    ),
  }
}
