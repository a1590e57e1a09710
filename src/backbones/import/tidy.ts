import type { DType, Tensor } from '../../core/index.js'
import { dtypeOfCode, foldConstants, type Graph, type Node, type Value } from '../../onnx/index.js'
import { toFloat32 } from '../weights.js'
import { opOf } from './view.js'

/**
 * What exporters write in several ways, written in one: weights are float32 initializers, each its own even where an
 * exporter stored equal ones once and passes them on by Identity; batch norm is in evaluation mode; constants are
 * initializers.
 */
export function tidy(graph: Graph): Graph {
  const initializers = new Map(graph.initializers)
  const nodes: Node[] = []
  for (const node of graph.nodes) {
    const copy = copied(node, initializers)
    if (copy && !graph.outputs.has(node.outputs[0])) initializers.set(node.outputs[0], copy)
    else nodes.push(opOf(node) === 'BatchNormalization' ? evaluated(node) : node)
  }
  // Types declared for what has become an initializer, or for statistics that are gone, are inferred where needed.
  const inner = new Set(nodes.flatMap(node => node.outputs))
  const types = new Map([...graph.types].filter(([value]) => inner.has(value)))
  return foldConstants({ ...graph, nodes, initializers, types })
}

/** The tensor that a node only passes on: of an initializer by Identity, or by a Cast of floats to float32. */
function copied(node: Node, initializers: ReadonlyMap<Value, Tensor>): Tensor | undefined {
  const tensor = initializers.get(node.inputs[0])
  if (!tensor) return undefined
  const op = opOf(node)
  if (op === 'Identity') return tensor
  const { to } = node.attributes
  const isWidened = op === 'Cast' && to?.kind === 'int' && dtypeOfCode(Number(to.value)) === 'float32'
  return isWidened && floats.has(tensor.dtype) ? toFloat32(tensor) : undefined
}

const floats: ReadonlySet<DType> = new Set(['float16', 'bfloat16', 'float32', 'float64'])

/** Batch norm as it is used: by its running statistics. */
function evaluated(node: Node): Node {
  const { training_mode: _, ...attributes } = node.attributes
  return { ...node, attributes, outputs: node.outputs.slice(0, 1) }
}
