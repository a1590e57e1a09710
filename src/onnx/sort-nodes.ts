import { ChiquitoError } from '../core/index.js'
import type { Attribute, Graph, Node, Value } from './graph.js'
import { readBy } from './values.js'

/**
 * The graph with its nodes, and those of its subgraphs, in an order in which each follows what it reads, as ONNX demands
 * and some tools (onnxruntime's converter to float16) do not do. Nodes stay where they are as far as that allows: a graph
 * in order comes back as it is.
 *
 * @throws ChiquitoError `model` for nodes that wait for each other in a circle, naming one of them.
 */
export function sortNodes(graph: Graph, file: string): Graph {
  const made = new Map<Value, number>()
  for (const [i, { outputs }] of graph.nodes.entries()) for (const output of outputs) made.set(output, i)
  made.delete('')
  const nodes = graph.nodes.map(node => withSortedGraphs(node, file))
  const order = orderOf(nodes, made, node => {
    const name = node.name || node.outputs[0]
    throw new ChiquitoError(
      'model',
      `${file} is not a legal model: node ${name} (${node.op}) needs its own result.`,
    )
  })
  return { ...graph, nodes: order.map(i => nodes[i]) }
}

/** Positions of nodes, each after those it reads from. */
function orderOf(
  nodes: readonly Node[],
  made: ReadonlyMap<Value, number>,
  refuseCircle: (node: Node) => never,
): number[] {
  const order: number[] = []
  const state = new Uint8Array(nodes.length)
  for (const start of nodes.keys()) {
    // Depth first with a stack of our own: files may be longer than the call stack is deep.
    const stack = [start]
    while (stack.length > 0) {
      const at = stack[stack.length - 1]
      if (state[at] === done) {
        stack.pop()
        continue
      }
      const open = sourcesOf(nodes[at], made).filter(source => state[source] !== done)
      if (open.length === 0) {
        state[at] = done
        order.push(at)
        stack.pop()
      } else {
        // What is begun and not done lies on the way here.
        state[at] = begun
        const circle = open.find(source => state[source] === begun)
        if (circle !== undefined) refuseCircle(nodes[circle])
        for (const source of open.reverse()) stack.push(source)
      }
    }
  }
  return order
}

const begun = 1
const done = 2

function sourcesOf(node: Node, made: ReadonlyMap<Value, number>): number[] {
  const sources = [...readBy(node)].flatMap(value => made.get(value) ?? [])
  return [...new Set(sources)].sort((a, b) => a - b)
}

function withSortedGraphs(node: Node, file: string): Node {
  const attributes = Object.entries(node.attributes)
  if (!attributes.some(([, { kind }]) => kind === 'graph')) return node
  const sorted = ([key, attribute]: [string, Attribute]): [string, Attribute] => [
    key,
    attribute.kind === 'graph' ? { kind: 'graph', value: sortNodes(attribute.value, file) } : attribute,
  ]
  return { ...node, attributes: Object.fromEntries(attributes.map(sorted)) }
}
