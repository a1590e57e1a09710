import type { Node } from '../graph.js'
import type { InferContext, Known } from './spec.js'

/** What is known of the elements of a node's first output: shape arithmetic followed through the graph. */
export function foldNode(_node: Node, _context: InferContext): Known | undefined {
  return undefined
}
