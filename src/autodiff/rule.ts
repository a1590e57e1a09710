import { ChiquitoError, type Tensor } from '../core/index.js'
import type { AttributeValuesOf, Node, OpType, Value } from '../onnx/index.js'
import type { Emitter } from './emit.js'

/**
 * What a rule sees of the node it differentiates. Inputs and outputs go by position; `dy` is the gradient of the
 * loss for an output.
 */
export interface Call<K extends OpType = OpType> {
  readonly node: Node
  readonly attributes: AttributeValuesOf<K>
  readonly e: Emitter
  readonly inputCount: number
  readonly outputCount: number
  x(input: number): Value
  y(output?: number): Value
  /** Zeros for an output that the loss does not see. */
  dy(output?: number): Value
  /** Whether an optional input is given. */
  has(input: number): boolean
  /** The tensor of an input that is a constant or a weight. */
  constant(input: number): Tensor | undefined
  /**
   * Whole numbers of an input that must be known before the graph runs, such as the axes of a reduction: a constant, or
   * computed from shapes that are numbers. Undefined when absent.
   */
  ints(input: number): readonly number[] | undefined
  /** Fails: names the node, says why this form has no gradient and what to do. */
  refuse(reason: string): never
}

/**
 * The gradient for one input: `dy` times the derivative. It may have the shape of the output where the operator
 * broadcasts its inputs; whoever calls it sums it back to the input's shape.
 */
export type ArgumentRule<K extends OpType> = (call: Call<K>, input: number) => Value

/** Whole numbers or truth values by nature, or a step function: nothing to descend. */
export interface NotDifferentiable {
  readonly kind: 'not differentiable'
  readonly reason: string
}

export interface NoRuleYet {
  readonly kind: 'no rule yet'
  /** What a person can do instead. */
  readonly remedy: string
}

/**
 * How an operator is differentiated: a rule for each input by position (null for one without a gradient, such as
 * axes), one rule for all inputs, or the reason why there is none.
 */
export type Gradient<K extends OpType> =
  | readonly (ArgumentRule<K> | null)[]
  | { readonly kind: 'every input'; readonly rule: ArgumentRule<K> }
  | NotDifferentiable
  | NoRuleYet

/** Gradients of some operators: a family of the table. */
export type Gradients<K extends OpType = OpType> = { readonly [P in K]: Gradient<P> }

export function everyInput<K extends OpType>(rule: ArgumentRule<K>): Gradient<K> {
  return { kind: 'every input', rule }
}

export function notDifferentiable(reason: string): NotDifferentiable {
  return { kind: 'not differentiable', reason }
}

export function noRuleYet(remedy: string): NoRuleYet {
  return { kind: 'no rule yet', remedy }
}

/** What several rules of one node share, written once for each node. */
export function oncePerNode<K extends OpType, T>(write: (call: Call<K>) => T): (call: Call<K>) => T {
  const written = new WeakMap<Call<K>, { readonly result: T }>()
  return call => {
    const found = written.get(call) ?? { result: write(call) }
    written.set(call, found)
    return found.result
  }
}

/** A node as an error names it. */
export function describeNode(node: Node): string {
  const domain = node.domain === '' ? '' : `${node.domain}.`
  return `${domain}${node.op} node ${node.name === '' ? `that gives ${node.outputs.join(', ')}` : node.name}`
}

export function refusal(node: Node, reason: string): ChiquitoError {
  return new ChiquitoError('model', `Cannot differentiate ${describeNode(node)}: ${reason}`)
}
