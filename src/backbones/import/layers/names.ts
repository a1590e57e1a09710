import { freshName, type Graph, namesIn, type Value } from '../../../onnx/index.js'
import type { Parameter } from './parameters.js'

/** What exporters call a tensor that has no name in the network's source. */
const anonymous = /^(onnx::|\/|_?val_|_?\d+$|_?const)/i

/**
 * A name for every value of an imported graph but the photo's, `image`. They live in a space of their own, `net[NAME]`:
 * graphs that are made around them have inputs, outputs and weights of their own (`pixels`, `logits`, `rate.trunk`), and
 * derive names from these (`next.NAME`, `NAME.ema`), and no file's names can be among those.
 */
export function ownNames(graph: Graph, parameters: readonly Parameter[]): Map<Value, Value> {
  const taken = namesIn(graph)
  const named = namesFor(parameters, taken)
  const others = [...taken].filter(value => value !== '' && value !== 'image')
  return new Map(others.map(value => [value, `net[${named.get(value) ?? value}]`]))
}

/**
 * Names for weights that have none of their own, by the operator and its number in the order of use: `matmul3.weight`.
 * They stay the same for the same network, whoever exports it next.
 */
function namesFor(parameters: readonly Parameter[], taken: ReadonlySet<Value>): Map<Value, Value> {
  const given = new Set(taken)
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
    if (anonymous.test(value)) named.set(value, freshName(`${layer}.${partOf(node.op, input)}`, given))
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
