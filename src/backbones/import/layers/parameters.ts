import { sizeOf, type Tensor } from '../../../core/index.js'
import type { Node, Value } from '../../../onnx/index.js'
import { type GraphView, opOf } from '../view/index.js'

/** A weight of the network: its initializer, and the node that uses it first. */
export interface Parameter {
  readonly value: Value
  readonly node: Node
  /** Position among the node's inputs. */
  readonly input: number
}

/** Inputs that are weights, by operator; batch norm's statistics are none. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [0, 1, 2],
  MatMul: [0, 1],
  BatchNormalization: [1, 2],
  LayerNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  GroupNormalization: [1, 2],
  PRelu: [1],
}

/** A tensor among what these join or combine is a weight (bias, layer scale, embedding); a lone number is not. */
const looseInputs: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Concat'])

/** Steps from the photo that only prepare it: their constants are means and deviations. */
const preparing: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Cast', 'Identity', 'Transpose'],
])

/** What a weight may go through before a layer uses it. */
const reshaping: ReadonlySet<string> = new Set([
  ...['Identity', 'Cast', 'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Expand', 'Tile'],
  ...['Slice', 'Split', 'Gather', 'Concat'],
])

/** More for the weights of layers, which some networks standardise. */
const standardizing: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Sqrt', 'Pow', 'ReduceMean', 'BatchNormalization'],
  'InstanceNormalization',
])

/**
 * What can be trained: float32 initializers that a layer uses as weights, as they are or by way of nodes that only
 * depend on weights (transposed, reshaped, standardised). In the order of use.
 */
export function parametersOf(view: GraphView): Parameter[] {
  const found = new Map<Value, Parameter>()
  const prepared = new Set<Value>([view.image])
  for (const node of view.graph.nodes) {
    const isPreparing = preparing.has(opOf(node)) && view.dependents(node).every(input => prepared.has(input))
    if (view.dependents(node).length === 0) continue
    if (isPreparing) for (const output of node.outputs) prepared.add(output)
    else
      for (const input of node.inputs.keys())
        for (const weight of weightsAt(view, node, input))
          if (!found.has(weight)) found.set(weight, { value: weight, node, input })
  }
  return [...found.values()]
}

function weightsAt(view: GraphView, node: Node, input: number): Value[] {
  const value = node.inputs[input]
  const op = opOf(node)
  if (value === '' || view.isDependent(value)) return []
  const isWeight = Object.hasOwn(weightInputs, op) && weightInputs[op].includes(input)
  if (!isWeight && !looseInputs.has(op)) return []
  const tensor = view.initializer(value)
  if (tensor) return tensor.dtype === 'float32' && (isWeight || isLooseWeight(tensor)) ? [value] : []
  return weightsBehind(view, value, isWeight)
}

/** The weights that a value is computed from. What goes through other nodes is a mask or a table of positions. */
function weightsBehind(view: GraphView, value: Value, isWeight: boolean): Value[] {
  const seen = new Set([value])
  // The set grows while it is gone through.
  for (const at of seen) {
    const node = view.producer(at)
    if (!node) continue
    const op = opOf(node)
    if (!reshaping.has(op) && !(isWeight && standardizing.has(op))) continue
    for (const input of node.inputs) seen.add(input)
  }
  return [...seen].filter(at => {
    const tensor = view.initializer(at)
    return tensor?.dtype === 'float32' && isLooseWeight(tensor)
  })
}

function isLooseWeight(tensor: Tensor<'float32'>): boolean {
  return sizeOf(tensor.shape) > 1 && !isMask(tensor.data)
}

/** 0 where attention may look, one large negative number where it may not. */
function isMask(data: Float32Array): boolean {
  const low = data.find(value => value !== 0)
  return (
    low !== undefined && low <= -1 && data.includes(0) && data.every(value => value === 0 || value === low)
  )
}
