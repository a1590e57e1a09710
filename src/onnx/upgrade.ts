// Brings models of other operator sets to ours, so that every later pass knows one meaning for each operator.

import { ChiquitoError, type DType, elementBytes, int64, type Tensor, toHalf } from '../core/index.js'
import type { Attribute, Graph, Model, Node, Value, ValueType } from './graph.js'
import { scopeOf, type TypeScope } from './infer.js'
import { operatorOf } from './operators/index.js'
import { defaultIrVersion, defaultOpset } from './opset.js'
import { tensorOf } from './tensor-bytes.js'
import { newer } from './upgrade-newer.js'
import { namesIn } from './values.js'
import { verifyGraph } from './verify.js'

/** Operator set 6 and before (2017) broadcast by attributes and mark training by `is_test`. */
const oldestOpset = 7

/** Up to here, what changed in the operators we know after our set are new element types and attributes. */
const newestOpset = 28

/**
 * The same computation in operator set {@link defaultOpset}: attributes that became inputs are moved, changed
 * defaults are written out, replaced operators are replaced. Values keep their names. Throws `model`, naming node
 * and reason, where that cannot be done.
 */
export function upgradeModel(model: Model): Model {
  const opset = model.opsets.get('') ?? defaultOpset
  if (opset < oldestOpset || opset > newestOpset)
    throw new ChiquitoError(
      'model',
      `Graph ${model.graph.name} is in operator set ${opset}; ${oldestOpset} to ${newestOpset} can be brought to ${defaultOpset}.`,
    )
  const graph = opset === defaultOpset ? model.graph : new Upgrade(model.graph, opset).run()
  verifyGraph(graph)
  return {
    ...model,
    graph,
    opsets: new Map(model.opsets).set('', defaultOpset),
    irVersion: Math.max(model.irVersion, defaultIrVersion),
  }
}

/** An attribute that became an input: where it went, and since which operator set. */
interface Move {
  readonly attribute: string
  readonly input: number
  readonly until: number
}

const move = (until: number, ...attributes: string[]): Move[] =>
  attributes.map((attribute, i) => ({ attribute, input: i + 1, until }))

const moves: Readonly<Record<string, readonly Move[]>> = {
  Squeeze: move(13, 'axes'),
  Unsqueeze: move(13, 'axes'),
  Split: move(13, 'split'),
  Slice: move(10, 'starts', 'ends', 'axes'),
  Pad: move(11, 'pads', 'value'),
  TopK: move(10, 'k'),
  Clip: move(11, 'min', 'max'),
  Dropout: move(12, 'ratio'),
  Upsample: move(9, 'scales'),
  ReduceSum: move(13, 'axes'),
  ...Object.fromEntries(
    ['Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'SumSquare', 'LogSum', 'LogSumExp'].map(kind => [
      `Reduce${kind}`,
      move(18, 'axes'),
    ]),
  ),
}

class Upgrade {
  private readonly nodes: Node[] = []
  private readonly constants = new Map<Value, Tensor>()
  private readonly scope: TypeScope

  constructor(
    private readonly graph: Graph,
    private readonly opset: number,
    outer?: TypeScope,
    private readonly names: Set<Value> = namesIn(graph),
  ) {
    this.scope = scopeOf(graph, opset, outer)
  }

  run(): Graph {
    for (const node of this.graph.nodes) this.node(node.domain === '' ? this.moved(node) : node)
    return {
      ...this.graph,
      nodes: this.nodes,
      initializers: new Map([...this.graph.initializers, ...this.constants]),
    }
  }

  /** Whether a node of this graph, or who runs it, reads a value. */
  isRead(value: Value): boolean {
    return this.graph.outputs.has(value) || this.graph.nodes.some(({ inputs }) => inputs.includes(value))
  }

  private node(node: Node): void {
    const inner = Object.entries(node.attributes).map(([key, attribute]): [string, Attribute] => {
      if (attribute.kind !== 'graph') return [key, attribute]
      const value = new Upgrade(attribute.value, this.opset, this.scope, this.names).run()
      return [key, { kind: 'graph', value }]
    })
    const now = { ...node, attributes: Object.fromEntries(inner) }
    const rule = node.domain === '' && Object.hasOwn(rules, node.op) ? rules[node.op] : undefined
    if (node.domain === '' && !rule && !operatorOf(node)) this.fail(node, 'we do not know this operator')
    this.nodes.push(...(rule?.(now, this) ?? [now]))
  }

