import { ChiquitoError, RandomStream, type Tensor } from '../core/index.js'
import { type Graph, GraphBuilder, type Value } from '../onnx/index.js'
import { differentiate } from './differentiate.js'
import { Emitter } from './emit.js'
import type { Gradients } from './rule.js'

export interface GradientCheck {
  /** A graph with at least one float output; nothing in it is random. */
  readonly graph: Graph
  /** The point at which its gradients are checked. It should keep away from kinks by more than the step. */
  readonly feeds: Readonly<Record<Value, Tensor>>
  /** Runs a graph: the engine, or anything else that understands ONNX. */
  readonly evaluate: (
    graph: Graph,
    feeds: Readonly<Record<Value, Tensor>>,
  ) => Promise<Readonly<Record<Value, Tensor>>>
  /** The inputs to differentiate for; by default all float ones. */
  readonly parameters?: readonly Value[] | undefined
  readonly random?: RandomStream | undefined
  /** Directions tried for each parameter; 3. */
  readonly projections?: number | undefined
  /** Greatest relative error: 1e-5 for float64 graphs, 1e-2 for others. */
  readonly tolerance?: number | undefined
  readonly rules?: Gradients | undefined
}

/** One parameter, one direction. */
export interface GradientFinding {
  readonly parameter: Value
  /** The slope along the direction from the gradient graph. */
  readonly analytic: number
  /** The slope along the direction from central differences. */
  readonly numeric: number
  /** Their difference, relative to the slope that a random direction would show. */
  readonly error: number
}

/**
 * Checks the gradients of a graph numerically. All outputs are projected to one number by random weights; for each
 * parameter the slope of that number along random directions is compared with the gradient's. Sums are made in
 * float64, whatever the graph computes in, and the step is the cube root of the dtype's precision, where rounding
 * and curvature disturb central differences least.
 *
 * Returns the findings; throws `model` with the worst of them when one is off by more than the tolerance.
 */
export async function checkGradients(check: GradientCheck): Promise<GradientFinding[]> {
  const { graph, feeds, evaluate, random = RandomStream.fromSeed(1), projections = 3 } = check
  const parameters = check.parameters ?? [...graph.inputs.keys()].filter(name => isFloat(feeds[name]))
  const weights = new Map<Value, FloatTensor>()
  for (const [name, output] of Object.entries(await evaluate(graph, feeds)))
    if (isFloat(output)) weights.set(name, normalLike(output, random))
  const project = async (at: Readonly<Record<Value, Tensor>>) => {
    const outputs = await evaluate(graph, at)
    return Array.from(weights, ([name, weight]) => dot(outputs[name], weight)).reduce((a, b) => a + b, 0)
  }
  const weightFeeds = Array.from(weights, ([name, weight]) => [weightName(name), weight])
  const grads = await evaluate(gradientGraph(graph, parameters, weights, check.rules), {
    ...feeds,
    ...Object.fromEntries(weightFeeds),
  })
  const findings: GradientFinding[] = []
  for (const parameter of parameters) {
    const point = feeds[parameter]
    const grad = grads[gradName(parameter)]
    if (!isFloat(point) || !isFloat(grad))
      throw new ChiquitoError('usage', `${parameter} must be a float input.`)
    for (let i = 0; i < projections; i++) {
      const direction = normalLike(point, random)
      const h = steps[point.dtype]
      const slope = async (sign: number) =>
        project({ ...feeds, [parameter]: moved(point, direction, sign * h) })
      const numeric = ((await slope(1)) - (await slope(-1))) / (2 * h)
      findings.push(compare(parameter, dot(grad, direction), numeric, Math.sqrt(dot(grad, grad))))
    }
  }
  refuseWorst(
    findings,
    check.tolerance ?? (parameters.every(name => feeds[name].dtype === 'float64') ? 1e-5 : 1e-2),
  )
  return findings
}

type FloatTensor = Tensor<'float32' | 'float64'>

/** The cube root of each dtype's precision. */
const steps = { float32: 5e-3, float64: 6e-6 } as const

const weightName = (output: Value) => `weight.${output}`
const gradName = (parameter: Value) => `grad.${parameter}`

/** The graph that computes the gradient of the projected outputs. */
function gradientGraph(
  graph: Graph,
  parameters: readonly Value[],
  weights: ReadonlyMap<Value, FloatTensor>,
  rules: Gradients | undefined,
): Graph {
  const builder = new GraphBuilder(`${graph.name}.gradients`)
  const e = new Emitter(builder)
  const inputs = Array.from(graph.inputs, ([name, type]): [Value, Value] => [
    name,
    builder.input(name, type.dtype, type.shape ?? []),
  ])
  const outputs = builder.append(graph, new Map(inputs), 'forward.')
  const parts = Array.from(weights, ([name, { dtype }]) => {
    const output = outputs.get(name) ?? name
    // An input of the output's own shape, so that named dimensions keep their names.
    const weight = builder.input(weightName(name), dtype, builder.shape(output))
    return e.reduceSum(e.mul(output, weight), undefined, false)
  })
  const [first, ...rest] = parts
  if (first === undefined)
    throw new ChiquitoError('usage', `Graph ${graph.name} has no float output to check.`)
  const grads = differentiate(builder, e.sumOf([first, ...rest]), parameters, { rules })
  for (const [parameter, grad] of grads) builder.output(grad, gradName(parameter))
  return builder.build()
}

function compare(parameter: Value, analytic: number, numeric: number, length: number): GradientFinding {
  const scale = Math.max(Math.abs(analytic), Math.abs(numeric), length)
  const error = scale === 0 ? 0 : Math.abs(analytic - numeric) / scale
  return { parameter, analytic, numeric, error }
}

function refuseWorst(findings: readonly GradientFinding[], tolerance: number): void {
  // Written so that NaN counts as wrong.
  const wrong = findings.filter(finding => !(finding.error <= tolerance))
  if (wrong.length === 0) return
  const worst = wrong.reduce((a, b) => (b.error <= a.error ? a : b))
  throw new ChiquitoError(
    'model',
    `The gradient for ${worst.parameter} is wrong: along a random direction it says ${worst.analytic}, central ` +
      `differences say ${worst.numeric}; relative error ${worst.error.toExponential(1)}, allowed ${tolerance}. ` +
      `${wrong.length} of ${findings.length} directions disagree.`,
  )
}

function isFloat(tensor: Tensor | undefined): tensor is FloatTensor {
  return tensor?.dtype === 'float32' || tensor?.dtype === 'float64'
}

function normalLike(tensor: FloatTensor, random: RandomStream): FloatTensor {
  const values = Array.from({ length: tensor.data.length }, () => random.normal())
  return floatTensorLike(tensor, values)
}

function moved(point: FloatTensor, direction: FloatTensor, by: number): FloatTensor {
  return floatTensorLike(
    point,
    Array.from(point.data, (x, i) => x + by * direction.data[i]),
  )
}

function floatTensorLike({ dtype, shape }: FloatTensor, values: readonly number[]): FloatTensor {
  return dtype === 'float32'
    ? { dtype, shape, data: Float32Array.from(values) }
    : { dtype, shape, data: Float64Array.from(values) }
}

function dot(a: Tensor | undefined, b: FloatTensor): number {
  if (!isFloat(a) || a.data.length !== b.data.length)
    throw new ChiquitoError(
      'engine',
      `A result has the wrong type or size: expected [${b.shape.join(', ')}].`,
    )
  let sum = 0
  for (const [i, x] of b.data.entries()) sum += x * a.data[i]
  return sum
}
