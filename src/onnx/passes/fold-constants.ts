import { float32, type Tensor } from '../../core/index.js'
import type { Attribute, Graph, Node, Value } from '../graph.js'
import { scopeOf, type TypeScope } from '../infer.js'
import { defaultOpset } from '../opset.js'
import { tensorOf } from '../tensor-bytes.js'
import { pruneUnused } from './prune-unused.js'

/**
 * The graph with what is known of it before it runs as initializers: constants, and the sizes that exporters compute
 * with nodes (Shape, Gather, Mul, Concat), as far as they are whole numbers or truth values. What nothing needs any more
 * is left out.
 */
export function foldConstants(graph: Graph): Graph {
  const scope = scopeOf(graph, defaultOpset)
  const initializers = new Map(graph.initializers)
  const types = new Map(graph.types)
  const nodes = graph.nodes.filter(node => {
    const tensors = node.outputs.map(output => tensorFor(node, output, scope))
    if (node.outputs.some((output, i) => graph.outputs.has(output) || !tensors[i])) return true
    for (const [i, tensor] of tensors.entries()) {
      if (!tensor) continue
      initializers.set(node.outputs[i], tensor)
      types.delete(node.outputs[i])
    }
    return false
  })
  return pruneUnused({ ...graph, nodes, initializers, types })
}

function tensorFor(node: Node, output: Value, scope: TypeScope): Tensor | undefined {
  if (node.op === 'Constant' && node.domain === '') {
    const tensor = scope.constant(output) ?? floatConstant(node.attributes)
    if (tensor) return tensor
  }
  const [known, type] = [scope.known(output), scope.type(output)]
  if (!known || !type || !wholes.has(type.dtype)) return undefined
  const elements = known.elements.filter(element => typeof element === 'number')
  if (elements.length !== known.elements.length) return undefined
  // Sums and products of 32 bits may have wrapped; what a number of 64 bits cannot hold is not known anyway.
  if (type.dtype === 'int64') return tensorOf('int64', known.shape, elements.map(BigInt))
  return tensorOf(type.dtype, known.shape, elements)
}

const wholes: ReadonlySet<string> = new Set(['int64', 'int32', 'bool'])

function floatConstant({ value_float: one, value_floats: some }: Node['attributes']): Tensor | undefined {
  if (isKind(one, 'float')) return float32([one.value], [])
  return isKind(some, 'floats') ? float32(some.value) : undefined
}

function isKind<K extends Attribute['kind']>(
  attribute: Attribute | undefined,
  kind: K,
): attribute is Extract<Attribute, { kind: K }> {
  return attribute?.kind === kind
}
