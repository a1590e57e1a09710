import { asFloat32, float32, fromHalf, scalar, sizeOf, type Tensor, toHalf, uint8 } from '../../core/index.js'
import { freshName, type Graph, type Node, namesIn, pruneUnused, type Value } from '../../onnx/index.js'
import type { Layer, Plan } from './plan.js'
import type { Observed, Range } from './ranges.js'
import { type ByteRule, byteRule, roundBias, roundWeights } from './rounding.js'

export interface RewriteOptions {
  /** Ranges of the values that were calibrated. */
  readonly ranges: ReadonlyMap<Value, Range>
  /** What calibration saw of them: biases make up for what rounding does to the weights, on average. */
  readonly seen: ReadonlyMap<Value, Observed>
}

/**
 * The graph with QuantizeLinear and DequantizeLinear around what is planned to be computed in 8 bits: runtimes put those and the layer
 * between them together into one that computes in whole numbers.
 */
export function inBytes(plan: Plan, options: RewriteOptions): Graph {
  return new Rewriter(plan, options).run()
}

class Rewriter {
  private readonly nodes: Node[] = []
  private readonly initializers: Map<Value, Tensor>
  private readonly names: Set<Value>
  private readonly widened = new Map<Value, Value>()

  constructor(
    private readonly plan: Plan,
    private readonly options: RewriteOptions,
  ) {
    this.initializers = new Map(plan.graph.initializers)
    this.names = namesIn(plan.graph)
  }

  run(): Graph {
    const { graph, layers, dropped } = this.plan
    for (const input of graph.inputs.keys()) this.afterwards(input)
    for (const node of graph.nodes) {
      if (dropped.has(node)) continue
      const layer = layers.get(node)
      if (layer) this.addLayer(layer)
      else this.addOther(node)
    }
    const { nodes, initializers } = this
    // Types of what is new are inferred again.
    return pruneUnused({ ...graph, nodes, initializers, types: new Map() })
  }

  private addOther(node: Node): void {
    const { between } = this.plan
    const output = between.has(node) ? this.outputOf(node) : node.outputs[0]
    const inputs = node.inputs.map(value => this.widened.get(value) ?? value)
    this.nodes.push({ ...node, inputs, outputs: [output, ...node.outputs.slice(1)] })
    for (const value of [output, ...node.outputs.slice(1)]) this.afterwards(value)
  }

  /** Behind an activation that rounding does. */
  private outputOf(node: Node): Value {
    const [output] = node.outputs
    const reader = this.plan.graph.nodes.find(one => this.plan.dropped.has(one) && one.inputs[0] === output)
    return reader ? reader.outputs[0] : output
  }

  private addLayer({ node, axis, output, isRounded }: Layer): void {
    const [input, weightName, biasName] = node.inputs
    const { initializers } = this.plan.graph
    const tensor = asFloat32(initializers.get(weightName), weightName)
    const given = biasName ? asFloat32(initializers.get(biasName), biasName).data : undefined
    const isConvolution = node.op === 'Conv'
    const places = isConvolution ? sizeOf(tensor.shape.slice(2)) : 1
    const inputScale = this.ruleOf(input).scale
    const { weights, scales, errors } = roundWeights({ tensor, axis, places }, { inputScale, bias: given })
    const stored = this.scales(weightName, scales)
    const inputs = [this.widened.get(input) ?? input, this.weights(weightName, weights, stored, axis)]
    if (isConvolution || given) {
      const bias = given?.slice() ?? new Float32Array(scales.length)
      mend(bias, errors, this.options.seen.get(input)?.means, places)
      const steps = scales.map(scale => scale * inputScale)
      const inSteps = this.op('Mul', [stored, this.rule(this.ruleOf(input))[0]], `${weightName}.steps`)
      inputs.push(this.bias(biasName || `${output}.bias`, roundBias(bias, steps), inSteps))
    }
    this.nodes.push({ ...node, inputs, outputs: [output] })
    if (isRounded) this.afterwards(output)
  }

