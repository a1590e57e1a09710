import { expandComposites } from '../autodiff/index.js'
import {
  breather,
  float32,
  RandomStream,
  scalar,
  sizeOf,
  type Tensor,
  throwIfAborted,
} from '../core/index.js'
import { Session } from '../engine/index.js'
import { type Graph, GraphBuilder, model, type Value } from '../onnx/index.js'
import { type Formulation, keyOfFormulation } from './formulation.js'
import { rewriteGraph } from './rewrite.js'

/**
 * Largest difference from the plain form, relative to the largest value. Sums of a few hundred products in another order
 * differ by less than 1e-5; a wrong order of weights by about 1.
 */
const tolerance = 1e-3

/** Formulations tried together: a run of the runtime keeps the thread, and Ctrl-C is to be heard in between. */
const ATONCE = 8

/** What was tried in this process: whether it was right. */
const tried = new Map<string, boolean>()

/**
 * Those of the formulations that do not give on this machine what the plain operators give. Each is tried once a
 * process, on a small random example. Throws `interrupted`.
 */
export async function wrongFormulations(
  formulations: ReadonlyMap<string, Formulation>,
  block: number,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const fresh = new Map(Array.from(formulations).filter(([key]) => !tried.has(key)))
  const open = [...fresh.values()]
  for (let i = 0; i < open.length; i += ATONCE)
    for (const [key, right] of await tryOut(open.slice(i, i + ATONCE), block, signal)) tried.set(key, right)
  return new Set([...formulations.keys()].filter(key => !tried.get(key)))
}

async function tryOut(
  formulations: readonly Formulation[],
  block: number,
  signal: AbortSignal | undefined,
): Promise<Map<string, boolean>> {
  const graph = exampleGraph(formulations)
  const random = RandomStream.fromSeed(1)
  const feeds: Record<string, Tensor> = {}
  const breathe = breather(signal)
  for (const [name, { shape }] of graph.inputs) {
    const dims = (shape ?? []).map(Number)
    const data = new Float32Array(sizeOf(dims))
    for (let i = 0; i < data.length; i++) data[i] = random.normal()
    feeds[name] = float32(data, dims)
    await breathe()
  }
  const plain = await evaluate(expandComposites(graph), feeds)
  throwIfAborted(signal)
  const blocked = await evaluate(rewriteGraph(graph, block).graph, feeds).catch(() => undefined)
  throwIfAborted(signal)
  return new Map(
    formulations.map((formulation, i) => {
      const [expected, actual] = [plain[`y${i}`], blocked?.[`y${i}`]]
      return [keyOfFormulation(formulation), actual !== undefined && agree(expected, actual)]
    }),
  )
}

/** Every formulation side by side: inputs `x0`, `w0`, ..., outputs `y0`, ... */
export function exampleGraph(formulations: readonly Formulation[]): Graph {
  const builder = new GraphBuilder('self-check')
  for (const [i, formulation] of formulations.entries())
    builder.output(addExample(builder, formulation, String(i)), `y${i}`)
  return builder.build()
}

function addExample(builder: GraphBuilder, formulation: Formulation, suffix: string): Value {
  const { op, x, w, y, group, geometry, bias, sum, activation } = formulation
  const input = (name: string, shape: readonly number[]) =>
    builder.input(`${name}${suffix}`, 'float32', shape)
  const attributes = {
    kernel_shape: geometry.kernel,
    strides: geometry.strides,
    dilations: geometry.dilations,
    pads: geometry.pads,
    group,
  }
  const [image, filter] = [input('x', x), input('w', w)]
  if (op === 'Conv') {
    const result = builder.op('Conv', [image, filter, bias ? input('b', [w[0]]) : undefined], attributes)
    const summed = sum ? builder.op('Add', [result, input('s', y)]) : result
    if (activation?.kind === 'Relu') return builder.op('Relu', [summed])
    if (!activation) return summed
    const bounds = activation.parameters.map(bound => builder.constant(scalar(bound)))
    return builder.op('Clip', [summed, ...bounds])
  }
  const inputs = [image, filter, input('dy', y)]
  if (op === 'ConvWeightGrad') return builder.op('chiquito:ConvWeightGrad', inputs, attributes)
  const result = builder.op('chiquito:ConvInputGrad', inputs, attributes)
  return sum ? builder.op('Add', [result, input('s', x)]) : result
}

async function evaluate(graph: Graph, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await Session.open(model(graph), { threads: 1 })
  try {
    const names = [...session.inputs.keys()]
    return await session.run(Object.fromEntries(names.map(name => [name, feeds[name]])))
  } finally {
    await session.close()
  }
}

function agree(expected: Tensor, actual: Tensor): boolean {
  if (expected.dtype !== 'float32' || actual.dtype !== 'float32') return false
  let [most, worst] = [0, 0]
  for (const [i, value] of expected.data.entries()) {
    most = Math.max(most, Math.abs(value))
    const off = Math.abs(value - actual.data[i])
    // NaN must not look small.
    if (!(off <= worst)) worst = off
  }
  return worst <= tolerance * most
}
