import { expandNode, isComposite } from '../autodiff/index.js'
import { type Graph, inferTypes, keyOf, type Node, pruneUnused, readBy } from '../onnx/index.js'
import type { Formulation } from './formulation.js'
import { Lowering } from './lowering.js'
import { rules } from './rules/index.js'

export interface RewriteOptions {
  /** Keys of formulations that must not be used. */
  readonly refused?: ReadonlySet<string> | undefined
  /** Maps of more bytes are worked on in parts of the batch. */
  readonly partBytes?: number | undefined
}

export interface Rewritten {
  readonly graph: Graph
  /** How convolutions were written, by key. */
  readonly formulations: ReadonlyMap<string, Formulation>
}

/** The graph with what can be written for blocks of this size written for them, and all else in plain ONNX. */
export function rewriteGraph(graph: Graph, block: number, options: RewriteOptions = {}): Rewritten {
  const lowering = new Lowering(inferTypes(graph), block, options.refused, options.partBytes)
  const { builder } = lowering
  builder.reserve(graph.nodes.flatMap(node => node.outputs))
  for (const [name, tensor] of graph.initializers)
    if (!graph.inputs.has(name)) builder.initializer(name, tensor)
  for (const [name, { dtype, shape }] of graph.inputs) builder.input(name, dtype, shape ?? [])
  for (const node of lowering.graph.nodes) if (!lowering.isDone(node)) visit(lowering, node)
  for (const name of graph.outputs.keys()) builder.output(lowering.plain(name), name)
  return { graph: pruneUnused(builder.build()), formulations: lowering.formulations }
}

function visit(lowering: Lowering, node: Node): void {
  if (rules.get(keyOf(node))?.(lowering, node)) return
  if (isComposite(node)) {
    const inputs = node.inputs.map(input => (input === '' ? '' : lowering.plain(input)))
    for (const [i, value] of expandNode(lowering.e, { ...node, inputs }).entries())
      if (node.outputs[i]) lowering.setPlain(node.outputs[i], value)
    return
  }
  for (const value of readBy(node)) lowering.plain(value)
  const { types, outputs } = lowering.graph
  lowering.builder.copy(node, lowering.renamed, '', value => types.get(value) ?? outputs.get(value))
}
