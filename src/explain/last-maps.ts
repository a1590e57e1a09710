import {
  type Graph,
  inferTypes,
  isOpType,
  keyOf,
  type Node,
  readAttributes,
  readBy,
  type Value,
  type ValueType,
} from '../onnx/index.js'

/** A map behind which nothing is laid out over the photo any more: its positions are put together for good. */
export interface LastMap {
  readonly value: Value
  readonly channels: number
  readonly height: number
  readonly width: number
  /** Whether it is [batch, height, width, channels], not [batch, channels, height, width]. */
  readonly isChannelsLast: boolean
}

/** Why something has no explanation: half a sentence. */
export interface Unexplained {
  readonly why: string
}

/**
 * The last maps on the way from `input` to `ends`: every way there leads through one of them, where its positions are pooled, or
 * laid side by side in a vector. A network whose features are taken at several layers has several.
 *
 * A squeeze whose result goes back into a map (squeeze-and-excite) is not the end of that map; tokens are no map, so networks
 * that end in attention have none.
 */
export function lastMaps(
  graph: Graph,
  input: Value,
  ends: readonly Value[],
): readonly LastMap[] | Unexplained {
  return new Search(inferTypes(graph), input, ends).run()
}

/** What has and gives maps, by definition. */
const mapping: ReadonlySet<string> = new Set([
  ...['Conv', 'ConvTranspose', 'BatchNormalization', 'InstanceNormalization', 'GroupNormalization'],
  ...['MaxPool', 'AveragePool', 'LRN'],
])

/** What may give another order, or another meaning of dimensions. */
const mixing: ReadonlySet<string> = new Set(['Reshape', 'Transpose', 'MatMul', 'Gemm', 'Einsum', 'Softmax'])

/** What only tells of a value's size. */
const sizes: ReadonlySet<string> = new Set(['Shape', 'Size'])

class Search {
  private readonly producers = new Map<Value, Node>()
  /** Nodes between input and ends, in order. */
  private readonly path: readonly Node[]
  private readonly dependent: Set<Value>

  constructor(
    private readonly graph: Graph,
    input: Value,
    ends: readonly Value[],
  ) {
    for (const node of graph.nodes) for (const output of node.outputs) this.producers.set(output, node)
    this.dependent = new Set([input])
    for (const node of graph.nodes) {
      if (sizes.has(keyOf(node)) || !this.reads(node).some(value => this.dependent.has(value))) continue
      for (const output of node.outputs) this.dependent.add(output)
    }
    const needed = new Set(ends)
    const path: Node[] = []
    for (const node of graph.nodes.toReversed()) {
      if (!node.outputs.some(output => needed.has(output))) continue
      for (const value of readBy(node)) needed.add(value)
      if (node.outputs.some(output => this.dependent.has(output))) path.push(node)
    }
    this.path = path.reverse()
  }

  run(): readonly LastMap[] | Unexplained {
    const before = this.beforeMaps()
    const maps = new Map<Value, LastMap>()
    for (const node of this.path) {
      if (node.outputs.some(output => before.has(output))) continue
      for (const value of this.reads(node)) {
        if (!before.has(value)) continue
        const map = this.mapAt(node, value)
        if ('why' in map) return map
        maps.set(value, map)
      }
    }
    return maps.size > 0 ? [...maps.values()] : { why: 'it has no maps' }
  }

  private reads(node: Node): Value[] {
    return [...readBy(node)]
  }

  private type(value: Value): ValueType | undefined {
    const { types, outputs, inputs } = this.graph
    return types.get(value) ?? outputs.get(value) ?? inputs.get(value)
  }

  private shape(value: Value): ValueType['shape'] {
    return this.type(value)?.shape
  }

