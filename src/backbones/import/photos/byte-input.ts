import { dtypeCodes, freshName, type Graph, type Node, namesIn } from '../../../onnx/index.js'
import { opOf } from '../view/index.js'

/**
 * A graph whose photos are bytes, as one that takes the same numbers as float32: whatever reads them as bytes gets them by
 * a Cast, which is exact. Other graphs stay as they are.
 */
export function floatInput(graph: Graph): { readonly graph: Graph; readonly takesBytes: boolean } {
  const photos = [...graph.inputs].filter(([name]) => !graph.initializers.has(name))
  const [input] = photos
  const takesBytes = photos.length === 1 && input[1].dtype === 'uint8' && input[1].shape?.length === 4
  if (!takesBytes) return { graph, takesBytes }
  const [name, type] = input
  const bytes = freshName(`${name}_bytes`, namesIn(graph))
  const cast: Node = {
    op: 'Cast',
    domain: '',
    name: '',
    inputs: [name],
    outputs: [bytes],
    attributes: { to: { kind: 'int', value: dtypeCodes.uint8 } },
  }
  const nodes = graph.nodes.map(node => {
    // What casts them itself takes any numbers.
    if (opOf(node) === 'Cast' || !node.inputs.includes(name)) return node
    return { ...node, inputs: node.inputs.map(one => (one === name ? bytes : one)) }
  })
  const isRead = nodes.some(node => node.inputs.includes(bytes))
  return {
    graph: {
      ...graph,
      inputs: new Map(
        [...graph.inputs].map(([key, one]) => [key, key === name ? { ...type, dtype: 'float32' } : one]),
      ),
      nodes: isRead ? [cast, ...nodes] : nodes,
    },
    takesBytes,
  }
}
