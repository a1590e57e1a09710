import { create } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
} from './generated/onnx_pb.js'

/** Nodes that calls may come to in all: calls of calls multiply. */
const MAX_NODES = 100_000
const MAX_DEPTH = 32

/**
 * The graph of a file that defines functions of its own (torch.onnx.dynamo_export, ONNX Script), with every call replaced by
 * the nodes of what it calls: values inside get names of their own, references to attributes become what the call gives,
 * or the function's default.
 *
 * @param fail throws what it is given, the end of a sentence that begins with the file's name.
 */
export function withoutFunctions(
  graph: GraphProto,
  { functions, opsetImport }: Pick<ModelProto, 'functions' | 'opsetImport'>,
  fail: (message: string) => never,
): GraphProto {
  if (functions.length === 0) return graph
  const opset = opsetImport.find(({ domain }) => isStandard(domain))?.version
  for (const { name, opsetImport: own } of functions) {
    const other = own.find(({ domain, version }) => isStandard(domain) && version !== opset)
    if (other)
      fail(
        `defines the function ${name} in operator set ${other.version}, but is in ${opset ?? 'none'} itself; export it again, all in one operator set`,
      )
  }
  return new Inliner(functions, graph, fail).graph(graph)
}

const isStandard = (domain: string) => domain === '' || domain === 'ai.onnx'

/** A call that is being replaced. */
interface Call {
  readonly node: NodeProto
  readonly called: FunctionProto
  /** What values of the function are called outside. */
  readonly names: Map<string, string>
}

const keyOf = (domain: string, name: string, overload: string) => JSON.stringify([domain, name, overload])

class Inliner {
  private readonly functions = new Map<string, FunctionProto>()
  private readonly taken: Set<string>
  private readonly open: FunctionProto[] = []
  private count = 0

  constructor(
    functions: readonly FunctionProto[],
    graph: GraphProto,
    private readonly fail: (message: string) => never,
  ) {
    for (const one of functions) this.functions.set(keyOf(one.domain, one.name, one.overload), one)
    this.taken = namesOf(graph)
  }

  graph(given: GraphProto): GraphProto {
    return changed(given, { node: given.node.flatMap(node => this.node(node)) })
  }

  private node(given: NodeProto): NodeProto[] {
    // Calls count, too: those of functions without nodes would never end.
    this.count++
    if (this.count > MAX_NODES) this.fail(`defines functions that come to more than ${MAX_NODES} nodes`)
    const called = this.functions.get(keyOf(given.domain, given.opType, given.overload))
    if (called) return this.body(given, called)
    if (!given.attribute.some(({ g }) => g)) return [given]
    const inside = (one: AttributeProto) => (one.g ? changed(one, { g: this.graph(one.g) }) : one)
    return [changed(given, { attribute: given.attribute.map(inside) })]
  }

  private body(node: NodeProto, called: FunctionProto): NodeProto[] {
    if (this.open.includes(called)) this.fail(`defines the function ${called.name}, which calls itself`)
    if (this.open.length === MAX_DEPTH) this.fail(`calls functions more than ${MAX_DEPTH} deep`)
    if (node.input.length > called.input.length || node.output.length > called.output.length)
      this.fail(`calls the function ${called.name} with more inputs or outputs than it has`)
    const call: Call = { node, called, names: new Map([['', '']]) }
    for (const [i, name] of called.input.entries()) call.names.set(name, node.input[i] ?? '')
    const passed: NodeProto[] = []
    for (const [i, output] of node.output.entries()) {
      const name = called.output[i]
      if (output === '') continue
      // What a function gives back as it got it, or twice, is another name for it.
      if (!call.names.has(name)) call.names.set(name, output)
      else passed.push(identity(call.names.get(name) ?? '', output))
    }
    this.open.push(called)
    const nodes = called.node.flatMap(one => this.node(this.renamed(one, call)))
    this.open.pop()
    return [...nodes, ...passed]
  }

  /** A node of a function as the call has it. */
  private renamed(node: NodeProto, call: Call): NodeProto {
    return changed(node, {
      name: `${call.node.name || call.called.name}/${node.name || node.output[0]}`,
      input: node.input.map(value => this.nameOf(value, call)),
      output: node.output.map(value => this.nameOf(value, call)),
      attribute: node.attribute.flatMap(one => this.attribute(one, call)),
    })
  }

  private attribute(given: AttributeProto, call: Call): AttributeProto[] {
    if (given.refAttrName !== '') {
      const has = (one: AttributeProto) => one.name === given.refAttrName
      const found = call.node.attribute.find(has) ?? call.called.attributeProto.find(has)
      // What neither gives is left out: the operator's own default counts.
      return found ? [changed(found, { name: given.name })] : []
    }
    return [given.g ? changed(given, { g: this.inner(given.g, call) }) : given]
  }

  /** A graph within a function; values of the function are read in it by name. */
  private inner(graph: GraphProto, call: Call): GraphProto {
    const named = (name: string) => ({ name: this.nameOf(name, call) })
    return changed(graph, {
      input: graph.input.map(one => changed(one, named(one.name))),
      output: graph.output.map(one => changed(one, named(one.name))),
      initializer: graph.initializer.map(one => changed(one, named(one.name))),
      valueInfo: [],
      node: graph.node.map(node => this.renamed(node, call)),
    })
  }

  private nameOf(value: string, { node, called, names }: Call): string {
    const known = names.get(value)
    if (known !== undefined) return known
    const wanted = `${node.name || called.name}/${value}`
    let name = wanted
    for (let i = 1; this.taken.has(name); i++) name = `${wanted}_${i}`
    this.taken.add(name)
    names.set(value, name)
    return name
  }
}

/** A copy; what a message does not say itself it has from its prototype, so spreading it would lose that. */
function changed<T extends object>(message: T, changes: Partial<T>): T {
  const copy: T = Object.create(Object.getPrototypeOf(message))
  return Object.assign(copy, message, changes)
}

function identity(from: string, to: string): NodeProto {
  return create(NodeProtoSchema, { name: to, opType: 'Identity', input: [from], output: [to] })
}

/** Every name that a graph and the graphs within it use. */
function namesOf(graph: GraphProto): Set<string> {
  const names = new Set<string>()
  const open = [graph]
  for (const { input, initializer, node } of open) {
    for (const { name } of [...input, ...initializer]) names.add(name)
    for (const one of node) {
      for (const name of [...one.input, ...one.output]) names.add(name)
      for (const { g } of one.attribute) if (g) open.push(g)
    }
  }
  return names
}
