import type { Graph, Value } from '../../onnx/index.js'
import type { Parameter } from './parameters.js'

/** What exporters call a tensor that has no name in the network's source. */
const anonymous = /^(onnx::|\/|_?val_|_?\d+$|_?const)/i

/**
 * Names for weights that have none of their own, by the operator and its number in the order of use: `matmul3.weight`.
 * They stay the same for the same network, whoever exports it next.
 */
export function namesFor(parameters: readonly Parameter[], names: Names): Map<Value, Value> {
  const named = new Map<Value, Value>()
  const numbers = new Map<string, number>()
  const layers = new Map<Parameter['node'], string>()
  for (const { value, node, input } of parameters) {
    const op = node.op.toLowerCase()
    let layer = layers.get(node)
    if (layer === undefined) {
      const number = (numbers.get(op) ?? 0) + 1
      numbers.set(op, number)
      layer = `${op}${number}`
      layers.set(node, layer)
    }
    if (anonymous.test(value)) named.set(value, names.fresh(`${layer}.${partOf(node.op, input)}`))
  }
  return named
}

const parts: Readonly<Record<string, string>> = {
  Add: 'bias',
  Sub: 'bias',
  Mul: 'scale',
  Div: 'scale',
  Concat: 'token',
  MatMul: 'weight',
}

function partOf(op: string, input: number): string {
  if (Object.hasOwn(parts, op)) return parts[op]
  return input === 2 ? 'bias' : 'weight'
}

/** The names of a graph, and more that no value has. */
export class Names {
  private readonly taken: Set<Value>

  constructor(graph: Graph) {
    const computed = graph.nodes.flatMap(node => node.outputs)
    this.taken = new Set([...graph.inputs.keys(), ...graph.initializers.keys(), ...computed])
  }

  /** The name wanted, or with the first free number. */
  fresh(wanted: string): Value {
    let name = wanted
    for (let i = 1; this.taken.has(name); i++) name = `${wanted}_${i}`
    this.taken.add(name)
    return name
  }
}
