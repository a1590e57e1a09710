import { Emitter } from '../autodiff/index.js'
import { sizeOf } from '../core/index.js'
import { type Graph, GraphBuilder, inferTypes, keyOf, type Node, type Value } from '../onnx/index.js'

const binary: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div'])

/** Below this many elements there is nothing to gain. */
const worthwhile = 256

/**
 * Takes trailing dimensions of 1 off operands that broadcast: onnxruntime 1.30 goes through [1280, 320, 1, 1] times a
 * number one element at a time, a hundred times slower than through [1280, 320]. Weights of 1x1 convolutions have
 * that shape.
 */
export function dropTrailingOnes(given: Graph): Graph {
  const graph = inferTypes(given)
  const slow = new Map<Node, number>()
  for (const node of graph.nodes) {
    const ones = trailingOnes(graph, node)
    if (ones > 0) slow.set(node, ones)
  }
  if (slow.size === 0) return graph
  const builder = new GraphBuilder(graph.name)
  const e = new Emitter(builder)
  const renamed = new Map<Value, Value>()
  builder.reserve(graph.nodes.flatMap(node => node.outputs))
  for (const [name, tensor] of graph.initializers)
    if (!graph.inputs.has(name)) builder.initializer(name, tensor)
  for (const [name, { dtype, shape }] of graph.inputs) builder.input(name, dtype, shape ?? [])
  const declared = (value: Value) => graph.types.get(value) ?? graph.outputs.get(value)
  for (const node of graph.nodes) {
    const ones = slow.get(node)
    if (ones === undefined) {
      builder.copy(node, renamed, '', declared)
      continue
    }
    const inputs = node.inputs.map(input => {
      const value = renamed.get(input) ?? input
      const shape = builder.staticShape(value)
      return shape.length === 0 ? value : e.reshape(value, shape.slice(0, -ones))
    })
    const shape = staticShape(graph, node.outputs[0]) ?? []
    const names = inputs.map((_, i) => `#${i}`)
    const result = new Map(names.map((name, i) => [name, inputs[i]]))
    builder.copy({ ...node, inputs: names, outputs: ['flat'] }, result)
    renamed.set(node.outputs[0], e.reshape(result.get('flat') ?? '', shape))
  }
  for (const name of graph.outputs.keys()) builder.output(renamed.get(name) ?? name, name)
  return builder.build()
}

/** How many dimensions could be dropped with profit. */
function trailingOnes(graph: Graph, node: Node): number {
  if (!binary.has(keyOf(node))) return 0
  const shape = staticShape(graph, node.outputs[0])
  const operands = node.inputs.map(input => staticShape(graph, input))
  if (!shape || sizeOf(shape) < worthwhile || operands.some(operand => operand === undefined)) return 0
  if (operands.every(operand => operand?.join() === shape.join())) return 0
  const last = shape.findLastIndex(dim => dim !== 1)
  return shape.length - 1 - last
}

function staticShape(graph: Graph, value: Value): readonly number[] | undefined {
  const type =
    graph.types.get(value) ??
    graph.outputs.get(value) ??
    graph.inputs.get(value) ??
    graph.initializers.get(value)
  const dims = type?.shape?.filter(dim => typeof dim === 'number')
  return dims && dims.length === type?.shape?.length ? dims : undefined
}
