import { float32 } from '../../../core/index.js'
import { type Graph, inferTypes, type Node, namesIn, type Value } from '../../../onnx/index.js'
import { opOf } from '../view/index.js'

/** Nothing that a float32 can be is lower, but minus infinity. */
const lowest = -3.4028234663852886e38

/**
 * The graph with a Clip that changes nothing between a Pad with zeros and the max pooling that reads it (BiT). onnxruntime
 * up to 1.30 puts such a Pad into the pooling, whose own padding never wins: where all of a window is negative, the zero
 * is lost. The Clip keeps the two apart, here and in every model that is written of the network. After Relu zeros lose
 * anyway, and it is left as it is.
 */
export function keepPaddedMaxima(graph: Graph): Graph {
  const producers = new Map<Value, Node>()
  for (const node of graph.nodes) for (const output of node.outputs) producers.set(output, node)
  const isSuspect = (node: Node) => {
    const pad = producers.get(node.inputs[0])
    if (opOf(node) !== 'MaxPool' || !pad || !padsWithZeros(pad, graph)) return false
    const before = producers.get(pad.inputs[0])
    return !before || opOf(before) !== 'Relu'
  }
  if (!graph.nodes.some(isSuspect)) return graph
  const { types } = inferTypes(graph)
  const taken = namesIn(graph)
  const fresh = (base: string) => {
    let name = base
    for (let i = 2; taken.has(name); i++) name = `${base}_${i}`
    taken.add(name)
    return name
  }
  const bound = fresh('lowest')
  const nodes = graph.nodes.flatMap(node => {
    const [padded, ...rest] = node.inputs
    if (!isSuspect(node) || types.get(padded)?.dtype !== 'float32') return [node]
    const kept = fresh(`${padded}_kept`)
    const clip: Node = {
      op: 'Clip',
      domain: '',
      name: kept,
      inputs: [padded, bound],
      outputs: [kept],
      attributes: {},
    }
    return [clip, { ...node, inputs: [kept, ...rest] }]
  })
  return { ...graph, nodes, initializers: new Map([...graph.initializers, [bound, float32([lowest], [])]]) }
}

/** Whether a node pads with zeros, or with what is not known. */
function padsWithZeros(node: Node, graph: Graph): boolean {
  const { mode } = node.attributes
  if (opOf(node) !== 'Pad' || (mode?.kind === 'string' && mode.value !== 'constant')) return false
  const value = graph.initializers.get(node.inputs[2] ?? '')
  return value?.dtype !== 'float32' || value.data[0] === 0
}
