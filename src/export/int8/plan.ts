import type { Dim, Graph, Node, Value, ValueType } from '../../onnx/index.js'
import { inferTypes, readAttributes, readBy } from '../../onnx/index.js'

/** A layer whose products are computed in 8 bits: which of its inputs is what, and the dimension of the weights that its outputs are. */
export interface Layer {
  readonly node: Node
  readonly axis: number
  /** What comes out: after an activation that the rounding to 8 bits does along the way. */
  readonly output: Value
  /** Whether that is rounded to 8 bits, too. */
  readonly isRounded: boolean
}

/** Bytes that are an activation already: `value = (byte - zero) * scale`. */
export interface Bytes {
  readonly from: Value
  readonly scale: number
  readonly zero: number
}

/** What of a graph is computed in 8 bits. */
export interface Plan {
  readonly graph: Graph
  readonly layers: ReadonlyMap<Node, Layer>
  /** Other nodes between values of 8 bits. */
  readonly between: ReadonlySet<Node>
  /** Activations that are done by rounding: they only cut off what lies outside the range. */
  readonly dropped: ReadonlySet<Node>
  /** Values that are rounded to 8 bits, in order. */
  readonly rounded: readonly Value[]
  /** Of those, the ones that need no calibration: they have the range of another value, or bytes of the photo. */
  readonly rangeOf: ReadonlyMap<Value, Value>
  readonly bytes: ReadonlyMap<Value, Bytes>
}

/** A convolution has at least these many weights, or rounding it saves nothing. */
const leastWeights = 64

/** What is computed between values of 8 bits where all that it reads has 8 bits; its output is rounded, too. */
const joins: ReadonlySet<string> = new Set(['Add', 'Mul', 'Concat'])

/** The same for what has one input. */
const passes: ReadonlySet<string> = new Set(['MaxPool', 'Sigmoid', 'AveragePool'])

/**
 * Decides what is computed in 8 bits: convolutions and linear layers of fixed weights, and what lies between them. Not the last linear layer and what
 * follows, so that sums of probabilities stay what they are; nor features and how they are pooled, which verdicts are read from.
 *
 * @param graph weights folded, without `known`
 */
export function planOf(graph: Graph): Plan {
  return new Planner(inferTypes(graph)).run()
}

class Planner {
  private readonly readers = new Map<Value, Node[]>()
  private readonly producers = new Map<Value, Node>()
  private readonly layers = new Map<Node, Layer>()
  private readonly between = new Set<Node>()
  private readonly dropped = new Set<Node>()
  private readonly rounded = new Set<Value>()
  private readonly rangeOf = new Map<Value, Value>()
  private readonly bytes = new Map<Value, Bytes>()

  constructor(private readonly graph: Graph) {
    for (const node of graph.nodes) {
      for (const output of node.outputs) this.producers.set(output, node)
      for (const value of readBy(node)) this.readers.set(value, [...(this.readers.get(value) ?? []), node])
    }
  }

  run(): Plan {
    const last = this.lastLayers()
    for (const node of this.graph.nodes) {
      if (this.dropped.has(node)) continue
      if (this.isConvolution(node)) this.addLayer(node, 0, true)
      else if (this.isLinear(node) && !last.has(node)) this.addLayer(node, this.outputAxis(node), false)
      else if (this.isBetween(node)) this.addBetween(node)
    }
    const { graph, layers, between, dropped, rangeOf, bytes } = this
    return { graph, layers, between, dropped, rounded: [...this.rounded], rangeOf, bytes }
  }

  private addLayer(node: Node, axis: number, isRounded: boolean): void {
    const [input] = node.inputs
    if (!this.rounded.has(input)) {
      this.rounded.add(input)
      const bytes = this.bytesBehind(input)
      if (bytes) this.bytes.set(input, bytes)
    }
    const output = isRounded ? this.throughActivation(node) : node.outputs[0]
    this.layers.set(node, { node, axis, output, isRounded })
    if (isRounded) this.rounded.add(output)
  }

  private addBetween(node: Node): void {
    this.between.add(node)
    const output = node.op === 'Add' ? this.throughActivation(node) : node.outputs[0]
    this.rounded.add(output)
    if (node.op === 'MaxPool') this.rangeOf.set(output, node.inputs[0])
  }

  /** The value after a ReLU, or Clip, that is all that reads this one. */
  private throughActivation(node: Node): Value {
    const [output] = node.outputs
    const [reader, ...others] = this.readers.get(output) ?? []
    if (!reader || others.length > 0 || this.graph.outputs.has(output) || !this.cutsOff(reader)) return output
    this.dropped.add(reader)
    return reader.outputs[0]
  }

