import { ChiquitoError, type DType, sizeOf, type Tensor } from '../core/index.js'
import { readWith } from './attributes.js'
import type { Graph, Node, Value, ValueType } from './graph.js'
import {
  type Formal,
  foldNode,
  type InferContext,
  type Known,
  type Operator,
  type Outcome,
  operatorOf,
  typeClasses,
} from './operators/index.js'

/** Small constants are followed through shape arithmetic; larger ones are data, not shapes. */
export const maxKnownElements = 1024

/** What is known of the values of a graph while its nodes are gone through in order. */
export class TypeScope {
  private readonly types = new Map<Value, ValueType>()
  private readonly knowns = new Map<Value, Known>()
  private readonly constants = new Map<Value, Tensor>()

  constructor(
    readonly opset: number,
    private readonly outer?: TypeScope,
  ) {}

  type(value: Value): ValueType | undefined {
    return this.types.get(value) ?? this.outer?.type(value)
  }

  known(value: Value): Known | undefined {
    return this.knowns.get(value) ?? this.outer?.known(value)
  }

  constant(value: Value): Tensor | undefined {
    return this.constants.get(value) ?? this.outer?.constant(value)
  }

  /** Records what is known; a shape already known stays where the new one is vaguer. */
  setType(value: Value, type: ValueType): void {
    this.types.set(value, type)
  }

  setKnown(value: Value, known: Known): void {
    this.knowns.set(value, known)
  }

  setConstant(value: Value, tensor: Tensor): void {
    this.types.set(value, { dtype: tensor.dtype, shape: tensor.shape })
    this.constants.set(value, tensor)
    const known = knownOf(tensor)
    if (known) this.knowns.set(value, known)
  }

  all(): ReadonlyMap<Value, ValueType> {
    return this.types
  }
}

/** The elements of a small tensor as numbers. */
export function knownOf(tensor: Tensor): Known | undefined {
  if (sizeOf(tensor.shape) > maxKnownElements) return undefined
  switch (tensor.dtype) {
    case 'float16':
    case 'bfloat16':
      return undefined
    default:
      return { shape: tensor.shape, elements: Array.from(tensor.data, Number) }
  }
}

/**
 * Infers the types of a node's outputs from those of its inputs and records them in the scope.
 * Throws `model` naming the node where the inputs cannot be right. Unknown operators leave their outputs unknown.
 */
export function inferNode(node: Node, scope: TypeScope): void {
  const operator = operatorOf(node)
  if (!operator) return
  const bound = bindTypes(node, operator, scope)
  const outcomes = operator.infer(contextOf(node, operator, scope))
  for (const [i, value] of node.outputs.entries()) {
    if (value === '') continue
    const type = outcomeType(outcomes[i], formalAt(operator.outputs, i), bound)
    if (type) scope.setType(value, type)
  }
  if (node.op === 'Constant' && node.domain === '' && node.attributes.value?.kind === 'tensor')
    scope.setConstant(node.outputs[0], node.attributes.value.value)
  const known = foldNode(node, contextOf(node, operator, scope))
  if (known) scope.setKnown(node.outputs[0], known)
}

/** The formal parameter that a position belongs to. */
export function formalAt(formals: readonly Formal[], index: number): Formal | undefined {
  const last = formals.at(-1)
  return formals[index] ?? (last?.arity === 'many' ? last : undefined)
}

/** What each type variable of the signature stands for; inputs that disagree are an error. */
function bindTypes(node: Node, operator: Operator, scope: TypeScope): ReadonlyMap<string, DType> {
  const bound = new Map<string, { dtype: DType; value: Value }>()
  for (const [i, value] of node.inputs.entries()) {
    const formal = formalAt(operator.inputs, i)
    const dtype = value === '' ? undefined : scope.type(value)?.dtype
    if (!formal || !dtype || formal.type === 'any') continue
    const allowed = typeClasses[formal.type[0]]
    if (allowed === undefined || formal.type.length > 2) {
      if (formal.type !== dtype)
        refuse(node, `input ${formal.name} (${value}) must be ${formal.type}, but is ${dtype}`)
      continue
    }
    if (!allowed.includes(dtype))
      refuse(node, `input ${formal.name} (${value}) must be one of ${allowed.join(', ')}, but is ${dtype}`)
    const other = bound.get(formal.type)
    if (other && other.dtype !== dtype)
      refuse(
        node,
        `input ${formal.name} (${value}) is ${dtype}, but ${other.value} is ${other.dtype}; they must agree`,
      )
    bound.set(formal.type, { dtype, value })
  }
  return new Map(Array.from(bound, ([variable, { dtype }]) => [variable, dtype]))
}

function outcomeType(
  outcome: Outcome,
  formal: Formal | undefined,
  bound: ReadonlyMap<string, DType>,
): ValueType | undefined {
  const details = isDetails(outcome) ? outcome : { dims: outcome }
  const dtype = details.dtype ?? (formal && (bound.get(formal.type) ?? literal(formal.type)))
  return dtype && { dtype, shape: details.dims }
}

function isDetails(outcome: Outcome): outcome is Exclude<Outcome, readonly unknown[] | undefined> {
  return outcome !== undefined && !Array.isArray(outcome)
}

function literal(type: string): DType | undefined {
  return typeClasses.T.find(dtype => dtype === type)
}

function refuse(node: Node, message: string): never {
  throw new ChiquitoError('model', `Node ${node.name} (${node.op}): ${message}.`)
}

function contextOf(node: Node, operator: Operator, scope: TypeScope): InferContext {
  const given = (i: number) => node.inputs[i] || undefined
  const look = <R>(i: number, find: (value: Value) => R): R | undefined => {
    const value = given(i)
    return value === undefined ? undefined : find(value)
  }
  return {
    attributes: readWith(operator.attributes, node),
    opset: scope.opset,
    inputCount: node.inputs.length,
    outputCount: node.outputs.length,
    has: i => given(i) !== undefined,
    dtype: i => look(i, value => scope.type(value)?.dtype),
    shape: i => look(i, value => scope.type(value)?.shape),
    known: i => look(i, value => scope.known(value)),
    constant: i => look(i, value => scope.constant(value)),
    unknown: (axis, output = 0) => `${node.outputs[output] || node.name}.${axis}`,
    legacyInts: name => {
      const attribute = Object.hasOwn(operator.legacy, name) ? node.attributes[name] : undefined
      return attribute?.kind === 'ints' ? attribute.value.map(Number) : undefined
    },
    subgraph: (graph, inputs = []) => {
      const inner = scopeOf(graph, scope.opset, scope, inputs)
      return Array.from(graph.outputs.keys(), value => inner.type(value))
    },
    fail: message => refuse(node, message),
  }
}

/** The types of everything in a graph, worked out node by node. */
export function scopeOf(
  graph: Graph,
  opset: number,
  outer?: TypeScope,
  inputs: readonly (ValueType | undefined)[] = [],
): TypeScope {
  const scope = new TypeScope(opset, outer)
  for (const [i, [value, type]] of [...graph.inputs].entries()) scope.setType(value, inputs[i] ?? type)
  for (const [value, tensor] of graph.initializers) scope.setConstant(value, tensor)
  for (const node of graph.nodes) inferNode(node, scope)
  return scope
}