  /** Values made of the input that are maps, or from which a map is still made. */
  private beforeMaps(): Set<Value> {
    const before = new Set<Value>()
    for (const node of this.path.toReversed()) {
      const leads = node.outputs.some(output => before.has(output) || this.isLaidOut(output))
      if (!leads) continue
      for (const output of node.outputs) if (this.isLaidOut(output)) before.add(output)
      for (const value of this.reads(node)) if (this.dependent.has(value)) before.add(value)
    }
    // The input itself, where nothing but a pool comes behind it.
    for (const value of this.dependent) if (this.isLaidOut(value)) before.add(value)
    return before
  }

  /** Whether a value may be a map: of rank 4, with two dimensions beside the batch that are more than one place. */
  private isLaidOut(value: Value): boolean {
    const shape = this.shape(value)
    return shape?.length === 4 && shape.slice(1).filter(dim => dim !== 1).length >= 2
  }

  /** The map that ends at a node. */
  private mapAt(node: Node, value: Value): LastMap | Unexplained {
    const { dtype, shape } = this.type(value) ?? {}
    const isChannelsLast = this.layoutAt(node, value)
    if (isChannelsLast === undefined || dtype !== 'float32' || shape?.length !== 4)
      return { why: `its verdict does not come of maps alone, but by way of "${node.name}" (${node.op})` }
    const [, first, second, third] = shape
    const [channels, height, width] = isChannelsLast ? [third, first, second] : [first, second, third]
    if (typeof channels !== 'number' || typeof height !== 'number' || typeof width !== 'number')
      return { why: `the size of its map "${value}" is not fixed` }
    if (height * width === 1) return { why: `its map "${value}" is one single place` }
    return { value, channels, height, width, isChannelsLast }
  }

  /** Whether the map that a node puts together has its channels last; undefined where the node does something else. */
  private layoutAt(node: Node, value: Value): boolean | undefined {
    const output = this.shape(node.outputs[0])
    const op = keyOf(node)
    if (node.inputs[0] !== value || !isOpType(op)) return undefined
    if (op.startsWith('Reduce')) return this.reducedLayout(node)
    const isPoint = output?.length === 4 && output[2] === 1 && output[3] === 1
    if (isPoint && (/Pool$/.test(op) || op === 'Conv')) return false
    const isVector = output?.length === 2 && output[1] === this.sizeOf(value)
    if (!isVector || (op !== 'Flatten' && op !== 'Reshape')) return undefined
    const turned = this.turned(value)
    return this.isOfMaps(turned ?? value) ? turned !== undefined : undefined
  }

  /** How many numbers a photo has in a value. */
  private sizeOf(value: Value): number | undefined {
    return this.shape(value)
      ?.slice(1)
      .reduce<number>((size, dim) => size * Number(dim), 1)
  }

  /** Whether a value of rank 4 was made by what only works on maps; heads of attention are of rank 4, too. */
  private isOfMaps(value: Value): boolean {
    const seen = new Set([value])
    // The set grows while it is gone through.
    for (const one of seen) {
      const node = this.producers.get(one)
      if (node === undefined || mixing.has(keyOf(node))) continue
      if (mapping.has(keyOf(node))) return true
      for (const input of node.inputs) if (this.isLaidOut(input)) seen.add(input)
    }
    return false
  }

  private reducedLayout(node: Node): boolean | undefined {
    const axes = this.ints(node.inputs[1])
      ?.map(axis => (axis < 0 ? axis + 4 : axis))
      .sort()
      .join()
    if (axes === '2,3') return false
    return axes === '1,2' ? true : undefined
  }

  /** What a value was before channels were put last, if that was just before. */
  private turned(value: Value): Value | undefined {
    const node = this.producers.get(value)
    if (node === undefined || keyOf(node) !== 'Transpose') return undefined
    return readAttributes('Transpose', node).perm?.join() === '0,2,3,1' ? node.inputs[0] : undefined
  }

  private ints(value: Value | undefined): number[] | undefined {
    const tensor = value === undefined ? undefined : this.graph.initializers.get(value)
    return tensor?.dtype === 'int64' ? Array.from(tensor.data, Number) : undefined
  }
}
