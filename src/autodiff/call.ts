import type { Tensor } from '../core/index.js'
import { type GraphBuilder, type Node, type OpType, readAttributes, type Value } from '../onnx/index.js'
import { Emitter } from './emit.js'
import { type Call, refusal } from './rule.js'
import { zerosLike } from './shapes.js'

/**
 * The view of a node that its rules get, given the gradients that reached its outputs. `unread` names an output
 * whose gradient no rule has asked for, so that none is dropped in silence.
 */
export function callOf<K extends OpType>(
  builder: GraphBuilder,
  op: K,
  node: Node,
  grads: readonly (Value | undefined)[],
): { call: Call<K>; unread: () => Value | undefined } {
  const e = new Emitter(builder)
  const read = new Set<number>()
  const refuse = (reason: string): never => {
    throw refusal(node, reason)
  }
  const x = (input: number) => node.inputs[input] || refuse(`its input ${input} is missing.`)
  const has = (input: number) => (node.inputs[input] ?? '') !== ''
  const constant = (input: number) => (has(input) ? constantOf(builder, x(input)) : undefined)
  const call: Call<K> = {
    node,
    attributes: readAttributes(op, node),
    e,
    inputCount: node.inputs.length,
    outputCount: node.outputs.length,
    x,
    y: (output = 0) => node.outputs[output],
    dy: (output = 0) => {
      read.add(output)
      return grads[output] ?? zerosLike(e, node.outputs[output])
    },
    has,
    constant,
    ints: input => {
      if (!has(input)) return undefined
      const tensor = constant(input)
      if (tensor) return Array.from(tensor.data, Number)
      return builder.knownInts(x(input)) ?? refuse(`its input ${x(input)} must be a constant for a gradient.`)
    },
    refuse,
  }
  return { call, unread: () => node.outputs.find((_, i) => grads[i] !== undefined && !read.has(i)) }
}

/** The tensor behind a value that is an initializer or a Constant node. */
export function constantOf(builder: GraphBuilder, value: Value): Tensor | undefined {
  const node = builder.producerOf(value)
  if (node?.op === 'Constant' && node.attributes.value?.kind === 'tensor') return node.attributes.value.value
  return builder.initializerOf(value)
}
