import { ChiquitoError } from '../../core/index.js'
import type { Graph, Node, Value, ValueType } from '../graph.js'
import { inferTypes } from '../infer.js'
import { pruneUnused } from './prune-unused.js'

/**
 * What of a graph comes behind some of its values: they become its inputs, and inputs that nothing needs any more are
 * gone. What stands before is another graph, whose results can be computed once and kept.
 *
 * @throws ChiquitoError `model` where a value is not computed by the graph, or its type is not known.
 */
export function startFrom(graph: Graph, values: readonly Value[]): Graph {
  const producers = new Map(graph.nodes.flatMap(node => node.outputs.map(output => [output, node] as const)))
  const starts = new Map<Value, Value>()
  const typed = inferTypes(graph)
  const inputs = new Map<Value, ValueType>()
  for (const value of values) {
    const type = typed.types.get(value) ?? typed.outputs.get(value)
    if (!producers.has(value) || !type)
      throw new ChiquitoError(
        'model',
        `The graph ${graph.name} does not compute ${value}, or not of a known type.`,
      )
    inputs.set(value, type)
    // An output may be another name of a value that the nodes behind it read.
    for (let source = value; ; ) {
      starts.set(source, value)
      const node = producers.get(source)
      if (node?.op !== 'Identity' || node.domain !== '') break
      source = node.inputs[0]
    }
  }
  const nodes = graph.nodes
    .filter(node => !node.outputs.some(output => starts.has(output)))
    .map((node): Node => ({ ...node, inputs: node.inputs.map(input => starts.get(input) ?? input) }))
  const outputs = new Map(Array.from(graph.outputs).filter(([value]) => !starts.has(value)))
  const types = new Map(Array.from(graph.types).filter(([value]) => !inputs.has(value)))
  const rest = pruneUnused({ ...graph, nodes, outputs, types })
  const needed = new Set(rest.nodes.flatMap(node => node.inputs))
  for (const [value, type] of graph.inputs) if (needed.has(value)) inputs.set(value, type)
  return { ...rest, inputs }
}
