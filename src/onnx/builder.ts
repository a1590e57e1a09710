import { ChiquitoError, type Tensor } from '../core/index.js'
import { toAttribute } from './attributes.js'
import type { Attribute, Dim, Graph, Node, Value, ValueType } from './graph.js'
import { type Declared, inferNode, TypeScope } from './infer.js'
import { renameNode } from './names.js'
import { type AttributesOf, type OpType, operators } from './operators/index.js'
import { defaultOpset } from './opset.js'
import { checkNode, verifyGraph } from './verify.js'

type LooseAttributes = Readonly<Record<string, unknown>>

/** Constants up to this size are looked for among those already there; larger ones are not worth the comparison. */
const maxSharedBytes = 1024

/**
 * Builds a graph node by node in operator set {@link defaultOpset}. Each value's type is inferred as it is made, so
 * a wrong shape is an error at the line that wrote it.
 */
export class GraphBuilder {
  private readonly inputs = new Map<Value, ValueType>()
  private readonly outputs = new Map<Value, ValueType>()
  private readonly initializers = new Map<Value, Tensor>()
  private readonly list: Node[] = []
  private readonly scope = new TypeScope(defaultOpset)
  private readonly names = new Set<Value>()
  private readonly reserved = new Set<Value>()
  private readonly counts = new Map<string, number>()
  private readonly shared = new Map<string, Value>()
  private readonly producers = new Map<Value, Node>()

  constructor(readonly name: string = 'graph') {}

  /** An input that callers feed. A dimension may be a name: `['batch', 3, 224, 224]`. */
  input(name: Value, dtype: ValueType['dtype'], shape: readonly Dim[]): Value {
    this.claim(name)
    const type = { dtype, shape: [...shape] }
    this.inputs.set(name, type)
    this.scope.setType(name, type)
    return name
  }

  /** A weight, under the name given. */
  initializer(name: Value, tensor: Tensor): Value {
    this.claim(name)
    this.initializers.set(name, tensor)
    this.scope.setConstant(name, tensor)
    return name
  }

  /** A constant under a name of our choice; small ones of equal content share it. */
  constant(tensor: Tensor): Value {
    const key = contentKey(tensor)
    const found = key === undefined ? undefined : this.shared.get(key)
    if (found !== undefined) return found
    const value = this.initializer(this.freshName('constant'), tensor)
    if (key !== undefined) this.shared.set(key, value)
    return value
  }

  /** Adds a node with one output and returns it. An input left out is undefined. */
  op<K extends OpType>(
    op: K,
    inputs: readonly (Value | undefined)[],
    attributes?: AttributesOf<K>,
    output?: Value,
  ): Value
  op(
    op: OpType,
    inputs: readonly (Value | undefined)[],
    attributes?: LooseAttributes,
    output?: Value,
  ): Value {
    const value = output ?? this.freshName(plainName(op))
    this.add(op, inputs, attributes ?? {}, [value])
    return value
  }

  /** Adds a node with several outputs, all of them named. */
  ops<K extends OpType>(
    op: K,
    inputs: readonly (Value | undefined)[],
    attributes: AttributesOf<K>,
    outputCount: number,
  ): Value[]
  ops(
    op: OpType,
    inputs: readonly (Value | undefined)[],
    attributes: LooseAttributes,
    outputCount: number,
  ): Value[] {
    const first = this.freshName(plainName(op))
    const outputs = Array.from({ length: outputCount }, (_, i) =>
      i === 0 ? first : this.freshName(`${first}_${i}`),
    )
    this.add(op, inputs, attributes, outputs)
    return outputs
  }

  /** Marks a result. Under a new name, or for what no node computes, it is passed on by an Identity. */
  output(
    value: Value,
    name: Value = this.producers.has(value) ? value : this.freshName(`${value}_out`),
  ): void {
    const type = this.type(value)
    if (this.outputs.has(name)) throw this.error(`${name} is an output already; each needs a name of its own`)
    if (name !== value) this.op('Identity', [value], {}, name)
    this.outputs.set(name, type)
  }

  /** What is known of a value's element type and shape. */
  type(value: Value): ValueType {
    const type = this.scope.type(value)
    if (type) return type
    throw this.error(
      this.names.has(value)
        ? `the type of ${value} cannot be known before the graph runs`
        : `there is no value ${value} yet`,
    )
  }

