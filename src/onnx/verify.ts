import { ChiquitoError } from '../core/index.js'
import { attributeKind } from './attributes.js'
import type { Attribute, Graph, Node, Value } from './graph.js'
import { declaredBy, formalAt, inferNode, settle, TypeScope } from './infer.js'
import { type Formal, type Operator, operatorOf } from './operators/index.js'
import { defaultOpset } from './opset.js'

export interface VerifyOptions {
  /** The standard operator set the graph is written in; ours by default. */
  readonly opset?: number | undefined
}

/** Subgraphs in subgraphs: real models nest two or three; deeper ones only serve to exhaust the stack. */
const maxNesting = 16

/**
 * Refuses a graph that is not legal, with an error naming node and value: every value is assigned once and before
 * it is read, nodes have the inputs, outputs and attributes of their operator, element types agree, and declared
 * types are what the rules give. Operators we do not know are left to the runtime.
 */
export function verifyGraph(graph: Graph, options: VerifyOptions = {}): void {
  checkGraph(graph, new TypeScope(options.opset ?? defaultOpset), new Set(), 0)
}

function checkGraph(graph: Graph, scope: TypeScope, outer: ReadonlySet<Value>, depth: number): void {
  if (depth > maxNesting) fail(`Graph ${graph.name} is nested more than ${maxNesting} deep`)
  const known = new Set(outer)
  const assign = (value: Value, by: string) => {
    if (known.has(value))
      fail(`Value ${value} is assigned twice, the second time by ${by}; every name must be new`)
    known.add(value)
  }
  for (const [value, tensor] of graph.initializers) {
    assign(value, 'an initializer')
    checkTensor(value, tensor)
    scope.setConstant(value, tensor)
  }
  for (const [value, type] of graph.inputs) {
    if (value === '') fail(`Graph ${graph.name} has an input without a name`)
    // An input may have a default: an initializer of the same name.
    if (graph.initializers.has(value)) settle(value, scope.type(value), type, scope)
    else assign(value, 'an input')
    scope.setInput(value, type)
  }
  const declared = declaredBy(graph)
  for (const node of graph.nodes) {
    for (const value of node.inputs) if (value !== '' && !known.has(value)) unknownInput(node, value, graph)
    checkNode(node, scope.opset)
    for (const attribute of Object.values(node.attributes))
      if (attribute.kind === 'graph')
        checkGraph(attribute.value, new TypeScope(scope.opset, scope), known, depth + 1)
    for (const value of node.outputs) if (value !== '') assign(value, `node ${node.name} (${node.op})`)
    inferNode(node, scope, declared)
  }
  for (const [value, type] of graph.outputs) {
    if (!known.has(value)) fail(`Output ${value} of graph ${graph.name} is assigned by no node`)
    settle(value, scope.type(value), type, scope)
  }
}

function unknownInput(node: Node, value: Value, graph: Graph): never {
  const later = graph.nodes.find(other => other.outputs.includes(value))
  const why = later ? `is assigned only later, by node ${later.name}` : 'is assigned nowhere'
  fail(`Input ${value} of node ${node.name} (${node.op}) ${why}; nodes must follow what they read`)
}

/** Refuses a node whose inputs, outputs or attributes are not those of its operator. */
export function checkNode(node: Node, opset: number): void {
  const operator = operatorOf(node)
  if (!operator) return
  if (opset >= operator.until)
    fail(
      `Node ${node.name}: ${node.op} ended with operator set ${operator.until - 1}, but this graph is in ${opset}`,
    )
  checkArity(node, 'input', node.inputs, operator.inputs, opset)
  checkArity(node, 'output', node.outputs, operator.outputs, opset)
  for (const [name, attribute] of Object.entries(node.attributes))
    checkAttribute(node, operator, name, attribute, opset)
  for (const [name, spec] of Object.entries(operator.attributes))
    if (spec.presence === 'required' && node.attributes[name] === undefined)
      fail(`Node ${node.name} (${node.op}) lacks the attribute ${name} of kind ${spec.kind}`)
}

function checkArity(
  node: Node,
  what: 'input' | 'output',
  values: readonly Value[],
  formals: readonly Formal[],
  opset: number,
): void {
  const expected = formals
    .map(formal => formal.name + { one: '', optional: '?', many: '*' }[formal.arity])
    .join(', ')
  for (const [i, value] of values.entries()) {
    const formal = formalAt(formals, i)
    if (!formal)
      fail(`Node ${node.name} (${node.op}) has ${values.length} ${what}s, but may have: ${expected}`)
    if (value !== '' && formal.since > opset)
      fail(
        `Node ${node.name} (${node.op}) has the ${what} ${formal.name}, which operator set ${opset} has not`,
      )
    if (value === '' && what === 'input' && isNeeded(formal, opset))
      fail(`Node ${node.name} (${node.op}) lacks its input ${formal.name}`)
  }
  const needed = formals.findLastIndex(formal => isNeeded(formal, opset)) + 1
  if (values.length < needed)
    fail(`Node ${node.name} (${node.op}) has ${values.length} ${what}s, but needs: ${expected}`)
}

const isNeeded = (formal: Formal, opset: number) => formal.arity === 'one' && formal.since <= opset

function checkAttribute(
  node: Node,
  operator: Operator,
  name: string,
  attribute: Attribute,
  opset: number,
): void {
  const { others, attributes } = operator
  const other = Object.hasOwn(others, name) ? others[name] : undefined
  const spec = Object.hasOwn(attributes, name) ? attributes[name] : undefined
  const inOther = other && opset >= (other.since ?? 0) && opset < (other.until ?? Number.POSITIVE_INFINITY)
  const kind = inOther ? other.kind : spec?.kind
  if (!kind) {
    const allowed = Object.keys(attributes).join(', ') || 'none'
    const when = other ? ` in operator set ${opset}` : ''
    fail(`Node ${node.name} (${node.op}) has an attribute ${name}${when}, but may have: ${allowed}`)
  }
  if (attributeKind(kind) !== attribute.kind)
    fail(
      `Attribute ${name} of node ${node.name} (${node.op}) must be ${attributeKind(kind)}, but is ${attribute.kind}`,
    )
}

function checkTensor(value: Value, tensor: { shape: readonly number[]; data: { length: number } }): void {
  const size = tensor.shape.reduce((n, dim) => n * dim, 1)
  if (tensor.shape.some(dim => !Number.isInteger(dim) || dim < 0) || size !== tensor.data.length)
    fail(`Initializer ${value} is [${tensor.shape.join(', ')}], but has ${tensor.data.length} elements`)
}

function fail(message: string): never {
  throw new ChiquitoError('model', `${message}.`)
}
