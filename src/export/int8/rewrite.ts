import { asFloat32, float32, scalar, sizeOf, type Tensor, uint8 } from '../../core/index.js'
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
    const inputs = [this.widened.get(input) ?? input, this.weights(weightName, weights, scales, axis)]
    if (isConvolution || given) {
      const bias = given?.slice() ?? new Float32Array(scales.length)
      mend(bias, errors, this.options.seen.get(input)?.means, places)
      inputs.push(
        this.bias(
          biasName || `${output}.bias`,
          bias,
          scales.map(scale => scale * inputScale),
        ),
      )
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

  private weights(name: Value, weights: Tensor<'int8'>, scales: Float32Array, axis: number): Value {
    const zeros: Tensor<'int8'> = {
      dtype: 'int8',
      shape: [scales.length],
      data: new Int8Array(scales.length),
    }
    const inputs = [
      this.initializer(`${name}.int8`, weights),
      this.initializer(`${name}.scales`, float32(scales)),
      this.constant(`zeros ${scales.length}`, zeros),
    ]
    return this.op('DequantizeLinear', inputs, `${name}.wide`, axis)
  }

  private bias(name: Value, given: Float32Array, steps: Float32Array): Value {
    const { bias, scales } = roundBias(given, steps)
    const inputs = [this.initializer(`${name}.int32`, bias), this.initializer(`${name}.scales`, scales)]
    return this.op('DequantizeLinear', inputs, `${name}.wide`, 0)
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

  private op(op: string, inputs: readonly Value[], wanted: Value, axis?: number): Value {
    const output = freshName(wanted, this.names)
    const attributes = axis === undefined ? {} : { axis: { kind: 'int', value: axis } as const }
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
