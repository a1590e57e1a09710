import { ChiquitoError, type DType, sizeOf, type Tensor } from '../core/index.js'
import { readWith } from './attributes.js'
import type { Dim, Graph, Node, Value, ValueType } from './graph.js'
import {
  type Formal,
  foldNode,
  type InferContext,
  type Known,
  maxKnownElements,
  type Operator,
  type Outcome,
  operatorOf,
  typeClasses,
} from './operators/index.js'
import { defaultOpset } from './opset.js'

/** What is known of the values of a graph while its nodes are gone through in order. */
export class TypeScope {
  private readonly types = new Map<Value, ValueType>()
  private readonly knowns = new Map<Value, Known>()
  private readonly constants = new Map<Value, Tensor>()
  /** Dimensions of which nothing is known, named after their value and axis. */
  private readonly unknowns: Set<Dim>

  constructor(
    readonly opset: number,
    private readonly outer?: TypeScope,
  ) {
    this.unknowns = outer?.unknowns ?? new Set()
  }

  unknown(value: Value, axis: number): Dim {
    const dim = `${value}.${axis}`
    this.unknowns.add(dim)
    return dim
  }

  isUnknown(dim: Dim): boolean {
    return this.unknowns.has(dim)
  }

  type(value: Value): ValueType | undefined {
    return this.types.get(value) ?? this.outer?.type(value)
  }

  known(value: Value): Known | undefined {
    return this.knowns.get(value) ?? this.outer?.known(value)
  }

  constant(value: Value): Tensor | undefined {
    return this.constants.get(value) ?? this.outer?.constant(value)
  }

  setType(value: Value, type: ValueType): void {
    this.types.set(value, type)
  }

  /** What callers feed is not known before the graph runs, even where it has a default. */
  setInput(value: Value, type: ValueType): void {
    this.types.set(value, type)
    this.constants.delete(value)
    this.knowns.delete(value)
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

/** What a graph says of a value itself. */
export type Declared = (value: Value) => ValueType | undefined

/**
 * Infers the types of a node's outputs from those of its inputs and records them in the scope; what is declared
 * fills what the rules leave unknown. Throws `model` naming the node where the inputs cannot be right, or the value
 * where the declared type contradicts the inferred one.
 */
export function inferNode(node: Node, scope: TypeScope, declared: Declared = () => undefined): void {
  const operator = operatorOf(node)
  const bound: ReadonlyMap<string, DType> = operator ? bindTypes(node, operator, scope) : new Map()
  const context = operator && contextOf(node, operator, scope)
  const outcomes = context ? operator.infer(context) : []
  for (const [i, value] of node.outputs.entries()) {
    if (value === '') continue
    const formal = operator && formalAt(operator.outputs, i)
    const inferred = outcomeType(outcomes[i], formal, bound)
    if (inferred?.shape?.some(dim => typeof dim === 'number' && !(Number.isInteger(dim) && dim >= 0)))
      refuse(node, `its output ${value} would be [${inferred.shape.join(', ')}]`)
    const type = settle(value, inferred, declared(value), scope)
    if (type) scope.setType(value, type)
  }
  if (!context) return
  if (node.op === 'Constant' && node.domain === '' && node.attributes.value?.kind === 'tensor')
    scope.setConstant(node.outputs[0], node.attributes.value.value)
  const knowns = foldNode(node, context, scope.type(node.outputs[0])?.shape)
  for (const [i, known] of knowns.entries())
    if (known && node.outputs[i]) scope.setKnown(node.outputs[i], known)
}

/** The inferred type, completed by the declared one; the two must not contradict each other. */
export function settle(
  value: Value,
  inferred: ValueType | undefined,
  declared: ValueType | undefined,
  scope: TypeScope,
): ValueType | undefined {
  if (!inferred || !declared) return inferred ?? declared
  const [a, b] = [inferred.shape, declared.shape]
  const conflict =
    a && b && (a.length !== b.length || a.some((dim, i) => isNumber(dim) && isNumber(b[i]) && dim !== b[i]))
  if (inferred.dtype !== declared.dtype || conflict)
    throw new ChiquitoError(
      'model',
      `Value ${value} is declared ${showType(declared)}, but is ${showType(inferred)}.`,
    )
  if (!a || !b) return { dtype: inferred.dtype, shape: a ?? b }
  return { dtype: inferred.dtype, shape: a.map((dim, i) => (scope.isUnknown(dim) ? b[i] : dim)) }
}

const isNumber = (dim: Dim) => typeof dim === 'number'

/** A type as people read it: `float32[batch, 3, 224, 224]`. */
export function showType(type: ValueType): string {
  return `${type.dtype}${type.shape ? `[${type.shape.join(', ')}]` : ''}`
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
    unknown: (axis, output = 0) => scope.unknown(node.outputs[output] || node.name, axis),
    legacyInts: name => {
      const attribute = Object.hasOwn(operator.others, name) ? node.attributes[name] : undefined
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
  for (const [value, tensor] of graph.initializers) scope.setConstant(value, tensor)
  for (const [i, [value, type]] of [...graph.inputs].entries()) scope.setInput(value, inputs[i] ?? type)
  const declared = declaredBy(graph)
  for (const node of graph.nodes) inferNode(node, scope, declared)
  return scope
}

export function declaredBy(graph: Graph): Declared {
  return value => graph.types.get(value) ?? graph.outputs.get(value)
}

/**
 * The graph with all that can be known of its values filled in. Outputs keep the names of dimensions that they are
 * declared with. Throws `model` as {@link inferNode} does.
 */
export function inferTypes(graph: Graph, opset: number = defaultOpset): Graph {
  const scope = scopeOf(graph, opset)
  const types = new Map<Value, ValueType>()
  for (const node of graph.nodes)
    for (const value of node.outputs) {
      const type = scope.type(value)
      if (type && !graph.outputs.has(value)) types.set(value, type)
    }
  const outputs = Array.from(graph.outputs, ([value, declared]): [Value, ValueType] => {
    const { dtype, shape } = scope.type(value) ?? declared
    const dims = shape?.map((dim, i) => (typeof dim === 'number' ? dim : (declared.shape?.[i] ?? dim)))
    return [value, { dtype, shape: dims ?? declared.shape }]
  })
  return { ...graph, types, outputs: new Map(outputs) }
}
