import { ChiquitoError } from '../core/index.js'
import type { Graph } from '../onnx/index.js'
import { graphDigest, type ModelMetadata } from '../run/index.js'

/** Damage too small for golden photos to show it, such as one weight in a million, is damage all the same. @throws `model` */
export function requireSameGraph(graph: Graph, facts: ModelMetadata, path: string): void {
  if (facts.graph === undefined || graphDigest(graph) === facts.graph) return
  throw new ChiquitoError(
    'model',
    `"${path}" answers its golden photos as it did when it was made, but its graph or its weights are no longer the same: ` +
      'copy it again from where it was trained. If they were changed on purpose, by an optimiser for example, remove ' +
      'its metadata entry chiquito.graph.',
  )
}
