import type { Graph } from '../onnx/index.js'
import { graphDigest, type ModelMetadata } from '../run/index.js'
import { alteredGraph } from './altered.js'

/** @throws `model` where a graph is not the one that its metadata tell of */
export function requireSameGraph(graph: Graph, facts: Pick<ModelMetadata, 'graph'>, path: string): void {
  if (facts.graph !== undefined && graphDigest(graph) !== facts.graph) throw alteredGraph(`"${path}"`)
}
