import type { Graph, Node, Value } from '../../../onnx/index.js'
import { opOf } from '../view/index.js'

const random: ReadonlySet<string> = new Set([
  ...['RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike', 'Bernoulli', 'Multinomial'],
])

/**
 * Whether a network's answer to a photo hangs on that photo alone. Not so where it draws random numbers, or was exported
 * as it trains: with dropout, and with batch norm by the photos at hand. A norm of weights by their own statistics is steady.
 */
export function isSteady({ inputs, nodes, initializers }: Graph): boolean {
  const dependent = new Set([...inputs.keys()].filter(input => !initializers.has(input)))
  const off = new Set(
    Array.from(initializers).flatMap(([name, { dtype, data }]) =>
      dtype === 'bool' && data[0] === 0 ? [name] : [],
    ),
  )
  for (const node of nodes) {
    const { value } = node.attributes
    if (value?.kind === 'tensor' && Number(value.value.data[0]) === 0) off.add(node.outputs[0])
    if (node.inputs.some(input => dependent.has(input)))
      for (const output of node.outputs) dependent.add(output)
    if (random.has(opOf(node)) || isTraining(node, dependent, off)) return false
    for (const attribute of Object.values(node.attributes))
      if (attribute.kind === 'graph' && !isSteady(attribute.value)) return false
  }
  return true
}

function isTraining(node: Node, dependent: ReadonlySet<Value>, off: ReadonlySet<Value>): boolean {
  const op = opOf(node)
  const [x, , isOn = ''] = node.inputs
  if (op === 'Dropout') return isOn !== '' && !off.has(isOn)
  const { training_mode: mode } = node.attributes
  const isByBatch = node.outputs.length > 1 || (mode?.kind === 'int' && Number(mode.value) === 1)
  return op === 'BatchNormalization' && isByBatch && dependent.has(x)
}