  /** The value's shape, where dimensions may be names. */
  shape(value: Value): readonly Dim[] {
    const { shape } = this.type(value)
    if (!shape) throw this.error(`the rank of ${value} cannot be known before the graph runs`)
    return shape
  }

  /** The value's shape in numbers; an error where a dimension is only known when the graph runs. */
  staticShape(value: Value): readonly number[] {
    return this.shape(value).map((dim, axis) => {
      if (typeof dim === 'number') return dim
      throw this.error(
        `dimension ${axis} of ${value} must be a fixed number here, but is ${dim} in [${this.shape(value).join(', ')}]`,
      )
    })
  }

  /** The nodes so far, in order. */
  nodes(): readonly Node[] {
    return this.list
  }

  /** The tensor behind a weight or constant. */
  initializerOf(value: Value): Tensor | undefined {
    return this.initializers.get(value)
  }

  /**
   * The elements of a small whole-number value as far as they follow from shapes and constants; undefined where one of
   * them is only known when the graph runs.
   */
  knownInts(value: Value): readonly number[] | undefined {
    const known = this.scope.known(value)
    return known?.elements.every(element => typeof element === 'number') ? known.elements : undefined
  }

  /** The node that computes a value; undefined for inputs and initializers. */
  producerOf(value: Value): Node | undefined {
    return this.producers.get(value)
  }

  /** Whether a value of this name exists. */
  has(value: Value): boolean {
    return this.names.has(value)
  }

  /**
   * Inlines another graph, in our operator set (`upgradeModel` brings a model to it): its inputs become the values bound to them here, its other
   * names get the prefix and, where taken, a number. Returns its outputs' names here.
   */
  append(graph: Graph, bindings: ReadonlyMap<Value, Value>, prefix = ''): Map<Value, Value> {
    const renamed = new Map<Value, Value>()
    for (const [input, type] of graph.inputs) {
      const value = bindings.get(input)
      if (value !== undefined) renamed.set(input, this.checkedBinding(graph, input, type, value))
      else if (!graph.initializers.has(input))
        throw this.error(`graph ${graph.name} needs a value for its input ${input}`)
    }
    for (const [value, tensor] of graph.initializers) {
      if (renamed.has(value)) continue
      renamed.set(value, this.initializer(this.freshName(prefix + value), tensor))
    }
    for (const node of graph.nodes) this.copy(node, renamed, prefix)
    return new Map(Array.from(graph.outputs.keys(), value => [value, renamed.get(value) ?? value]))
  }

  /**
   * Adds a node of another graph. `renamed` has the names here of what it reads, where they differ, and gets those of
   * its outputs; `declared` tells their types where its operator is not in our table.
   */
  copy(node: Node, renamed: Map<Value, Value>, prefix = '', declared: Declared = () => undefined): void {
    // Names inside subgraphs are taken as well: they must differ from all outside.
    const fresh = (wanted: Value) => {
      const name = this.freshName(prefix + wanted)
      this.names.add(name)
      return name
    }
    const types = new Map<Value, ValueType | undefined>()
    for (const output of node.outputs) {
      if (output === '') continue
      const name = this.reserved.delete(prefix + output) ? prefix + output : this.freshName(prefix + output)
      renamed.set(output, name)
      types.set(name, declared(output))
    }
    this.push(renameNode(node, renamed, fresh), value => types.get(value))
  }

  /** Adds a node of an operator that our table has not, known to one runtime only; its outputs have the types given. */
  foreign(node: Pick<Node, 'op' | 'domain' | 'inputs' | 'attributes'>, types: readonly ValueType[]): Value[] {
    const outputs = types.map((_, i) => this.freshName(i === 0 ? node.op : `${node.op}_${i}`))
    const inputs = [...node.inputs]
    while (inputs.at(-1) === '') inputs.pop()
    this.push({ ...node, inputs, name: outputs[0], outputs }, value => types[outputs.indexOf(value)])
    return outputs
  }

  /** Keeps names for nodes that are copied later: nothing else gets them. */
  reserve(names: Iterable<Value>): void {
    for (const name of names) if (!this.names.has(name)) this.reserved.add(name)
  }

