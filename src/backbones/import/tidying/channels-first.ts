import { int64, type Tensor } from '../../../core/index.js'
import {
  type Attribute,
  freshName,
  type Graph,
  inferTypes,
  type Node,
  namesIn,
  pruneUnused,
  type Value,
} from '../../../onnx/index.js'
import { opOf } from '../view/index.js'

/** From [batch, channels, height, width] to [batch, height, width, channels], and back. */
export const toLast = [0, 2, 3, 1]
const toFirst = [0, 3, 1, 2]

/** These work on a value element by element, whatever the order of its dimensions. */
const pointwise: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Sum', 'Mean', 'Where', 'PRelu'],
  ...[
    'Relu',
    'LeakyRelu',
    'Elu',
    'Celu',
    'Selu',
    'Sigmoid',
    'HardSigmoid',
    'HardSwish',
    'Softplus',
    'Softsign',
  ],
  ...[
    'Tanh',
    'Erf',
    'Gelu',
    'Mish',
    'Swish',
    'Clip',
    'Cast',
    'Identity',
    'Dropout',
    'Neg',
    'Abs',
    'Sqrt',
    'Exp',
  ],
  ...['Log', 'Reciprocal', 'Floor', 'Ceil', 'Equal', 'Greater', 'Less', 'GreaterOrEqual', 'LessOrEqual'],
])

const reductions: ReadonlySet<string> = new Set([
  'ReduceMean',
  'ReduceMax',
  'ReduceSum',
  'ReduceMin',
  'ReduceL2',
])

/**
 * A graph whose values lie channels last between convolutions that take channels first, as Keras exports, with the changes of layout
 * moved out of the way: nodes in between work on maps [batch, channels, height, width], and pairs of opposite Transposes
 * are gone. Then maps are where the rest of the import looks for them.
 */
export function channelsFirst(graph: Graph): Graph {
  return new Turning(graph).run()
}

class Turning {
  /** By value with its channels last: the same with channels first. */
  private readonly twins = new Map<Value, Value>()
  private readonly aliases = new Map<Value, Value>()
  private readonly nodes: Node[] = []
  private readonly initializers: Map<Value, Tensor>
  private readonly names: Set<Value>
  private readonly typed: Graph

  constructor(private readonly graph: Graph) {
    this.initializers = new Map(graph.initializers)
    this.names = namesIn(graph)
    this.typed = inferTypes(graph)
  }

  run(): Graph {
    for (const given of this.graph.nodes) {
      const node = { ...given, inputs: given.inputs.map(input => this.aliases.get(input) ?? input) }
      if (!this.turned(node)) this.nodes.push(node)
    }
    const { graph, nodes, initializers } = this
    return pruneUnused({ ...graph, nodes, initializers, types: new Map() })
  }

  /** Whether the node was replaced by one that works channels first. */
  private turned(node: Node): boolean {
    const op = opOf(node)
    if (op === 'Transpose') return this.transpose(node)
    if (node.outputs.length !== 1 || !node.inputs.some(input => this.twins.has(input))) return false
    if (pointwise.has(op)) return this.pointwise(node)
    if (reductions.has(op)) return this.reduction(node)
    if (op === 'Concat') return this.concat(node)
    return op === 'Pad' && this.pad(node)
  }

  private transpose(node: Node): boolean {
    const [input] = node.inputs
    const [output] = node.outputs
    const { perm } = node.attributes
    const order = perm?.kind === 'ints' ? perm.value.map(Number).join() : ''
    if (order === toLast.join()) this.twins.set(output, input)
    const twin = this.twins.get(input)
    if (order !== toFirst.join() || twin === undefined || this.graph.outputs.has(output)) return false
    this.aliases.set(output, twin)
    return true
  }

  private pointwise(node: Node): boolean {
    const inputs = node.inputs.map(input =>
      input === '' ? input : (this.twins.get(input) ?? this.firstOf(input)),
    )
    const known = inputs.filter(input => input !== undefined)
    return known.length === inputs.length && this.replace(node, { ...node, inputs: known })
  }

  /** What is the same for all photos, ready to be combined with channels first. */
  private firstOf(value: Value): Value | undefined {
    const shape = this.shape(value)
    if (!shape || shape.length > 4) return undefined
    if (shape.length === 0 || (shape.length === 1 && shape[0] === 1)) return value
    const numbers = shape.filter(dim => typeof dim === 'number')
    if (numbers.length < shape.length) return undefined
    const padded = [...new Array<number>(4 - shape.length).fill(1), ...numbers]
    const full = shape.length === 4 ? value : this.add('Reshape', [value, this.ints(padded)], {})
    return this.add('Transpose', [full], { perm: { kind: 'ints', value: toFirst } })
  }

  private reduction(node: Node): boolean {
    const axes = this.known(node.inputs[1])?.map(axis => toLast[axis < 0 ? axis + 4 : axis])
    if (!axes) return false
    const twin = this.twins.get(node.inputs[0]) ?? ''
    const now = { ...node, inputs: [twin, this.ints(axes.sort())] }
    const { keepdims } = node.attributes
    if (keepdims?.kind !== 'int' || Number(keepdims.value) !== 0) return this.replace(node, now)
    // Only where what is left keeps its order.
    if (axes.join() !== '2,3') return false
    this.nodes.push(now)
    return true
  }

  private concat(node: Node): boolean {
    const twins = node.inputs.flatMap(input => this.twins.get(input) ?? [])
    const { axis } = node.attributes
    if (twins.length !== node.inputs.length || axis?.kind !== 'int') return false
    const at = Number(axis.value)
    const attributes = {
      ...node.attributes,
      axis: { kind: 'int' as const, value: toLast[at < 0 ? at + 4 : at] },
    }
    return this.replace(node, { ...node, inputs: twins, attributes })
  }

  private pad(node: Node): boolean {
    const pads = this.known(node.inputs[1])
    if (pads?.length !== 8 || node.inputs[3]) return false
    const turned = [...toFirst.map(axis => pads[axis]), ...toFirst.map(axis => pads[axis + 4])]
    const inputs = [this.twins.get(node.inputs[0]) ?? '', this.ints(turned), ...node.inputs.slice(2)]
    return this.replace(node, { ...node, inputs })
  }

  /** Adds the node with a result channels first, and its old result for whoever still needs that. */
  private replace({ outputs: [output] }: Node, now: Node): boolean {
    const twin = freshName(`${output}.first`, this.names)
    this.nodes.push({ ...now, outputs: [twin] })
    this.twins.set(output, twin)
    const perm: Attribute = { kind: 'ints', value: toLast }
    this.nodes.push({
      name: output,
      op: 'Transpose',
      domain: '',
      inputs: [twin],
      outputs: [output],
      attributes: { perm },
    })
    return true
  }

  private add(op: string, inputs: readonly Value[], attributes: Node['attributes']): Value {
    const output = freshName(`${inputs[0]}.${op.toLowerCase()}`, this.names)
    this.nodes.push({ name: output, op, domain: '', inputs, outputs: [output], attributes })
    return output
  }

  private ints(values: readonly number[]): Value {
    const name = freshName('sizes', this.names)
    this.initializers.set(name, int64(values))
    return name
  }

  private known(value: Value | undefined): number[] | undefined {
    const tensor = value === undefined ? undefined : this.initializers.get(value)
    return tensor?.dtype === 'int64' ? Array.from(tensor.data, Number) : undefined
  }

  private shape(value: Value) {
    const { types, inputs } = this.typed
    return (types.get(value) ?? inputs.get(value))?.shape ?? this.initializers.get(value)?.shape
  }
}
