import { Emitter } from '../autodiff/index.js'
import { int64, sizeOf } from '../core/index.js'
import {
  type Graph,
  GraphBuilder,
  inferTypes,
  keyOf,
  type Node,
  pruneUnused,
  readAttributes,
  type Value,
} from '../onnx/index.js'
import { knownShape } from './known-shape.js'

const binary: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div'])

/** Below this many elements there is nothing to gain. */
const worthwhile = 256

/**
 * Takes trailing dimensions of 1 off operands that broadcast and off sums: onnxruntime 1.30 goes through [1280, 320, 1, 1]
 * times a number one element at a time, a hundred times slower than through [1280, 320]. Weights of 1x1 convolutions
 * have that shape.
 */
export function dropTrailingOnes(given: Graph): Graph {
  const graph = inferTypes(given)
  const slow = new Map<Node, number>()
  // What is flat already stays so through operators that would not need it: fewer reshapes.
  const flat = new Set<Value>()
  for (const node of graph.nodes) {
    const ones = trailingOnes(graph, node, flat)
    if (ones === 0) continue
    slow.set(node, ones)
    for (const output of node.outputs) flat.add(output)
  }
  if (slow.size === 0) return graph
  const builder = new GraphBuilder(graph.name)
  const renamed = new Map<Value, Value>()
  const flats = new Map<Value, Value>()
  builder.reserve(graph.nodes.flatMap(node => node.outputs))
  for (const [name, tensor] of graph.initializers)
    if (!graph.inputs.has(name)) builder.initializer(name, tensor)
  for (const [name, { dtype, shape }] of graph.inputs) builder.input(name, dtype, shape ?? [])
  const declared = (value: Value) => graph.types.get(value) ?? graph.outputs.get(value)
  for (const node of graph.nodes) {
    const ones = slow.get(node)
    if (ones === undefined) builder.copy(node, renamed, '', declared)
    else renamed.set(node.outputs[0], flattened(builder, graph, node, { renamed, flats }, ones))
  }
  for (const name of graph.outputs.keys()) builder.output(renamed.get(name) ?? name, name)
  return pruneUnused(builder.build())
}

/** The node without so many trailing dimensions of 1. */
function flattened(
  builder: GraphBuilder,
  graph: Graph,
  node: Node,
  { renamed, flats }: { readonly renamed: ReadonlyMap<Value, Value>; readonly flats: Map<Value, Value> },
  ones: number,
): Value {
  const e = new Emitter(builder)
  const shape = knownShape(graph, node.outputs[0]) ?? []
  const flat = (input: Value) => {
    const found = flats.get(`${ones} ${input}`)
    if (found !== undefined) return found
    const value = renamed.get(input) ?? input
    const own = builder.staticShape(value)
    const made = own.length === 0 ? value : e.reshape(value, own.slice(0, -ones))
    flats.set(`${ones} ${input}`, made)
    return made
  }
  const axes = summedAxes(graph, node)
  const inputs = axes ? [flat(node.inputs[0])] : node.inputs.map(flat)
  if (axes) {
    const left = axes.filter(axis => axis < builder.staticShape(inputs[0]).length)
    const sum = left.length === 0 ? inputs[0] : e.reduceSum(inputs[0], left)
    return e.reshape(sum, shape)
  }
  const names = inputs.map((_, i) => `#${i}`)
  const result = new Map(names.map((name, i) => [name, inputs[i]]))
  builder.copy({ ...node, inputs: names, outputs: ['flat'] }, result)
  const output = result.get('flat') ?? ''
  flats.set(`${ones} ${node.outputs[0]}`, output)
  return e.reshape(output, shape)
}

/** How many dimensions could be dropped with profit. */
function trailingOnes(graph: Graph, node: Node, flat: ReadonlySet<Value>): number {
  if (summedAxes(graph, node)) return onesAtEnd(knownShape(graph, node.inputs[0]) ?? [])
  if (!binary.has(keyOf(node))) return 0
  const shape = knownShape(graph, node.outputs[0])
  const operands = node.inputs.map(input => knownShape(graph, input))
  if (!shape || operands.some(operand => operand === undefined)) return 0
  const isFlat = node.inputs.some(input => flat.has(input))
  if (!isFlat && operands.every(operand => operand?.join() === shape.join())) return 0
  return onesAtEnd(shape)
}

/** The axes of a sum over known ones, counted from the start. */
function summedAxes(graph: Graph, node: Node): number[] | undefined {
  if (keyOf(node) !== 'ReduceSum') return undefined
  const shape = knownShape(graph, node.inputs[0])
  const axes = graph.initializers.get(node.inputs[1] ?? '') ?? int64([])
  if (!shape || axes.dtype !== 'int64' || graph.inputs.has(node.inputs[1] ?? '')) return undefined
  if (axes.data.length === 0 || readAttributes('ReduceSum', node).noop_with_empty_axes) return undefined
  return Array.from(axes.data, axis => (axis < 0 ? Number(axis) + shape.length : Number(axis)))
}

function onesAtEnd(shape: readonly number[]): number {
  return sizeOf(shape) < worthwhile ? 0 : shape.length - 1 - shape.findLastIndex(dim => dim !== 1)
}
