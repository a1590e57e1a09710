import { ChiquitoError } from '../../core/index.js'
import type { Graph, Node } from '../../onnx/index.js'

/**
 * A model of a stranger must compute and no more: with ONNX's own operators, all of which do just that. A runtime may have others, and
 * what they do is its business.
 *
 * @param path - of the model, for messages
 * @throws `model`
 */
export function requirePlainOperators(graph: Graph, path: string): void {
  for (const node of nodesOf(graph))
    if (node.domain !== '')
      throw new ChiquitoError(
        'model',
        `"${path}" uses the operator ${node.op} of ${node.domain}, which is none of ONNX's own: only those are served. ` +
          'Give a model.onnx as "chiquito train" or "chiquito export" wrote it.',
      )
}

/** Those of branches and loops, too. */
function* nodesOf({ nodes }: Graph): Generator<Node> {
  for (const node of nodes) {
    yield node
    for (const attribute of Object.values(node.attributes))
      if (attribute.kind === 'graph') yield* nodesOf(attribute.value)
  }
}
