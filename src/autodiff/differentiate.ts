import { ChiquitoError } from '../core/index.js'
import { type GraphBuilder, isOpType, keyOf, type Node, type OpType, type Value } from '../onnx/index.js'
import { callOf } from './call.js'
import { Emitter, floatTensor } from './emit.js'
import { gradients } from './gradients/index.js'
import { advice, between, floats, refuseObstacles, ruleFor } from './path.js'
import { type Gradients, refusal } from './rule.js'
import { sumToLike } from './shapes.js'

export interface DifferentiateOptions {
  /** The gradient table; another one only to test the checker with a wrong rule. */
  readonly rules?: Gradients | undefined
}

/**
 * Appends the gradient of a scalar loss for each parameter and returns them by parameter, in the parameters' dtype
 * and shape: reverse accumulation over the builder's nodes. A parameter is any value, mostly an input. Parts of the
 * graph that do not lie between a parameter and the loss get no gradient nodes.
 *
 * A gradient follows floating-point values only: what goes through whole numbers or truth values (shapes, comparisons,
 * ArgMax) is constant for it, as everywhere.
 *
 * Throws `model`: the loss is not a float scalar; a parameter does not influence the loss (an error, not a zero
 * gradient: it is a forgotten connection, or a parameter that should not be listed); operators between them have no
 * gradient, or no rule yet (all of them named with their nodes and a remedy, before anything is appended).
 */
export function differentiate(
  builder: GraphBuilder,
  loss: Value,
  parameters: readonly Value[],
  options: DifferentiateOptions = {},
): Map<Value, Value> {
  refuseUnlessScalar(builder, loss)
  const nodes = [...builder.nodes()]
  const onPath = between(builder, nodes, parameters, loss)
  const stray = parameters.find(parameter => !onPath.has(parameter))
  if (stray !== undefined) throw unconnected(stray, loss)
  const rules = options.rules ?? gradients
  refuseObstacles(nodes, onPath, rules)
  const grads = new Accumulator(builder)
  grads.add(loss, builder.constant(floatTensor(builder.type(loss).dtype, [1], builder.staticShape(loss))))
  for (const node of nodes.toReversed()) visit(builder, node, grads, onPath, rules)
  return new Map(
    parameters.map(parameter => {
      const grad = grads.of(parameter)
      if (grad === undefined) throw unconnected(parameter, loss)
      return [parameter, grad]
    }),
  )
}

/** Sums what arrives at each value; the sum is written when the value's turn comes. */
class Accumulator {
  private readonly parts = new Map<Value, [Value, ...Value[]]>()

  constructor(private readonly builder: GraphBuilder) {}

  add(value: Value, part: Value): void {
    const found = this.parts.get(value)
    if (found) found.push(part)
    else this.parts.set(value, [part])
  }

  of(value: Value): Value | undefined {
    const parts = this.parts.get(value)
    if (!parts) return undefined
    const sum = new Emitter(this.builder).sumOf(parts)
    this.parts.set(value, [sum])
    return sum
  }
}

/** Hands the gradients of a node's outputs on to those of its inputs that lie on a path. */
function visit(
  builder: GraphBuilder,
  node: Node,
  grads: Accumulator,
  onPath: ReadonlySet<Value>,
  rules: Gradients,
): void {
  const outputs = node.outputs.map(output => (onPath.has(output) ? grads.of(output) : undefined))
  const op = keyOf(node)
  if (outputs.every(grad => grad === undefined) || !isOpType(op)) return
  const inputs = node.inputs.flatMap((input, i) => (onPath.has(input) ? [i] : []))
  for (const [i, grad] of propagate(builder, rules, op, node, outputs, inputs))
    grads.add(node.inputs[i], grad)
}

/** The gradients for some inputs of a node, each in its input's shape. */
function propagate<K extends OpType>(
  builder: GraphBuilder,
  rules: Gradients,
  op: K,
  node: Node,
  outputs: readonly (Value | undefined)[],
  inputs: readonly number[],
): [number, Value][] {
  const { call, unread } = callOf(builder, op, node, outputs)
  const gradient = rules[op]
  const grads = inputs.map((i): [number, Value] => {
    const rule = ruleFor(gradient, i)
    if (typeof rule === 'string') throw refusal(node, rule)
    return [i, sumToLike(call.e, rule(call, i), node.inputs[i])]
  })
  const missed = unread()
  if (missed !== undefined) throw refusal(node, `there is no rule for its output ${missed}. ${advice}`)
  return grads
}

function refuseUnlessScalar(builder: GraphBuilder, loss: Value): void {
  const { dtype, shape } = builder.type(loss)
  const one = shape?.every(dim => dim === 1)
  if (one && floats.has(dtype)) return
  throw new ChiquitoError(
    'model',
    `The loss must be one float, but ${loss} is ${dtype} [${shape?.join(', ') ?? '?'}]: reduce it, with ReduceMean or ` +
      'ReduceSum over all axes.',
  )
}

function unconnected(parameter: Value, loss: Value): ChiquitoError {
  return new ChiquitoError(
    'model',
    `The parameter ${parameter} does not influence the loss ${loss} through floating-point values: connect it, or ` +
      'leave it out of the parameters.',
  )
}
