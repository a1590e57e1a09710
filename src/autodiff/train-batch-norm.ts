import { ChiquitoError } from '../core/index.js'
import { type Graph, GraphBuilder, keyOf, type Node, readAttributes, type Value } from '../onnx/index.js'
import { besselFactor } from './batch-norm.js'
import { Emitter } from './emit.js'
import { describeNode } from './rule.js'
import { elementsPer } from './shapes.js'

/** Which batch norms: those that read one of these values (a scale, a bias), or those a test picks. */
export type BatchNormChoice = Iterable<Value> | ((norm: Node) => boolean)

export interface TrainedBatchNorm {
  readonly graph: Graph
  /** Each running statistic, an input or initializer, with the output that holds its value after the step. */
  readonly carried: ReadonlyMap<Value, Value>
}

/**
 * Turns BatchNormalization nodes into training mode: each channel is normalised by the mean and biased variance of the
 * batch, and new outputs hold the running statistics after it, as PyTorch keeps them:
 *
 *   next = momentum * running + (1 - momentum) * that of the batch, the variance of the batch being the unbiased one,
 *
 * with ONNX's momentum, which is one minus PyTorch's. Nodes that say `training_mode` are turned whatever is chosen. A
 * batch norm that two parts of the network share updates its statistics twice, in order.
 *
 * @param which all of them by default.
 * @throws ChiquitoError `model`, naming the node, where running statistics are neither inputs nor initializers.
 */
export function trainBatchNorm(graph: Graph, which: BatchNormChoice = () => true): TrainedBatchNorm {
  const chosen = typeof which === 'function' ? which : reads(new Set(which))
  const isTrained = (node: Node) => keyOf(node) === 'BatchNormalization' && (trains(node) || chosen(node))
  if (!graph.nodes.some(isTrained)) return { graph, carried: new Map() }
  const builder = new GraphBuilder(graph.name)
  builder.reserve([...graph.nodes.flatMap(node => node.outputs), ...graph.outputs.keys()])
  for (const [name, { dtype, shape }] of graph.inputs) builder.input(name, dtype, shape ?? [])
  for (const [name, tensor] of graph.initializers)
    if (!graph.inputs.has(name)) builder.initializer(name, tensor)
  const renamed = new Map<Value, Value>()
  const latest = new Map<Value, Value>()
  const declared = (value: Value) => graph.types.get(value) ?? graph.outputs.get(value)
  for (const node of graph.nodes) {
    if (isTrained(node)) turn(new Emitter(builder), node, renamed, latest)
    else builder.copy(node, renamed, '', declared)
  }
  for (const name of graph.outputs.keys()) builder.output(renamed.get(name) ?? name, name)
  const carried = Array.from(latest, ([statistic, next]): [Value, Value] => {
    const name = `after.${statistic}`
    builder.output(next, name)
    return [statistic, name]
  })
  return { graph: builder.build(), carried: new Map(carried) }
}

function reads(values: ReadonlySet<Value>): (norm: Node) => boolean {
  return norm => norm.inputs.some(input => values.has(input))
}

function trains(norm: Node): boolean {
  return readAttributes('BatchNormalization', norm).training_mode !== 0
}

/** Writes one norm; `latest` has the newest value of each running statistic. */
function turn(e: Emitter, norm: Node, renamed: Map<Value, Value>, latest: Map<Value, Value>): void {
  const { epsilon, momentum } = readAttributes('BatchNormalization', norm)
  const [x, scale, bias] = norm.inputs.map(input => renamed.get(input) ?? input)
  const statistics = norm.inputs.slice(3)
  for (const statistic of statistics) refuseUnlessGiven(e, norm, statistic)
  const [y, mean, variance] = e.builder.ops('chiquito:BatchNormTrain', [x, scale, bias], { epsilon }, 3)
  const perChannel = elementsPer(e, x, mean)
  const factor =
    typeof perChannel === 'number' ? perChannel / Math.max(1, perChannel - 1) : besselFactor(e, perChannel)
  for (const [i, fresh] of [mean, e.mul(variance, factor)].entries()) {
    const running = latest.get(statistics[i]) ?? statistics[i]
    const next = e.add(e.mul(running, momentum), e.mul(fresh, 1 - momentum))
    latest.set(statistics[i], next)
    if (norm.outputs[i + 1]) renamed.set(norm.outputs[i + 1], next)
  }
  renamed.set(norm.outputs[0], y)
}

function refuseUnlessGiven({ builder }: Emitter, norm: Node, statistic: Value): void {
  if (builder.has(statistic) && !builder.producerOf(statistic)) return
  throw new ChiquitoError(
    'model',
    `The running statistics ${statistic} of ${describeNode(norm)} are computed in the graph, so no step can carry them ` +
      'on: make them an input or initializer, or leave this batch norm in evaluation mode.',
  )
}
