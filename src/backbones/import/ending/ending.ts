import { int64, type Tensor } from '../../../core/index.js'
import {
  type Attribute,
  freshName,
  type Graph,
  type Node,
  namesIn,
  sortNodes,
  type Value,
} from '../../../onnx/index.js'
import type { GraphView } from '../view/index.js'
import { commonInput, findHeads } from './heads.js'

/** A network's end: where its features are, and its own classifier behind them. */
export interface Ending {
  /** The graph in which they are: some have to be made of what the network gives. */
  readonly graph: Graph
  /** [batch, channels], or a map [batch, channels, height, width]. */
  readonly features: Value
  /** Scores of the file's own classes; undefined where it has no classifier. */
  readonly logits: Value | undefined
}

/**
 * Where a network ends without its classifier, as one vector or square map a photo: what the classifier reads (of
 * several, all that they read, side by side); else the network's own output. Of tokens [batch, tokens, channels] it is
 * the class token where there is one, else their mean; of a map with channels last, that map with channels first; of a
 * map that is not square, its mean.
 *
 * @param view the same graph for photos of a certain size, with its shapes.
 */
export function findEnding(graph: Graph, view: GraphView, output: Value): Ending {
  const heads = findHeads(view, output)
  const more = new Additions(graph, view)
  const read = heads && (commonInput(view, heads.inputs) ?? more.joined(heads.inputs))
  const features = more.perPhoto(read ?? output)
  return { graph: more.graph(), features, logits: heads?.logits }
}

/** Nodes added to a graph. */
class Additions {
  private nodes: Node[]
  private readonly initializers: Map<Value, Tensor>
  private readonly names: Set<Value>

  constructor(
    private readonly given: Graph,
    private readonly view: GraphView,
  ) {
    this.nodes = [...given.nodes]
    this.initializers = new Map(given.initializers)
    this.names = namesIn(given)
  }

  graph(): Graph {
    return sortNodes({ ...this.given, nodes: this.nodes, initializers: this.initializers }, this.given.name)
  }

  /** Vectors side by side; who read them reads the parts of that. */
  joined(values: readonly Value[]): Value {
    const vectors = values.map(value => this.perPhoto(value))
    const widths = values.map(value => this.channels(value))
    const all = this.add('Concat', vectors, { axis: int(1) })
    if (vectors.some((vector, i) => vector !== values[i])) return all
    const parts = values.map(value => freshName(`${value}.part`, this.names))
    const own = new Map(values.map((value, i) => [value, parts[i]]))
    const isAfter = (node: Node) => node.outputs[0] !== all && node.inputs.some(input => own.has(input))
    this.nodes = this.nodes.map(node =>
      isAfter(node) ? { ...node, inputs: node.inputs.map(input => own.get(input) ?? input) } : node,
    )
    this.nodes.push({
      ...plain('Split', [all, this.ints(widths)], parts[0]),
      outputs: parts,
      attributes: { axis: int(1) },
    })
    return all
  }

  /** One vector or map a photo. */
  perPhoto(value: Value): Value {
    const shape = this.view.shape(value) ?? []
    const batch = this.view.shape(this.view.image)?.[0]
    // A weight on the left of a product takes photos side by side: before they were turned so they are in rows.
    const turned = this.view.producer(value)
    if (shape.length === 2 && shape[0] !== batch && shape[1] === batch && turned?.op === 'Transpose')
      return this.perPhoto(turned.inputs[0])
    if (shape.length === 3) return this.ofTokens(value)
    if (shape.length !== 4 || shape.slice(2).every(side => side === 1)) return value
    if (this.isChannelsLast(value))
      return this.ofMap(this.add('Transpose', [value], { perm: ints([0, 3, 1, 2]) }), shape[1] === shape[2])
    return this.ofMap(value, shape[2] === shape[3])
  }

  private ofMap(map: Value, isSquare: boolean): Value {
    return isSquare ? map : this.add('Flatten', [this.add('GlobalAveragePool', [map], {})], { axis: int(1) })
  }

  private ofTokens(value: Value): Value {
    const at = classTokenOf(this.view, value)
    if (at === undefined) return this.add('ReduceMean', [value, this.ints([1])], { keepdims: int(0) })
    const index = this.constant('class_token', int64([at], []))
    return this.add('Gather', [value, index], { axis: int(1) })
  }

  /** Of two sides and a third dimension, the sides are alike; a cube is known by the norm over its last dimension. */
  private isChannelsLast(value: Value): boolean {
    const [, a, b, c] = this.view.shape(value) ?? []
    if (a !== b) return false
    if (b !== c) return true
    const node = this.view.producer(value)
    return node?.op === 'LayerNormalization'
  }

  private channels(value: Value): number {
    const shape = this.view.shape(value) ?? []
    return Number(shape.length > 2 && shape.length < 4 ? shape.at(-1) : shape[1])
  }

  private add(op: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>>): Value {
    const output = freshName(`${inputs[0]}.${op.toLowerCase()}`, this.names)
    this.nodes.push({ ...plain(op, inputs, output), attributes })
    return output
  }

  private ints(values: readonly number[]): Value {
    return this.constant('sizes', int64(values))
  }

  private constant(wanted: string, tensor: Tensor): Value {
    const name = freshName(wanted, this.names)
    this.initializers.set(name, tensor)
    return name
  }
}

/**
 * Where the class token stands among tokens [batch, tokens, channels]: some step back a weight, the same for each photo, was
 * put beside those of the photo's patches. Undefined where all tokens are of the photo.
 */
function classTokenOf(view: GraphView, tokens: Value): number | undefined {
  const count = view.shape(tokens)?.[1]
  const hasAll = (value: Value) => view.shape(value)?.length === 3 && view.shape(value)?.[1] === count
  const seen = new Set([tokens])
  // The set grows while it is gone through.
  for (const value of seen) {
    const node = view.producer(value)
    if (!node) continue
    if (node.op === 'Concat' && !node.inputs.some(hasAll)) {
      // Where registers are put in later, the class token is cut off alone and put before them.
      const cut = node.inputs.findIndex(input => view.isDependent(input) && view.shape(input)?.[1] === 1)
      const weight = node.inputs.findIndex(input => !view.isDependent(input))
      const own = weight >= 0 && cut >= 0 ? cut : weight
      const before = node.inputs.slice(0, Math.max(own, 0)).map(input => Number(view.shape(input)?.[1]))
      if (own >= 0) return before.reduce((sum, width) => sum + width, 0)
    }
    for (const input of view.dependents(node)) if (hasAll(input)) seen.add(input)
  }
  return undefined
}

const int = (value: number): Attribute => ({ kind: 'int', value })
const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value })

function plain(op: string, inputs: readonly Value[], output: Value): Node {
  return { name: output, op, domain: '', inputs, outputs: [output], attributes: {} }
}