  /** The finished graph, verified. The builder can go on and build again. */
  build(): Graph {
    const graph: Graph = {
      name: this.name,
      inputs: new Map(this.inputs),
      outputs: new Map(this.outputs),
      initializers: new Map(this.initializers),
      types: this.innerTypes(),
      nodes: [...this.list],
    }
    verifyGraph(graph)
    return graph
  }

  private add(
    op: OpType,
    inputs: readonly (Value | undefined)[],
    attributes: LooseAttributes,
    outputs: readonly Value[],
  ): void {
    const { domain } = operators[op]
    const given = inputs.map(value => value ?? '')
    while (given.at(-1) === '') given.pop()
    const node: Node = {
      name: outputs[0],
      op: plainName(op),
      domain,
      inputs: given,
      outputs,
      attributes: this.checkedAttributes(op, outputs[0], attributes),
    }
    this.push(node)
  }

  /** Adds a finished node; it must be right, or nothing is added. */
  private push(node: Node, declared?: Declared): void {
    for (const value of node.inputs)
      if (value !== '' && !this.names.has(value))
        throw this.error(`node ${node.name} (${node.op}) reads ${value}, which does not exist yet`)
    for (const value of node.outputs)
      if (this.names.has(value)) throw this.error(`there is a value ${value} already; every name must be new`)
    checkNode(node, defaultOpset)
    inferNode(node, this.scope, declared)
    this.list.push(node)
    for (const value of node.outputs) {
      if (value === '') continue
      this.names.add(value)
      this.producers.set(value, node)
    }
  }

  private checkedAttributes(op: OpType, name: string, given: LooseAttributes): Record<string, Attribute> {
    const specs = new Map(Object.entries(operators[op].attributes))
    const out: Record<string, Attribute> = {}
    for (const [key, value] of Object.entries(given)) {
      if (value === undefined) continue
      const spec = specs.get(key)
      if (!spec)
        throw this.error(`${op} has no attribute ${key}, but: ${[...specs.keys()].join(', ') || 'none'}`)
      const attribute = toAttribute(spec.kind, value)
      if (!attribute)
        throw this.error(`attribute ${key} of ${name} (${op}) must be ${spec.kind}, but is ${value}`)
      out[key] = attribute
    }
    return out
  }

  private checkedBinding(graph: Graph, input: Value, type: ValueType, value: Value): Value {
    const here = this.type(value)
    const ranks = [type.shape?.length, here.shape?.length]
    const differs = type.shape?.some((dim, i) => {
      const other = here.shape?.[i]
      return typeof dim === 'number' && typeof other === 'number' && dim !== other
    })
    const wrongRank = ranks[0] !== undefined && ranks[1] !== undefined && ranks[0] !== ranks[1]
    if (here.dtype !== type.dtype || wrongRank || differs)
      throw this.error(
        `input ${input} of graph ${graph.name} is ${type.dtype} [${type.shape?.join(', ')}], but ${value} is ${here.dtype} [${here.shape?.join(', ')}]`,
      )
    return value
  }

  private innerTypes(): Map<Value, ValueType> {
    const inner = (value: Value) => this.producers.has(value) && !this.outputs.has(value)
    return new Map(Array.from(this.scope.all()).filter(([value]) => inner(value)))
  }

  private claim(name: Value): void {
    if (name === '') throw this.error('a value needs a name')
    if (this.names.has(name)) throw this.error(`there is a value ${name} already; every name must be new`)
    this.names.add(name)
  }

  /** The wanted name, or with the first free number. */
  private freshName(wanted: string): Value {
    let count = this.counts.get(wanted) ?? 0
    let name = count === 0 ? wanted : `${wanted}_${count}`
    while (this.names.has(name) || this.reserved.has(name)) name = `${wanted}_${++count}`
    this.counts.set(wanted, count + 1)
    return name
  }

  private error(message: string): ChiquitoError {
    return new ChiquitoError('model', `In graph ${this.name}: ${message}.`)
  }
}

/** The operator's name without its domain. */
function plainName(op: OpType): string {
  return op.slice(op.indexOf(':') + 1)
}

function contentKey(tensor: Tensor): string | undefined {
  if (tensor.data.byteLength > maxSharedBytes) return undefined
  const bytes = new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength)
  return `${tensor.dtype}[${tensor.shape.join(',')}]${String.fromCharCode(...bytes)}`
}
