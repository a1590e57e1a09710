import type { Attribute, Graph, Model, Node } from '../graph.js'
import { scopeOf, type TypeScope } from '../infer.js'
import { model } from '../model.js'
import { wholeNumbers } from '../operators/index.js'
import { defaultOpset } from '../opset.js'
import { pruneUnused, withoutIdentities } from '../passes/index.js'
import { type Facts, formIn } from './forms.js'

/**
 * No model is written in an older operator set. Every runtime of the last five years has it, and quantising channel by channel
 * needs it.
 */
export const lowestOpset = 13

/** The file format that came with an operator set: what older runtimes refuse, whatever is in the file. */
function irVersionFor(opset: number): number {
  if (opset < 15) return 7
  if (opset < 19) return 8
  return opset < 21 ? 9 : 10
}

/**
 * A graph of our operator set as the model that most runtimes take: in the oldest operator set, from {@link lowestOpset} on, and
 * the oldest file format that can say it, without nodes that do nothing and what is only told of values inside. It computes the same, to the bit:
 * operators are written as an older set has them, not replaced.
 */
export function lowestModel(given: Graph, options: Parameters<typeof model>[1] = {}): Model {
  const graph = withoutIdentities(given)
  const scope = scopeOf(graph, defaultOpset)
  for (let opset = lowestOpset; opset < defaultOpset; opset++) {
    const lower = graphIn(graph, opset, scope)
    if (lower) return modelIn(pruneUnused(lower), opset, options)
  }
  return modelIn(graph, defaultOpset, options)
}

function modelIn(graph: Graph, opset: number, options: Parameters<typeof model>[1]): Model {
  const { opsets, ...rest } = model(graph, options)
  return {
    ...rest,
    graph: withoutTypes(graph),
    opsets: new Map([...opsets, ['', opset]]),
    irVersion: irVersionFor(opset),
  }
}

/** A batch of a fixed size, where somebody sets one, would contradict types that were told for any. */
function withoutTypes(graph: Graph): Graph {
  return { ...graph, types: new Map() }
}

/** The graph in another operator set; undefined where a node cannot be said in it. */
function graphIn(graph: Graph, opset: number, scope: TypeScope): Graph | undefined {
  const nodes: Node[] = []
  const facts: Facts = {
    type: value => scope.type(value),
    numbers: value => wholeNumbers(scope.known(value)),
  }
  for (const node of graph.nodes) {
    const form = formIn(node, opset, facts)
    const attributes = form && attributesIn(form, opset, scope)
    if (!attributes) return undefined
    nodes.push({ ...form, attributes })
  }
  return { ...graph, nodes }
}

/** Attributes with their graphs in the operator set, too. */
function attributesIn(node: Node, opset: number, scope: TypeScope): Node['attributes'] | undefined {
  const attributes: Record<string, Attribute> = {}
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (attribute.kind !== 'graph') {
      attributes[name] = attribute
      continue
    }
    const inner = graphIn(attribute.value, opset, scopeOf(attribute.value, defaultOpset, scope))
    if (!inner) return undefined
    attributes[name] = { kind: 'graph', value: withoutTypes(inner) }
  }
  return attributes
}
