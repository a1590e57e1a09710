import { ChiquitoError, type DType } from '../core/index.js'
import {
  type Attribute,
  type GraphBuilder,
  isOpType,
  keyOf,
  type Node,
  type OpType,
  type Value,
} from '../onnx/index.js'
import { type ArgumentRule, describeNode, type Gradient, type Gradients, refusal } from './rule.js'

export const floats: ReadonlySet<DType> = new Set(['float32', 'float64', 'float16', 'bfloat16'])

export const advice = 'Freeze what lies before it, or take it out of the path to the loss.'

/** An error lists so many nodes; a network of an unknown kind may have hundreds. */
const maxListed = 8

/** Values that depend on a parameter and that the loss depends on, by way of floating-point values. */
export function between(
  builder: GraphBuilder,
  nodes: readonly Node[],
  parameters: readonly Value[],
  loss: Value,
): Set<Value> {
  const reached = new Set(parameters)
  for (const node of nodes) {
    if (!readsOf(node).some(input => reached.has(input))) continue
    for (const output of node.outputs)
      if (output !== '' && isFloat(builder, node, output)) reached.add(output)
  }
  const onPath = new Set([loss].filter(value => reached.has(value)))
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some(output => onPath.has(output))) continue
    for (const input of readsOf(node)) if (reached.has(input)) onPath.add(input)
  }
  return onPath
}

/** An operator that is not known may give anything; it is refused only when it lies on a path. */
function isFloat(builder: GraphBuilder, node: Node, output: Value): boolean {
  return !isOpType(keyOf(node)) || floats.has(builder.type(output).dtype)
}

/** What a node reads: its inputs, and the outer values that its subgraphs use. */
function readsOf(node: Node): Value[] {
  return [...node.inputs.filter(input => input !== ''), ...Object.values(node.attributes).flatMap(capturedBy)]
}

function capturedBy(attribute: Attribute): Value[] {
  if (attribute.kind !== 'graph') return []
  const { inputs, initializers, nodes, outputs } = attribute.value
  const own = new Set([...inputs.keys(), ...initializers.keys(), ...nodes.flatMap(node => node.outputs)])
  return [...nodes.flatMap(readsOf), ...outputs.keys()].filter(value => !own.has(value))
}

/** Refuses a path with nodes that no gradient passes, naming all of them. */
export function refuseObstacles(nodes: readonly Node[], onPath: ReadonlySet<Value>, rules: Gradients): void {
  const obstacles = nodes
    .filter(node => node.outputs.some(output => onPath.has(output)) && readsOf(node).some(x => onPath.has(x)))
    .flatMap(node => obstacleAt(node, onPath, rules) ?? [])
  const [first] = obstacles
  if (first === undefined) return
  if (obstacles.length === 1) throw refusal(first.node, first.reason)
  const lines = obstacles.slice(0, maxListed).map(({ node, reason }) => `- ${describeNode(node)}: ${reason}`)
  const more = obstacles.length > maxListed ? [`- and ${obstacles.length - maxListed} more`] : []
  throw new ChiquitoError(
    'model',
    [`Cannot differentiate ${obstacles.length} nodes:`, ...lines, ...more].join('\n'),
  )
}

function obstacleAt(
  node: Node,
  onPath: ReadonlySet<Value>,
  rules: Gradients,
): { node: Node; reason: string } | undefined {
  const op = keyOf(node)
  if (!isOpType(op)) return { node, reason: `the operator is not known here. ${advice}` }
  const inputs = node.inputs.flatMap((input, i) => (onPath.has(input) ? [i] : []))
  if (inputs.length === 0) return { node, reason: `a subgraph of it reads a trained value. ${advice}` }
  const reason = missingRule(rules, op, inputs)
  return reason === undefined ? undefined : { node, reason }
}

function missingRule<K extends OpType>(
  rules: Gradients,
  op: K,
  inputs: readonly number[],
): string | undefined {
  const gradient = rules[op]
  return inputs.map(input => ruleFor(gradient, input)).find(rule => typeof rule === 'string')
}

/** The rule for an input, or the reason why there is none. */
export function ruleFor<K extends OpType>(gradient: Gradient<K>, input: number): ArgumentRule<K> | string {
  if (!('kind' in gradient))
    return gradient[input] ?? `its input number ${input} is taken as constant, but is trained. ${advice}`
  switch (gradient.kind) {
    case 'every input':
      return gradient.rule
    case 'not differentiable':
      return `${gradient.reason} No gradient passes through it. ${advice}`
    case 'no rule yet':
      return `there is no gradient rule for it yet. ${gradient.remedy}.`
  }
}