  /** The node with its old attributes as constant inputs. */
  private moved(node: Node): Node {
    const attributes = { ...node.attributes }
    const inputs = [...node.inputs]
    for (const { attribute, input, until } of Object.hasOwn(moves, node.op) ? moves[node.op] : []) {
      const held = attributes[attribute]
      if (this.opset >= until || !held) continue
      delete attributes[attribute]
      while (inputs.length < input) inputs.push('')
      inputs[input] = this.constant(`${node.outputs[0]}.${attribute}`, this.tensorOf(node, held))
    }
    return { ...node, attributes, inputs }
  }

  /** Whole numbers become int64; floats take the type of the node's data, except the scales of Upsample. */
  private tensorOf(node: Node, attribute: Attribute): Tensor {
    if (attribute.kind === 'ints') return int64(attribute.value)
    if (attribute.kind === 'int') return int64([attribute.value])
    if (attribute.kind === 'floats')
      return { dtype: 'float32', shape: [attribute.value.length], data: Float32Array.from(attribute.value) }
    if (attribute.kind !== 'float') return this.fail(node, `the attribute cannot be ${attribute.kind}`)
    const dtype =
      this.type(node.inputs[0])?.dtype ?? this.fail(node, `the type of ${node.inputs[0]} is not known`)
    return floatScalar(dtype, attribute.value) ?? this.fail(node, `${attribute.value} cannot be ${dtype}`)
  }

  constant(wanted: string, tensor: Tensor): Value {
    const name = this.fresh(wanted)
    this.constants.set(name, tensor)
    return name
  }

  fresh(wanted: string): Value {
    let name = wanted
    for (let i = 1; this.names.has(name); i++) name = `${wanted}_${i}`
    this.names.add(name)
    return name
  }

  type(value: Value): ValueType | undefined {
    return this.scope.type(value)
  }

  tensor(value: Value): Tensor | undefined {
    return this.scope.constant(value)
  }

  before(opset: number): boolean {
    return this.opset < opset
  }

  fail(node: Node, why: string): never {
    throw new ChiquitoError(
      'model',
      `Node ${node.name} (${node.op}) cannot be brought from operator set ${this.opset} to ${defaultOpset}: ${why}.`,
    )
  }
}

type Rule = (node: Node, to: Upgrade) => Node[] | undefined

const rules: Readonly<Record<string, Rule>> = {
  Softmax: lastAxis,
  LogSoftmax: lastAxis,
  Hardmax: lastAxis,
  Split: (node, to) => {
    if (!to.before(18) || node.inputs[1]) return undefined
    return [withAttributes(node, { num_outputs: { kind: 'int', value: node.outputs.length } })]
  },
  BatchNormalization: (node, to) => {
    const { spatial, ...attributes } = node.attributes
    if (spatial?.kind === 'int' && Number(spatial.value) === 0)
      to.fail(node, 'its statistics are per position')
    // Before operator set 14, more outputs said what training_mode says since; the last two ended there.
    const isTraining = to.before(14) && node.outputs.some((value, i) => i > 0 && value !== '')
    if (!isTraining) return [{ ...node, attributes }]
    if (node.outputs.slice(3).some(value => to.isRead(value)))
      to.fail(node, 'its training statistics are read')
    const outputs = node.outputs.slice(0, 3)
    return [{ ...node, outputs, attributes: { ...attributes, training_mode: { kind: 'int', value: 1 } } }]
  },
  Upsample: (node, to) => [resizeOf(node, [node.inputs[0], '', node.inputs[1]], to)],
  Resize: (node, to) => {
    if (to.before(11)) return [resizeOf(node, [node.inputs[0], '', node.inputs[1]], to)]
    const mode = node.attributes.coordinate_transformation_mode
    if (mode?.kind === 'string' && mode.value === 'tf_half_pixel_for_nn')
      to.fail(node, `${mode.value} ended with 12`)
    // What exporters fill with an empty tensor is left out.
    const inputs = node.inputs.map((value, i) => (i > 0 && to.tensor(value)?.data.length === 0 ? '' : value))
    return [{ ...node, inputs }]
  },
  Scatter: node => [{ ...node, op: 'ScatterElements' }],
  RoiAlign: (node, to) =>
    to.before(16)
      ? [
          withAttributes(node, {
            coordinate_transformation_mode: { kind: 'string', value: 'output_half_pixel' },
          }),
        ]
      : undefined,
  ...newer,
  GroupNormalization: (node, to) => (to.before(21) ? perChannel(node, to) : undefined),
  Scan: (node, to) => (to.before(9) ? to.fail(node, 'Scan had another form then') : undefined),
}

