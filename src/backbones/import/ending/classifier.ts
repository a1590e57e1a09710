import { ChiquitoError } from '../../../core/index.js'
import {
  bindDims,
  type Graph,
  type GraphBuilder,
  type Node,
  pruneUnused,
  type Value,
} from '../../../onnx/index.js'

/**
 * Adds what lies between the last layer and the network's classes.
 *
 * @param map the last layer's map or vector; `last` is its value in the file's graph.
 * @returns logits [batch, classes].
 * @throws ChiquitoError `model` where the file has no classifier.
 */
export function appendClassifier(
  builder: GraphBuilder,
  map: Value,
  graph: Graph,
  last: Value,
  logits: Value | undefined,
  file: string,
): Value {
  if (logits === undefined) throw new ChiquitoError('model', `${file} has no classifier.`)
  const reached = new Set([last])
  const rest: Node[] = []
  for (const node of graph.nodes) {
    if (node.outputs.includes(last)) continue
    const isReached = node.inputs.some(input => reached.has(input))
    if (isReached) for (const output of node.outputs) reached.add(output)
    if (isReached || !node.inputs.includes('image')) rest.push(node)
  }
  const { dtype } = builder.type(map)
  const cut = pruneUnused({
    ...graph,
    nodes: rest,
    inputs: new Map([[last, { dtype }]]),
    outputs: new Map([[logits, { dtype: 'float32' }]]),
    types: new Map(),
  })
  const bound = bindDims(cut, { [last]: builder.shape(map) })
  return builder.append(bound, new Map([[last, map]])).get(logits) ?? logits
}