  /** Whether a node does no more than to cut off below 0, or also above something: as rounding to a range does. */
  private cutsOff(node: Node): boolean {
    if (node.domain !== '') return false
    if (node.op === 'Relu') return true
    if (node.op !== 'Clip' || node.inputs.length < 2) return false
    const least = this.graph.initializers.get(node.inputs[1])
    const isFixed = node.inputs.slice(1).every(value => value === '' || this.graph.initializers.has(value))
    return isFixed && least !== undefined && Number(least.data[0]) === 0
  }

  private isConvolution(node: Node): boolean {
    return node.op === 'Conv' && this.hasFixedWeights(node)
  }

  private isLinear(node: Node): boolean {
    if ((node.op !== 'Gemm' && node.op !== 'MatMul') || !this.hasFixedWeights(node)) return false
    if (this.graph.initializers.get(node.inputs[1])?.shape.length !== 2) return false
    if (node.op === 'MatMul') return true
    const { alpha, beta, transA } = readAttributes('Gemm', node)
    return alpha === 1 && beta === 1 && !transA
  }

  private outputAxis(node: Node): number {
    return node.op === 'Gemm' && readAttributes('Gemm', node).transB ? 0 : 1
  }

  private hasFixedWeights({ domain, inputs: [input, weight, bias] }: Node): boolean {
    const { initializers } = this.graph
    const tensor = initializers.get(weight)
    const isFloat = this.typeOf(input)?.dtype === 'float32' && !initializers.has(input)
    const hasFixedBias = !bias || initializers.get(bias)?.dtype === 'float32'
    return (
      domain === '' &&
      isFloat &&
      tensor?.dtype === 'float32' &&
      tensor.data.length >= leastWeights &&
      hasFixedBias
    )
  }

  /** Nodes with 8 bits on all sides: what they read is rounded already. */
  private isBetween(node: Node): boolean {
    if (node.domain !== '' || node.outputs.length !== 1) return false
    if (passes.has(node.op)) return this.rounded.has(node.inputs[0])
    if (node.op === 'GlobalAveragePool')
      return this.rounded.has(node.inputs[0]) && this.isReadByConvolutions(node.outputs[0])
    if (!joins.has(node.op) || node.inputs.length < 2) return false
    return node.inputs.every(value => this.rounded.has(value)) && new Set(node.inputs).size > 1
  }

  private isReadByConvolutions(value: Value): boolean {
    const readers = this.readers.get(value) ?? []
    return readers.length > 0 && readers.every(reader => this.isConvolution(reader))
  }

  /** Linear layers behind which there is no other layer. */
  private lastLayers(): Set<Node> {
    const last = new Set<Node>()
    const hasLayerBehind = new Map<Value, boolean>()
    for (const node of this.graph.nodes.toReversed()) {
      const behind = node.outputs.some(output => hasLayerBehind.get(output))
      const isLayer = this.isConvolution(node) || this.isLinear(node)
      if (isLayer && !behind) last.add(node)
      for (const value of readBy(node)) if (behind || isLayer) hasLayerBehind.set(value, true)
    }
    return last
  }

  /** `Mul(Sub(Cast(bytes), zero), scale)` with one zero and scale for all channels. */
  private bytesBehind(value: Value): Bytes | undefined {
    const mul = this.producers.get(value)
    const sub = mul?.op === 'Mul' ? this.producers.get(mul.inputs[0]) : undefined
    const cast = sub?.op === 'Sub' ? this.producers.get(sub.inputs[0]) : undefined
    if (!mul || !sub || cast?.op !== 'Cast' || this.typeOf(cast.inputs[0])?.dtype !== 'uint8')
      return undefined
    const [scale, zero] = [this.single(mul.inputs[1]), this.single(sub.inputs[1])]
    if (scale === undefined || zero === undefined || !(scale > 0)) return undefined
    if (!Number.isInteger(zero) || zero < 0 || zero > 255) return undefined
    return { from: cast.inputs[0], scale, zero }
  }

  /** The number that a fixed tensor consists of. */
  private single(value: Value): number | undefined {
    const data = this.graph.initializers.get(value)?.data
    if (!data || data.length === 0) return undefined
    const [first] = Array.from(data, Number)
    return Array.from(data, Number).every(one => one === first) ? first : undefined
  }

  private typeOf(value: Value): ValueType | undefined {
    return this.graph.types.get(value) ?? this.graph.inputs.get(value) ?? this.graph.outputs.get(value)
  }
}

/** Sizes of a value; undefined where its rank is unknown. */
export function dimsOf(graph: Graph, value: Value): readonly Dim[] | undefined {
  return (graph.types.get(value) ?? graph.inputs.get(value) ?? graph.outputs.get(value))?.shape
}
