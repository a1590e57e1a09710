import { ChiquitoError, type DType, int64, messageOf, sizeOf, type Tensor } from '../../core/index.js'
import type { Attribute, Dim, Graph, Node, Value } from '../graph.js'
import { inferNode, inferTypes, TypeScope } from '../infer.js'
import { defaultOpset } from '../opset.js'
import { bytesOf, tensorOver } from '../tensor-bytes.js'
import { freshName, namesIn } from '../values.js'

/** What the open dimension is called. */
const batch = 'batch'

/**
 * The graph for any number of photos, where an exporter wrote down the one it was shown. It follows the first dimension
 * of the input through the graph; a Reshape, Expand or Resize to fixed sizes leaves it open, and what was stored once a
 * photo (a class token) is repeated for as many as there are.
 *
 * Known by shapes alone, which say all but where a batch of one is among dimensions of 1.
 *
 * @throws ChiquitoError `model`, naming the node, where the graph cannot be for another number.
 */
export function openBatch(graph: Graph, input: Value): Graph {
  const size = graph.inputs.get(input)?.shape?.[0]
  if (typeof size !== 'number') return graph
  return new Opening(graph, input, size).run()
}

const pointwise: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Where'])

class Opening {
  private readonly scope = new TypeScope(defaultOpset)
  private readonly nodes: Node[] = []
  private readonly initializers: Map<Value, Tensor>
  private readonly names: Set<Value>
  /** How many parts of its dimension lie around the batch, where it is joined to what was before it: 1 elsewhere. */
  private readonly outer = new Map<Value, number>()
  /** The graph as it was exported, all sizes known. */
  private readonly fixed: Graph

  constructor(
    private readonly graph: Graph,
    private readonly input: Value,
    private readonly size: number,
  ) {
    this.fixed = inferTypes(graph)
    this.initializers = new Map(graph.initializers)
    this.names = namesIn(graph)
    for (const [value, tensor] of graph.initializers) this.scope.setConstant(value, tensor)
    for (const [value, type] of graph.inputs)
      this.scope.setInput(
        value,
        value === input ? { ...type, shape: [batch, ...(type.shape ?? []).slice(1)] } : type,
      )
  }

  run(): Graph {
    for (const node of this.graph.nodes) this.push(this.opened(node))
    const outputs = new Map(
      Array.from(this.graph.outputs, ([value, type]) => [value, this.scope.type(value) ?? type]),
    )
    const inputs = new Map(this.graph.inputs)
    const type = this.scope.type(this.input)
    if (type) inputs.set(this.input, type)
    return {
      ...this.graph,
      inputs,
      outputs,
      types: new Map(),
      nodes: this.nodes,
      initializers: this.initializers,
    }
  }

  private push(node: Node): void {
    try {
      inferNode(node, this.scope)
    } catch (error) {
      throw new ChiquitoError('model', `${messageOf(error)} It is written for ${this.size} at a time.`, {
        cause: error,
      })
    }
    this.nodes.push(node)
    this.follow(node)
  }

  /** A dimension that a node passes on holds the batch as it did. */
  private follow(node: Node): void {
    for (const output of node.outputs) {
      const dim = this.batchDim(output)
      if (dim === undefined || this.outer.has(output)) continue
      const source = node.inputs.find(input => this.batchDim(input) === dim)
      this.outer.set(output, (source === undefined ? undefined : this.outer.get(source)) ?? 1)
    }
  }

  /** The node for any batch; what it needs besides is pushed before it. */
  private opened(node: Node): Node {
    if (node.domain !== '') return node
    const axis = this.batchAxis(node.inputs[0])
    switch (node.op) {
      case 'Reshape':
        return axis === undefined ? node : this.reshape(node, axis)
      case 'Expand':
        return axis === undefined
          ? node
          : this.withInts(node, 1, sizes => sizes.with(axis + sizes.length - this.rank(node.inputs[0]), 1))
      case 'Resize':
        return axis === 0 ? this.resize(node) : node
      case 'Concat':
        return this.concat(node)
      default:
        return pointwise.has(node.op) ? this.pointwise(node) : node
    }
  }

  /**
   * Elements stay in order, so the batch stays within as many of them as before. Where several dimensions of the new
   * shape could hold it, it is one of its own; else it joins the dimension before it where dimensions are joined, and
   * the one after it where not.
   */
  private reshape(node: Node, axis: number): Node {
    const [before, after] = [this.fixedShape(node.inputs[0]), this.fixedShape(node.outputs[0])]
    if (!before || !after || !this.ints(node.inputs[1])) return node
    const outer = sizeOf(before.slice(0, axis)) * (this.outer.get(node.inputs[0]) ?? 1)
    const places = after.flatMap((size, at) => {
      const within = outer / sizeOf(after.slice(0, at))
      return Number.isInteger(within) && size % (within * this.size) === 0 ? [{ at, size, within }] : []
    })
    const place =
      places.find(({ size, within }) => within === 1 && size === this.size) ??
      (after.length < before.length ? places[0] : places.find(({ within }) => within === 1)) ??
      places[0]
    if (!place) return node
    this.outer.set(node.outputs[0], place.within)
    return this.withInts(node, 1, () => after.with(place.at, -1))
  }