/** Before 13 these flattened their input to a matrix at `axis`, 1 by default, and worked along its rows. */
function lastAxis(node: Node, to: Upgrade): Node[] | undefined {
  if (!to.before(13)) return undefined
  const given = node.attributes.axis
  const axis = given?.kind === 'int' ? Number(given.value) : 1
  const rank = to.type(node.inputs[0])?.shape?.length
  const last: Attribute = { kind: 'int', value: -1 }
  if (axis === -1 || (rank !== undefined && axis === rank - 1)) return [withAttributes(node, { axis: last })]
  const [shape, rows, done] = ['shape', 'rows', 'done'].map(part => to.fresh(`${node.outputs[0]}.${part}`))
  return [
    plain('Shape', [node.inputs[0]], shape),
    { ...plain('Flatten', [node.inputs[0]], rows), attributes: { axis: { kind: 'int', value: axis } } },
    { ...plain(node.op, [rows], done), attributes: { axis: last } },
    { ...plain('Reshape', [done, shape], node.outputs[0]), name: node.name },
  ]
}

/** Until 10 pixels were scaled from the corner, and the nearest was the one before. */
function resizeOf(node: Node, inputs: readonly Value[], to: Upgrade): Node {
  const { mode } = node.attributes
  if (mode?.kind === 'string' && !['nearest', 'linear'].includes(mode.value))
    to.fail(node, `the mode ${mode.value} is not known`)
  const attributes: Record<string, Attribute> = {
    ...node.attributes,
    coordinate_transformation_mode: { kind: 'string', value: 'asymmetric' },
    nearest_mode: { kind: 'string', value: 'floor' },
  }
  return { ...node, op: 'Resize', inputs, attributes }
}

/** Before 21 scale and bias were per group; they are repeated for the channels of each. */
function perChannel(node: Node, to: Upgrade): Node[] {
  const channels = to.type(node.inputs[0])?.shape?.[1]
  const groups = node.attributes.num_groups
  if (typeof channels !== 'number' || groups?.kind !== 'int')
    return to.fail(node, 'the number of channels is not known')
  const count = Number(groups.value)
  const name = (part: string) => to.fresh(`${node.outputs[0]}.${part}`)
  const column = to.constant(`${node.outputs[0]}.column`, int64([count, 1]))
  const spread = to.constant(`${node.outputs[0]}.spread`, int64([count, channels / count]))
  const flat = to.constant(`${node.outputs[0]}.flat`, int64([channels]))
  const repeat = (value: Value, part: string): Node[] => {
    const [a, b, c] = [name(`${part}_column`), name(`${part}_spread`), name(part)]
    return [
      plain('Reshape', [value, column], a),
      plain('Expand', [a, spread], b),
      plain('Reshape', [b, flat], c),
    ]
  }
  const [scale, bias] = [repeat(node.inputs[1], 'scale'), repeat(node.inputs[2], 'bias')]
  const inputs = [node.inputs[0], ...[scale, bias].map(nodes => nodes[2].outputs[0])]
  return [...scale, ...bias, { ...node, inputs }]
}

function plain(op: string, inputs: readonly Value[], output: Value): Node {
  return { name: output, op, domain: '', inputs, outputs: [output], attributes: {} }
}

function withAttributes(node: Node, more: Readonly<Record<string, Attribute>>): Node {
  return { ...node, attributes: { ...node.attributes, ...more } }
}

function floatScalar(dtype: DType, value: number): Tensor | undefined {
  if (dtype === 'float16') return tensorOf(dtype, [], [toHalf(value)])
  return elementBytes[dtype] >= 4 ? tensorOf(dtype, [], [value]) : undefined
}
