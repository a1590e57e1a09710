import { fromHalf, sizeOf, type Tensor, toHalf } from '../core/index.js'
import { freshName, type Graph, type Node, namesIn, pruneUnused, readBy, type Value } from '../onnx/index.js'

/** Smaller tensors save hardly more than the node needs that widens them. */
const leastElements = 128

/**
 * Rounding to 16 bits costs numbers of the usual sizes 0.03 % of their length (root mean square). Weights that lose more are too small or
 * too large for 16 bits.
 */
const mostLost = 1e-3

/** A graph whose weights are stored in 16 bits. */
export interface Halved {
  readonly graph: Graph
  /** Weights now in 16 bits, and large ones that stay in 32, in numbers. */
  readonly elements: { readonly now: number; readonly left: number }
}

/**
 * The graph with its weights in 16 bits, each behind a Cast to 32. It computes in 32 bits as before: runtimes widen the weights when
 * they load the file, as on CPUs computing in 16 bits is twice as slow. What photos are ranked among (`known`) stays as it is: there the last
 * bits decide. Layers that only `known` sees, as they were before fine-tuning, are layers as all others.
 */
export function withHalves(graph: Graph): Halved {
  const ranking = rankingNodes(graph)
  const layers = layersIn(ranking)
  const kept = new Set(ranking.flatMap(node => (layers.has(node) ? [] : [...readBy(node)])))
  const taken = namesIn(graph)
  const initializers = new Map<Value, Tensor>()
  const casts: Node[] = []
  const elements = { now: 0, left: 0 }
  for (const [name, tensor] of graph.initializers) {
    const size = sizeOf(tensor.shape)
    const isWeight = tensor.dtype === 'float32' && size >= leastElements && !kept.has(name)
    const half = isWeight && !graph.outputs.has(name) ? halfOf(tensor) : undefined
    if (!half) {
      if (tensor.dtype === 'float32' && size >= leastElements) elements.left += size
      initializers.set(name, tensor)
      continue
    }
    elements.now += size
    const stored = freshName(`${name}.half`, taken)
    initializers.set(stored, half)
    casts.push({
      name,
      op: 'Cast',
      domain: '',
      inputs: [stored],
      outputs: [name],
      attributes: { to: { kind: 'int', value: 1 } },
    })
  }
  return { graph: { ...graph, initializers, nodes: [...casts, ...graph.nodes] }, elements }
}

const products: ReadonlySet<string> = new Set(['Conv', 'Gemm', 'MatMul'])

/** Products that lead to another product: the last one is with the photos that are remembered. */
function layersIn(ranking: readonly Node[]): Set<Node> {
  const leading = new Set<Value>()
  const layers = new Set<Node>()
  for (const node of [...ranking].reverse()) {
    const leads = node.outputs.some(value => leading.has(value))
    if (leads && products.has(node.op)) layers.add(node)
    if (leads || products.has(node.op)) for (const value of readBy(node)) leading.add(value)
  }
  return layers
}

/** Nodes that only `known` needs. */
function rankingNodes(graph: Graph): Node[] {
  const outputs = new Map([...graph.outputs].filter(([name]) => name !== 'known'))
  const others = new Set(pruneUnused({ ...graph, outputs }).nodes)
  return graph.nodes.filter(node => !others.has(node))
}

/** Undefined where 16 bits cannot hold it. */
function halfOf({ data, shape }: Tensor<'float32'>): Tensor<'float16'> | undefined {
  const halves = new Uint16Array(data.length)
  let lost = 0
  let whole = 0
  for (let i = 0; i < data.length; i++) {
    halves[i] = toHalf(data[i])
    const difference = fromHalf(halves[i]) - data[i]
    lost += difference * difference
    whole += data[i] * data[i]
  }
  // Also where a number became infinite.
  return Math.sqrt(lost) <= mostLost * Math.sqrt(whole)
    ? { dtype: 'float16', shape, data: halves }
    : undefined
}
