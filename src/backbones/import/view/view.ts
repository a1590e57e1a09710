import type { Tensor } from '../../../core/index.js'
import type { Dim, Graph, Node, Value } from '../../../onnx/index.js'

/** A graph as it is asked about: what computes a value, what depends on the photo. Types must be inferred. */
export class GraphView {
  private readonly producers = new Map<Value, Node>()
  private readonly dependent: Set<Value>

  /** @param image the input that holds the photos. */
  constructor(
    readonly graph: Graph,
    readonly image: Value,
  ) {
    this.dependent = new Set([image])
    for (const node of graph.nodes) {
      for (const output of node.outputs) if (output !== '') this.producers.set(output, node)
      if (node.inputs.some(input => this.dependent.has(input)))
        for (const output of node.outputs) this.dependent.add(output)
    }
  }

  producer(value: Value): Node | undefined {
    return this.producers.get(value)
  }

  /** Whether a value is made of the photo; else it is a weight, a constant, or made of such. */
  isDependent(value: Value): boolean {
    return this.dependent.has(value)
  }

  /** The inputs of a node that are made of the photo. */
  dependents(node: Node): Value[] {
    return node.inputs.filter(input => this.dependent.has(input))
  }

  initializer(value: Value): Tensor | undefined {
    return this.graph.initializers.get(value)
  }

  /** Dimensions as far as they are known. */
  shape(value: Value): readonly Dim[] | undefined {
    const { types, outputs, inputs } = this.graph
    return (
      (types.get(value) ?? outputs.get(value) ?? inputs.get(value))?.shape ?? this.initializer(value)?.shape
    )
  }

  dtype(value: Value): string | undefined {
    const { types, outputs, inputs } = this.graph
    return (types.get(value) ?? outputs.get(value) ?? inputs.get(value) ?? this.initializer(value))?.dtype
  }

  /** Whole numbers of a constant. */
  ints(value: Value | undefined): number[] | undefined {
    const tensor = value === undefined ? undefined : this.initializer(value)
    return tensor?.dtype === 'int64' ? Array.from(tensor.data, Number) : undefined
  }
}

/** The operator's name where it is ONNX's own. */
export function opOf(node: Node): string {
  return node.domain === '' ? node.op : `${node.domain}:${node.op}`
}