  private resize(node: Node): Node {
    const sizes = node.inputs[3] ? this.ints(node.inputs[3]) : undefined
    if (!sizes) return node
    return { ...node, inputs: node.inputs.with(3, this.shapeWithBatch(node.inputs[0], 0, sizes)) }
  }

  /** What is the same for every photo is repeated, so that it can be joined to what is not. */
  private concat(node: Node): Node {
    const model = node.inputs.find(value => this.batchAxis(value) !== undefined)
    const axis = model === undefined ? undefined : this.batchAxis(model)
    if (model === undefined || axis === undefined || axis === this.concatAxis(node)) return node
    const inputs = node.inputs.map(value => {
      const shape = this.fixedShape(value)
      if (this.batchAxis(value) !== undefined || shape?.[axis] !== this.size) return value
      const one = this.firstOf(value, axis) ?? value
      return this.add('Expand', [one, this.shapeWithBatch(model, axis, shape)], `${value}.repeated`)
    })
    return { ...node, inputs }
  }

  private pointwise(node: Node): Node {
    const model = node.inputs.find(value => this.batchAxis(value) !== undefined)
    if (model === undefined || this.size === 1) return node
    const axis = this.rank(model) - (this.batchAxis(model) ?? 0)
    const inputs = node.inputs.map(value => {
      const at = this.rank(value) - axis
      const isStored =
        at >= 0 && this.batchAxis(value) === undefined && this.fixedShape(value)?.[at] === this.size
      return isStored ? (this.firstOf(value, at) ?? value) : value
    })
    return { ...node, inputs }
  }

  /** The first of equal parts along the first dimension of an initializer, as one of its own. */
  private firstOf(value: Value, axis: number): Value | undefined {
    const tensor = this.initializers.get(value)
    if (!tensor || axis !== 0 || this.size === 1) return undefined
    const bytes = bytesOf(tensor)
    const part = bytes.length / this.size
    if (bytes.some((byte, i) => byte !== bytes[i % part])) return undefined
    const first = bytes.subarray(0, part)
    return this.constant(`${value}.first`, copyOf(tensor.dtype, [1, ...tensor.shape.slice(1)], first))
  }

  /** A shape as a value: the sizes given, but for the batch, which is that of a value. */
  private shapeWithBatch(like: Value, axis: number, sizes: readonly number[]): Value {
    const own = this.add('Shape', [like], `${like}.batch`, {
      start: { kind: 'int', value: axis },
      end: { kind: 'int', value: axis + 1 },
    })
    const parts = [sizes.slice(0, axis), sizes.slice(axis + 1)].map(part =>
      part.length === 0 ? undefined : this.constant(`${like}.sizes`, int64(part)),
    )
    const inputs = [parts[0], own, parts[1]].filter(part => part !== undefined)
    return this.add('Concat', inputs, `${like}.shape`, { axis: { kind: 'int', value: 0 } })
  }

  private withInts(node: Node, input: number, change: (sizes: number[]) => number[]): Node {
    const sizes = this.ints(node.inputs[input])
    if (!sizes) return node
    const { allowzero: _, ...attributes } = node.attributes
    const value = this.constant(`${node.outputs[0]}.open`, int64(change(sizes)))
    return { ...node, inputs: node.inputs.with(input, value), attributes }
  }

  private ints(value: Value): number[] | undefined {
    const known = this.scope.known(value)?.elements
    const numbers = known?.filter(element => typeof element === 'number')
    return numbers?.length === known?.length ? numbers : undefined
  }

  /** The dimension that grows with the batch; undefined where none does. */
  private batchAxis(value: Value): number | undefined {
    const axis = this.scope.type(value)?.shape?.findIndex(isOpen) ?? -1
    return axis < 0 ? undefined : axis
  }

  private batchDim(value: Value): Dim | undefined {
    return this.scope.type(value)?.shape?.find(isOpen)
  }

  private rank(value: Value): number {
    return this.scope.type(value)?.shape?.length ?? 0
  }

  private fixedShape(value: Value): number[] | undefined {
    const { types, outputs, inputs, initializers } = this.fixed
    const shape =
      (types.get(value) ?? outputs.get(value) ?? inputs.get(value))?.shape ?? initializers.get(value)?.shape
    const numbers = shape?.filter(dim => typeof dim === 'number')
    return numbers?.length === shape?.length ? numbers : undefined
  }

  private concatAxis(node: Node): number {
    const axis = node.attributes.axis?.kind === 'int' ? Number(node.attributes.axis.value) : 0
    return axis < 0 ? axis + this.rank(node.inputs[0]) : axis
  }

  private constant(wanted: string, tensor: Tensor): Value {
    const name = freshName(wanted, this.names)
    this.initializers.set(name, tensor)
    this.scope.setConstant(name, tensor)
    return name
  }

  private add(
    op: string,
    inputs: readonly Value[],
    wanted: string,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    const output = freshName(wanted, this.names)
    this.push({ name: output, op, domain: '', inputs, outputs: [output], attributes })
    return output
  }
}

const isOpen = (dim: Dim) => typeof dim === 'string'

function copyOf(dtype: DType, shape: readonly number[], bytes: Uint8Array): Tensor {
  return tensorOver(dtype, shape, Uint8Array.from(bytes).buffer)
}
