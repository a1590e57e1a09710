import { type DType, elementBytes, sizeOf, type Tensor } from '../core/index.js'
import { type Graph, inferTypes, model, type Node, pruneUnused, readBy, type Value } from '../onnx/index.js'
import { Session } from './session.js'

/** Axes, factors and the like may come to be more bytes: nodes take some, too. */
const SLACK = 1024

/**
 * The graph with what is computed from weights alone as weights, such as those of a convolution times the factors of the batch norm
 * after it. The runtime computes them, as it would when it opens the file, so the answers keep their bits. Weights that would take
 * more room than those they come from stay computed: 16-bit floats that are widened, above all.
 *
 * @param mayGrow - folds those, too
 * @param leave - element types of weights that stay as they are stored even then
 */
export async function foldWeights(
  graph: Graph,
  { mayGrow = false, leave = [] }: { readonly mayGrow?: boolean; readonly leave?: readonly DType[] } = {},
): Promise<Graph> {
  const { types } = inferTypes(graph)
  const groups = constantGroups(graph, leave).filter(group => mayGrow || !grows(group, graph, types))
  if (groups.length === 0) return graph
  const folded = new Set(groups.flatMap(group => group.nodes))
  const nodes = graph.nodes.filter(node => folded.has(node))
  const weights = await computed({ ...graph, nodes }, new Set(groups.flatMap(group => group.results)))
  return pruneUnused({
    ...graph,
    nodes: graph.nodes.filter(node => !folded.has(node)),
    initializers: new Map([...graph.initializers, ...weights]),
    types: new Map(Array.from(graph.types).filter(([value]) => !weights.has(value))),
  })
}

/** Nodes that need nothing but weights and one another, and what the rest of the graph reads of them. */
interface Group {
  readonly nodes: Node[]
  readonly results: Value[]
}

function constantGroups(graph: Graph, leave: readonly DType[]): Group[] {
  const own = [...graph.initializers].filter(
    ([value, { dtype }]) => !graph.inputs.has(value) && !leave.includes(dtype),
  )
  const constant = new Set(own.map(([value]) => value))
  const groupOf = new Map<Value, Set<Node>>()
  const sets = new Set<Set<Node>>()
  for (const node of graph.nodes) {
    const reads = [...readBy(node)]
    const isResult = node.outputs.some(output => graph.outputs.has(output))
    if (isResult || !isSteady(node) || !reads.every(value => constant.has(value))) continue
    const whole = new Set([node])
    for (const part of new Set(reads.map(value => groupOf.get(value)))) {
      if (!part) continue
      for (const member of part) whole.add(member)
      sets.delete(part)
    }
    sets.add(whole)
    for (const member of whole) for (const output of member.outputs) groupOf.set(output, whole)
    for (const output of node.outputs) constant.add(output)
  }
  const isOurs = (node: Node) => node.outputs.some(output => groupOf.has(output))
  const read = new Set(graph.nodes.filter(node => !isOurs(node)).flatMap(node => [...readBy(node)]))
  return Array.from(sets, set => {
    const nodes = [...set]
    return { nodes, results: nodes.flatMap(node => node.outputs.filter(output => read.has(output))) }
  })
}

/** Whether a node gives the same each time, by the standard's rules. */
function isSteady({ op, domain, attributes }: Node): boolean {
  const hasGraph = Object.values(attributes).some(({ kind }) => kind === 'graph')
  return domain === '' && !hasGraph && !/^Random|^Bernoulli$|^Multinomial$|^Dropout$/.test(op)
}

function grows({ nodes, results }: Group, graph: Graph, types: Graph['types']): boolean {
  const own = new Set(nodes)
  const elsewhere = new Set(graph.nodes.filter(node => !own.has(node)).flatMap(node => [...readBy(node)]))
  const freed = new Set(nodes.flatMap(node => node.inputs))
  let before = 0
  for (const value of freed) {
    const tensor = graph.initializers.get(value)
    if (tensor && !elsewhere.has(value)) before += tensor.data.byteLength
  }
  const after = results.reduce((sum, value) => {
    const type = types.get(value)
    const shape = type?.shape?.filter(dim => typeof dim === 'number')
    if (!type || !shape || shape.length !== type.shape?.length) return Number.POSITIVE_INFINITY
    return sum + sizeOf(shape) * elementBytes[type.dtype]
  }, 0)
  return after > before + SLACK
}

async function computed(graph: Graph, wanted: ReadonlySet<Value>): Promise<Map<Value, Tensor>> {
  const types = inferTypes({ ...graph, outputs: new Map() }).types
  const outputs = new Map(Array.from(types).filter(([value]) => wanted.has(value)))
  const part = pruneUnused({ ...graph, name: 'weights', inputs: new Map(), outputs, types: new Map() })
  const session = await Session.open(model(part), { threads: 1 })
  try {
    return new Map(Object.entries(await session.run({})))
  } finally {
    await session.close()
  }
}
