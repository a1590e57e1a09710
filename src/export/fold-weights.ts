import { type DType, throwIfAborted } from '../core/index.js'
import { Session } from '../engine/index.js'
import { type Graph, inferTypes, model, type Node, pruneUnused, readBy, type Value } from '../onnx/index.js'

/** Give something else each time. */
const random: ReadonlySet<string> = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
])

export interface FoldOptions {
  /** Element types that stay as they are stored, and with them what is computed from them. */
  readonly leave?: readonly DType[] | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The graph with all that does not depend on its inputs computed beforehand, by the runtime itself: weights of 16 bits widened and
 * scaled, batch norm multiplied into convolutions. The same answers, to the bit, from fewer nodes.
 */
export async function foldWeights(graph: Graph, { leave = [], signal }: FoldOptions = {}): Promise<Graph> {
  const typed = inferTypes(graph)
  const fixed = new Set<Value>()
  for (const [name, { dtype }] of typed.initializers)
    if (!typed.inputs.has(name) && !leave.includes(dtype)) fixed.add(name)
  const folded: Node[] = []
  for (const node of typed.nodes) {
    if (!isFoldable(node, typed, fixed)) continue
    folded.push(node)
    for (const output of node.outputs) fixed.add(output)
  }
  if (folded.length === 0) return graph
  throwIfAborted(signal)
  const gone = new Set(folded)
  const nodes = typed.nodes.filter(node => !gone.has(node))
  const read = new Set(nodes.flatMap(node => [...readBy(node)]))
  const wanted = folded.flatMap(({ outputs }) => outputs).filter(value => read.has(value))
  const initializers = new Map(typed.initializers)
  const types = new Map(typed.types)
  for (const [name, tensor] of Object.entries(await computed(typed, folded, wanted))) {
    initializers.set(name, tensor)
    types.delete(name)
  }
  return pruneUnused({ ...typed, nodes, initializers, types })
}

function isFoldable(node: Node, graph: Graph, fixed: ReadonlySet<Value>): boolean {
  return (
    node.domain === '' &&
    !random.has(node.op) &&
    [...readBy(node)].every(value => fixed.has(value)) &&
    node.outputs.every(output => output !== '' && graph.types.has(output))
  )
}

async function computed(graph: Graph, nodes: readonly Node[], wanted: readonly Value[]) {
  if (wanted.length === 0) return {}
  const part: Graph = pruneUnused({
    ...graph,
    name: `weights of ${graph.name}`,
    inputs: new Map(),
    outputs: new Map(wanted.map(value => [value, graph.types.get(value) ?? { dtype: 'float32' }] as const)),
    types: new Map(),
    nodes,
  })
  const session = await Session.open(model(part), { optimize: 'none', threads: 1 })
  try {
    return await session.run({})
  } finally {
    await session.close()
  }
}
