import type { DType, Tensor } from '../../../core/index.js'
import {
  type Attribute,
  dtypeCodes,
  dtypeOfCode,
  type Graph,
  type Node,
  type Value,
  type ValueType,
} from '../../../onnx/index.js'
import { toFloat32 } from '../../weights.js'

const halves: ReadonlySet<DType> = new Set(['float16', 'bfloat16'])

/** Attributes that name an element type by ONNX's number. */
const typeAttributes: Readonly<Record<string, string>> = {
  Cast: 'to',
  EyeLike: 'dtype',
  RandomNormal: 'dtype',
  RandomNormalLike: 'dtype',
  RandomUniform: 'dtype',
  RandomUniformLike: 'dtype',
}

/** Whether a graph computes in 16-bit floats somewhere. */
export function isInHalves({ inputs, initializers, nodes }: Graph): boolean {
  const held = [...inputs.values(), ...initializers.values()]
  return held.some(({ dtype }) => halves.has(dtype)) || nodes.some(makesHalves)
}

function makesHalves({ op, attributes }: Node): boolean {
  const to = Object.hasOwn(typeAttributes, op) ? attributes[typeAttributes[op]] : undefined
  const dtype = to?.kind === 'int' ? dtypeOfCode(Number(to.value)) : undefined
  return dtype !== undefined && halves.has(dtype)
}

/**
 * The graph in float32 where it is in 16-bit floats: weights are widened, which is exact, and what was cast to 16 bits is
 * cast to 32. Such files are made to take less room; nobody trains in 16 bits without keeping weights in 32.
 */
export function widen(graph: Graph): Graph {
  return {
    ...graph,
    inputs: mapped(graph.inputs, widerType),
    outputs: mapped(graph.outputs, widerType),
    types: mapped(graph.types, widerType),
    initializers: mapped(graph.initializers, widerTensor),
    nodes: graph.nodes.map(widerNode),
  }
}

function widerNode(node: Node): Node {
  const entries = Object.entries(node.attributes)
  if (entries.length === 0) return node
  const key = Object.hasOwn(typeAttributes, node.op) ? typeAttributes[node.op] : undefined
  const attributes = entries.map(([name, attribute]): [string, Attribute] => [
    name,
    widerAttribute(attribute, name === key),
  ])
  return { ...node, attributes: Object.fromEntries(attributes) }
}

function widerAttribute(attribute: Attribute, isType: boolean): Attribute {
  if (attribute.kind === 'graph') return { kind: 'graph', value: widen(attribute.value) }
  if (attribute.kind === 'tensor') return { kind: 'tensor', value: widerTensor(attribute.value) }
  if (attribute.kind !== 'int' || !isType) return attribute
  const dtype = dtypeOfCode(Number(attribute.value))
  return dtype && halves.has(dtype) ? { kind: 'int', value: dtypeCodes.float32 } : attribute
}

const widerType = (type: ValueType): ValueType =>
  halves.has(type.dtype) ? { ...type, dtype: 'float32' } : type

const widerTensor = (tensor: Tensor): Tensor => (halves.has(tensor.dtype) ? toFloat32(tensor) : tensor)

function mapped<T>(values: ReadonlyMap<Value, T>, change: (held: T) => T): Map<Value, T> {
  return new Map(Array.from(values, ([value, held]): [Value, T] => [value, change(held)]))
}
