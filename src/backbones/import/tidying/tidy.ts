import { ChiquitoError, type DType, type Tensor } from '../../../core/index.js'
import {
  dtypeOfCode,
  foldConstants,
  type Graph,
  inferTypes,
  type Node,
  type Value,
} from '../../../onnx/index.js'
import { toFloat32 } from '../../weights.js'
import { opOf } from '../view/index.js'

/**
 * What exporters write in several ways, written in one: weights are float32 initializers, each its own even where an
 * exporter stored equal ones once and passes them on by Identity; batch norm is in evaluation mode; constants are
 * initializers.
 */
export function tidy(graph: Graph): Graph {
  const initializers = new Map(graph.initializers)
  const nodes: Node[] = []
  const isOfWeights = weightNorms(graph)
  for (const node of graph.nodes) {
    const copy = copied(node, initializers)
    if (copy && !graph.outputs.has(node.outputs[0])) initializers.set(node.outputs[0], copy)
    else if (isOfWeights(node)) nodes.push(asInstanceNorm(node))
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

/**
 * Whether a node is a batch norm of a weight by that weight's own mean and variance: so PyTorch's exporters write
 * standardised weights (NFNets, BiT, `StdConv2d` of timm) as [1, channels, values]. It has no running statistics.
 */
function weightNorms(graph: Graph): (node: Node) => boolean {
  const isSuspect = ({ op, domain, attributes: { training_mode: mode } }: Node) =>
    op === 'BatchNormalization' && domain === '' && mode?.kind === 'int' && Number(mode.value) === 1
  if (!graph.nodes.some(isSuspect)) return () => false
  const dependent = new Set(graph.inputs.keys())
  for (const { inputs, outputs } of graph.nodes)
    if (inputs.some(input => dependent.has(input))) for (const output of outputs) dependent.add(output)
  const { types } = inferTypes(graph)
  return node => {
    const [weight] = node.inputs
    if (!isSuspect(node) || dependent.has(weight)) return false
    const shape = types.get(weight)?.shape ?? graph.initializers.get(weight)?.shape
    if (shape?.[0] === 1) return true
    throw new ChiquitoError(
      'model',
      `The network's node ${node.name || node.outputs[0]} normalises a weight [${shape?.join(', ') ?? 'of unknown shape'}] by its own statistics, which is taken for [1, channels, values] only. Export it by torch.onnx.export(…, dynamo=True).`,
    )
  }
}

/** Over one "photo", the statistics of the batch are those of the instance. */
function asInstanceNorm({ attributes: { epsilon }, ...node }: Node): Node {
  return {
    ...node,
    op: 'InstanceNormalization',
    inputs: node.inputs.slice(0, 3),
    outputs: node.outputs.slice(0, 1),
    attributes: epsilon ? { epsilon } : {},
  }
}

/** Batch norm as it is used: by its running statistics. */
function evaluated(node: Node): Node {
  const { training_mode: _, ...attributes } = node.attributes
  return { ...node, attributes, outputs: node.outputs.slice(0, 1) }
}