  /** Rounds a value that is there now, where the plan wants it. */
  private afterwards(value: Value): void {
    const { rounded, bytes } = this.plan
    if (!rounded.includes(value)) return
    const scaled = this.ruleOf(value)
    const found = bytes.get(value)
    const source = found
      ? found.from
      : this.op('QuantizeLinear', [value, ...this.rule(scaled)], `${value}.bytes`)
    this.widened.set(value, this.op('DequantizeLinear', [source, ...this.rule(scaled)], `${value}.wide`))
  }

  private ruleOf(value: Value): ByteRule {
    const { bytes, rangeOf } = this.plan
    const found = bytes.get(value)
    if (found) return found
    const same = rangeOf.get(value)
    if (same !== undefined) return this.ruleOf(same)
    return byteRule(this.options.ranges.get(value) ?? { low: 0, high: 1 })
  }

  private rule({ scale, zero }: ByteRule): [Value, Value] {
    return [
      this.constant(`scale ${scale}`, scalar(scale)),
      this.constant(`zero ${zero}`, uint8(Uint8Array.of(zero), [])),
    ]
  }

  private weights(name: Value, weights: Tensor<'int8'>, scales: Value, axis: number): Value {
    const outputs = weights.shape[axis]
    const zeros: Tensor<'int8'> = { dtype: 'int8', shape: [outputs], data: new Int8Array(outputs) }
    const inputs = [
      this.initializer(`${name}.int8`, weights),
      scales,
      this.constant(`zeros ${outputs}`, zeros),
    ]
    return this.op('DequantizeLinear', inputs, `${name}.wide`, { axis })
  }

  /** In 16 bits where these hold them; runtimes widen them when they load the file. */
  private scales(name: Value, scales: Float32Array): Value {
    const data = Uint16Array.from(scales, toHalf)
    if (scales.some((scale, k) => fromHalf(data[k]) !== scale))
      return this.initializer(`${name}.scales`, float32(scales))
    const half = this.initializer(`${name}.half`, { dtype: 'float16', shape: [data.length], data })
    return this.op('Cast', [half], `${name}.scales`, { to: 1 })
  }

  /** In 16 bits where all steps are few enough; layers are given 32. */
  private bias(name: Value, bias: Tensor<'int32'>, steps: Value): Value {
    const data = Int16Array.from(bias.data)
    const isShort = bias.data.every((value, k) => data[k] === value)
    const stored = isShort
      ? this.op(
          'Cast',
          [this.initializer(`${name}.int16`, { ...bias, dtype: 'int16', data })],
          `${name}.int32`,
          { to: 6 },
        )
      : this.initializer(`${name}.int32`, bias)
    return this.op('DequantizeLinear', [stored, steps], `${name}.wide`, { axis: 0 })
  }

  private readonly constants = new Map<string, Value>()

  private constant(key: string, tensor: Tensor): Value {
    const found = this.constants.get(key)
    if (found !== undefined) return found
    const name = this.initializer(key.replaceAll(' ', '.'), tensor)
    this.constants.set(key, name)
    return name
  }

  private initializer(wanted: Value, tensor: Tensor): Value {
    const name = freshName(wanted, this.names)
    this.initializers.set(name, tensor)
    return name
  }

  private op(op: string, inputs: readonly Value[], wanted: Value, ints: Record<string, number> = {}): Value {
    const output = freshName(wanted, this.names)
    const attributes = Object.fromEntries(
      Object.entries(ints).map(([key, value]) => [key, { kind: 'int', value } as const]),
    )
    this.nodes.push({ name: output, op, domain: '', inputs, outputs: [output], attributes })
    return output
  }
}

/**
 * Takes from a bias what the errors of the weights add on average ("bias correction", Nagel et al. 2019, arXiv 1906.04721).
 *
 * @param errors [outputs, products]
 * @param means of the inputs
 */
function mend(
  bias: Float32Array,
  errors: Float32Array,
  means: Float64Array | undefined,
  places: number,
): void {
  if (!means) return
  const products = errors.length / bias.length
  const inputs = products / places
  const groups = means.length / inputs
  for (let k = 0; k < bias.length; k++) {
    const first = Math.floor(k / (bias.length / groups)) * inputs
    for (let i = 0; i < products; i++)
      bias[k] -= errors[k * products + i] * means[first + Math.floor(i / places)]
  }
}
