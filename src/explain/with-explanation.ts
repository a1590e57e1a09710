import { differentiate, Emitter, expandComposites } from '../autodiff/index.js'
import { ChiquitoError, float32 } from '../core/index.js'
import {
  freshName,
  type Graph,
  GraphBuilder,
  namesIn,
  renameValues,
  startFrom,
  type Value,
  verifyGraph,
} from '../onnx/index.js'
import { sharingOut } from './interpolation.js'
import { type LastMap, lastMaps, type Unexplained } from './last-maps.js'

/** The output that a graph gets. */
export const WHY = 'why'

/** What stands in the place of the class asked for among its rivals: less than any logit, and no infinity. */
const nothing = -1e30

/**
 * A classifier's graph, as `model.onnx` holds it (brought to our operator set by `upgradeModel`), with one more output:
 * `why` float32 [batch, height, width], how much each place of a photo spoke for its most probable class (above 0) or against it
 * (below 0). Plain ONNX; the other outputs stay what they are.
 *
 * It is the signed Grad-CAM map (Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
 * Localization", without its last ReLU) of the log-odds of that class, log p / (1 - p): they do not change where a number is added
 * to all logits, which changes no probability either. Where features are taken at several layers, it is the sum over their maps, each
 * with the others held fast, on the finest grid. What is no place's own (biases, above all) is shared out evenly, so that a
 * photo's numbers add up to the log-odds: behind means and a linear layer, each is the verdict on its place alone, as a share.
 *
 * The graph is returned as it is where it has that output already. Networks without maps (transformers) get no graph: see `why`.
 */
export function withExplanation(graph: Graph): Graph | Unexplained {
  if (graph.outputs.has(WHY)) return graph
  const missing = ends.find(end => !graph.outputs.has(end))
  if (missing !== undefined) return { why: `it has no output "${missing}"` }
  const [input] = graph.inputs.keys()
  const own = namesIn(graph).has(WHY) ? renameValues(graph, new Map([[WHY, `${WHY}.own`]])) : graph
  const maps = lastMaps(own, input, ends)
  if ('why' in maps) return maps
  try {
    return joined(own, explanationOf(own, maps))
  } catch (error) {
    if (!(error instanceof ChiquitoError) || error.code !== 'model') throw error
    return { why: `there are no gradients of it: ${error.message.replace(/\.$/, '')}` }
  }
}

const ends = ['logits', 'probabilities'] as const

/** What comes behind the maps, and the output `why` made of it; known are the values that the whole graph has, too. */
interface Explaining {
  readonly graph: Graph
  readonly known: ReadonlySet<Value>
}

function explanationOf(graph: Graph, maps: readonly LastMap[]): Explaining {
  const outputs = new Map([...graph.outputs].filter(([name]) => ends.some(end => end === name)))
  const behind = startFrom(
    { ...graph, outputs },
    maps.map(({ value }) => value),
  )
  const b = new GraphBuilder('why')
  b.reserve(behind.nodes.flatMap(node => node.outputs))
  for (const [name, tensor] of behind.initializers) b.initializer(name, tensor)
  for (const [name, { dtype, shape }] of behind.inputs)
    if (!behind.initializers.has(name)) b.input(name, dtype, shape ?? [])
  const declared = (value: Value) => behind.types.get(value) ?? behind.outputs.get(value)
  const renamed = new Map<Value, Value>()
  for (const node of behind.nodes) b.copy(node, renamed, '', declared)
  const known = namesIn(behind)
  const e = new Emitter(b)
  const odds = logOdds(e, 'logits', 'probabilities')
  const values = maps.map(({ value }) => value)
  const grads = differentiate(b, e.reduceSum(odds, undefined, false), values)
  const [height, width] = [Math.max(...maps.map(one => one.height)), Math.max(...maps.map(one => one.width))]
  const [first, ...others] = maps.map(map =>
    stretched(e, gradCam(e, map, grads.get(map.value) ?? ''), map, height, width),
  )
  const sum = e.sumOf([first, ...others])
  const rest = e.div(e.sub(odds, e.reduceSum(sum, [1, 2])), height * width)
  b.output(e.add(sum, rest), WHY)
  return { graph: expandComposites(b.build()), known }
}

/** The log-odds of each photo's most probable class: [batch, 1, 1]. */
function logOdds(e: Emitter, logits: Value, probabilities: Value): Value {
  const [, classes] = e.shape(logits)
  if (typeof classes !== 'number')
    throw new ChiquitoError('model', `The number of its classes is not fixed, but ${classes}.`)
  const top = e.builder.op('ArgMax', [probabilities], { axis: 1, keepdims: 1 })
  const isTop = e.builder.op('Equal', [top, e.ints(Array.from({ length: classes }, (_, k) => k))])
  const own = e.builder.op('Where', [isTop, logits, e.floats('float32', [0])])
  const rivals = e.builder.op('Where', [isTop, e.floats('float32', [nothing]), logits])
  const rest = e.builder.op('ReduceLogSumExp', [rivals, e.ints([1])], { keepdims: 1 })
  return e.unsqueeze(e.sub(e.reduceSum(own, [1]), rest), [2])
}

/** Channels weighted by their mean gradients, and summed: [batch, height, width]. */
function gradCam(
  e: Emitter,
  { value, channels, height, width, isChannelsLast }: LastMap,
  grad: Value,
): Value {
  const places = isChannelsLast ? [1, 2] : [2, 3]
  const weights = e.reduceMean(grad, places, false)
  const points = height * width
  const product = isChannelsLast
    ? e.matMul(e.reshape(value, [-1, points, channels]), e.unsqueeze(weights, [2]))
    : e.matMul(e.unsqueeze(weights, [1]), e.reshape(value, [-1, channels, points]))
  return e.reshape(product, [-1, height, width])
}

/** On a finer grid, with the same sum. */
function stretched(e: Emitter, map: Value, from: LastMap, height: number, width: number): Value {
  const rows =
    from.height === height ? map : e.matMul(matrix(e, sharingOut(from.height, height), from.height), map)
  if (from.width === width) return rows
  return e.matMul(
    rows,
    e.builder.op('Transpose', [matrix(e, sharingOut(from.width, width), from.width)], { perm: [1, 0] }),
  )
}

function matrix(e: Emitter, data: Float32Array, columns: number): Value {
  return e.builder.constant(float32(data, [data.length / columns, columns]))
}

/** The graph with what explains it, under names of its own. */
function joined(graph: Graph, { graph: part, known }: Explaining): Graph {
  const taken = namesIn(graph)
  const nodes = part.nodes.filter(node => !known.has(node.outputs[0]))
  const initializers = new Map([...part.initializers].filter(([name]) => !known.has(name)))
  const names = new Map<Value, Value>()
  for (const name of [...initializers.keys(), ...nodes.flatMap(node => node.outputs)])
    if (name !== WHY && name !== '') names.set(name, freshName(`${WHY}.${name}`, taken))
  const added = renameValues(
    { ...part, inputs: new Map(), outputs: new Map(), types: new Map(), initializers, nodes },
    names,
  )
  const whole: Graph = {
    ...graph,
    initializers: new Map([...graph.initializers, ...added.initializers]),
    nodes: [...graph.nodes, ...added.nodes],
    outputs: new Map([...graph.outputs, ...part.outputs]),
  }
  verifyGraph(whole)
  return whole
}
