// Operators that came after our operator set, written in operators of ours.

import { float32, int64, type Tensor } from '../core/index.js'
import type { Attribute, Dim, Node, Value, ValueType } from './graph.js'

/** What a rule needs of the upgrade it is part of. */
export interface NewerTools {
  type(value: Value): ValueType | undefined
  /** The value of an initializer or a constant. */
  tensor(value: Value): Tensor | undefined
  constant(wanted: string, tensor: Tensor): Value
  fresh(wanted: string): Value
  fail(node: Node, why: string): never
}

export const newer: Readonly<Record<string, (node: Node, to: NewerTools) => Node[]>> = {
  Swish: swish,
  RMSNormalization: rmsNormalization,
  Attention: attention,
}

/** Collects nodes under fresh names; the last one takes over the name of the output it stands for. */
class Writer {
  readonly nodes: Node[] = []

  constructor(
    readonly node: Node,
    readonly to: NewerTools,
  ) {}

  op(
    op: string,
    inputs: readonly Value[],
    part: string,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    const output = this.to.fresh(`${this.node.outputs[0]}.${part}`)
    this.nodes.push({ name: output, op, domain: '', inputs, outputs: [output], attributes })
    return output
  }

  last(op: string, inputs: readonly Value[]): Node[] {
    const output = this.node.outputs[0]
    this.nodes.push({ name: this.node.name, op, domain: '', inputs, outputs: [output], attributes: {} })
    return this.nodes
  }

  scalar(value: number, part: string): Value {
    const dtype = this.to.type(this.node.inputs[0])?.dtype
    if (dtype !== 'float32')
      return this.to.fail(
        this.node,
        `it must be in float32, but is in ${dtype ?? 'a type that is not known'}`,
      )
    return this.to.constant(`${this.node.outputs[0]}.${part}`, float32([value], []))
  }
}

/** x sigmoid(alpha x) */
function swish(node: Node, to: NewerTools): Node[] {
  const w = new Writer(node, to)
  const [x] = node.inputs
  const alpha = numberOf(node, 'alpha', 1)
  const scaled = alpha === 1 ? x : w.op('Mul', [x, w.scalar(alpha, 'alpha')], 'scaled')
  return w.last('Mul', [x, w.op('Sigmoid', [scaled], 'gate')])
}

/** x / sqrt(mean(x^2) + epsilon) scale, over the axes from `axis` on (Zhang and Sennrich 2019). */
function rmsNormalization(node: Node, to: NewerTools): Node[] {
  const w = new Writer(node, to)
  const [x, scale] = node.inputs
  const axis = numberOf(node, 'axis', -1)
  const rank = to.type(x)?.shape?.length ?? to.fail(node, `the rank of ${x} is not known`)
  const first = axis < 0 ? axis + rank : axis
  const axes = Array.from({ length: rank - first }, (_, i) => first + i)
  const axesValue = to.constant(`${node.outputs[0]}.axes`, int64(axes))
  const mean = w.op('ReduceMean', [w.op('Mul', [x, x], 'square'), axesValue], 'mean')
  const sum = w.op('Add', [mean, w.scalar(numberOf(node, 'epsilon', 1e-5), 'epsilon')], 'sum')
  return w.last('Mul', [w.op('Div', [x, w.op('Sqrt', [sum], 'root')], 'normal'), scale])
}

/**
 * softmax(scale Q K^T + mask) V for heads [batch, heads, length, size], as image networks use it: without a memory of
 * earlier keys, causal masks or shared heads.
 */
function attention(node: Node, to: NewerTools): Node[] {
  const [query, key, value, mask] = node.inputs
  const shapes = [query, key, value].map(input => to.type(input)?.shape)
  const [heads, keyHeads] = shapes.map(shape => shape?.[1])
  const size = shapes[0]?.[3]
  if (shapes.some(shape => shape?.length !== 4) || typeof size !== 'number')
    return to.fail(node, 'its inputs must be [batch, heads, length, size], the size a number')
  if (heads !== keyHeads) return to.fail(node, 'queries and keys must have as many heads')
  const past = node.inputs.slice(4).some(input => input !== '')
  if (past || node.outputs.slice(1).some(output => output !== ''))
    return to.fail(node, 'it keeps keys and values from one call to the next')
  if (numberOf(node, 'is_causal', 0) !== 0 || numberOf(node, 'softcap', 0) !== 0)
    return to.fail(node, 'it is causal or caps its scores')
  const w = new Writer(node, to)
  const perm: Attribute = { kind: 'ints', value: [0, 1, 3, 2] }
  const turned = w.op('Transpose', [key], 'keys', { perm })
  const scale = w.scalar(numberOf(node, 'scale', 1 / Math.sqrt(size)), 'scale')
  const scores = w.op('Mul', [w.op('MatMul', [query, turned], 'products'), scale], 'scores')
  const keys = shapes[1]?.[2]
  const axis: Attribute = { kind: 'int', value: -1 }
  const shares = mask ? maskedShares(w, scores, mask, keys) : w.op('Softmax', [scores], 'shares', { axis })
  return w.last('MatMul', [shares, value])
}

/**
 * The shares of values after the mask. One of truth values lets through where it is true; one of numbers is added. What
 * may look nowhere at all (false, or minus infinity, throughout) sees zeros, where a softmax alone would make NaN, or a mean of what is hidden.
 * A mask that tells of fewer keys than there are hides the rest.
 */
function maskedShares(w: Writer, scores: Value, mask: Value, keys: Dim | undefined): Value {
  const axis: Attribute = { kind: 'int', value: -1 }
  const softmax = (given: Value) => w.op('Softmax', [given], 'shares', { axis })
  const told = w.to.type(mask)
  const last = told?.shape?.[told.shape.length - 1]
  if (typeof last === 'number' && typeof keys === 'number' && last !== keys)
    w.to.fail(w.node, 'its mask must tell of as many keys as there are')
  if (told?.dtype === 'bool') {
    const shares = softmax(w.op('Where', [mask, scores, w.scalar(lowest, 'never')], 'masked'))
    return w.op('Where', [mask, shares, w.scalar(0, 'nothing')], 'seen')
  }
  const known = w.to.tensor(mask)
  if (known?.dtype === 'float32' && known.data.every(Number.isFinite))
    return softmax(w.op('Add', [scores, mask], 'masked'))
  // Finite, so that gradients of rows that are all hidden are numbers; so low that hidden shares are zero as before.
  const least = w.scalar(lowest, 'least')
  const shares = softmax(w.op('Add', [scores, w.op('Max', [mask, least], 'bias')], 'masked'))
  const most = w.op('ReduceMax', [mask, w.to.constant(`${mask}.last`, int64([-1]))], 'most')
  return w.op('Where', [w.op('Less', [most, least], 'blind'), w.scalar(0, 'nothing'), shares], 'seen')
}

/** The lowest number in float32; only minus infinity lies below. */
const lowest = -(2 - 2 ** -23) * 2 ** 127

function numberOf({ attributes }: Node, name: string, fallback: number): number {
  const attribute = attributes[name]
  return attribute?.kind === 'int' || attribute?.kind === 'float' ? Number(attribute.value) : fallback
}
