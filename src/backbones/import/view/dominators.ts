import type { Value } from '../../../onnx/index.js'
import type { GraphView } from './view.js'

/**
 * The values through which everything passes on its way from the photo to `end`, in order, `end` among them: no branch
 * goes around them. In a residual network these are what the blocks give; an excitation beside the map is none.
 */
export function dominatorsOf(view: GraphView, end: Value): Value[] {
  const { graph } = view
  const lastReads = lastReadsBefore(view, end)
  const found: Value[] = []
  const open = new Set<Value>([view.image])
  for (const [i, node] of graph.nodes.entries()) {
    for (const output of node.outputs) if (lastReads.has(output)) open.add(output)
    for (const input of node.inputs) if (lastReads.get(input) === i) open.delete(input)
    const [only] = open
    if (open.size === 1 && only !== found.at(-1) && only !== view.image) found.push(only)
  }
  return found
}

/** By value made of the photo and needed for `end`: the position of the last node that reads it. */
function lastReadsBefore(view: GraphView, end: Value): Map<Value, number> {
  const { nodes } = view.graph
  const reads = new Map<Value, number>([[end, nodes.length]])
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]
    if (!node.outputs.some(output => reads.has(output))) continue
    for (const input of view.dependents(node)) if (!reads.has(input)) reads.set(input, i)
  }
  return reads
}
