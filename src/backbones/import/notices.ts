import path from 'node:path'
import { sizeOf } from '../../core/index.js'
import { type Graph, pruneUnused, type Value } from '../../onnx/index.js'
import { looksLikeScores } from './ending/index.js'
import type { ImportedLayer } from './layers/index.js'
import type { GraphView } from './view/index.js'

/** What is used of a network. */
interface Used {
  readonly trunk: GraphView
  readonly layers: readonly ImportedLayer[]
  readonly features: Value
}

/** A network of which less is used than this is mostly left out. */
const mostShare = 0.5

/** What one must know of how a file is used: that most of it is not, or that scores of its own classes are the features. */
export function noticesOf(
  file: string,
  graph: Graph,
  whole: GraphView,
  { output, logits }: { readonly output: Value; readonly logits: Value | undefined },
  { trunk, layers, features }: Used,
): string[] {
  const ends = new Map(layers.map(({ value }) => [value, { dtype: 'float32' as const }]))
  const [used, all] = [weightsOf(pruneUnused({ ...trunk.graph, outputs: ends })), weightsOf(graph)]
  const notices: string[] = []
  if (used < mostShare * all)
    notices.push(
      `${path.basename(file)}: its features are taken at ${features}, so only ${used.toLocaleString('en')} of its ${all.toLocaleString('en')} weights are used; ${logits === undefined ? 'the others lie behind that or beside it' : 'the others are its classifier and what lies behind that or beside it'}.`,
    )
  if (logits === undefined && looksLikeScores(whole, output))
    notices.push(
      `${path.basename(file)}: no classifier was found before its output ${output}, so the scores it gives are the features. Features of the layer before tell more: export the network without its classifier (in timm, num_classes=0).`,
    )
  return notices
}

/** Numbers in the float tensors of a graph. */
function weightsOf({ initializers }: Graph): number {
  let count = 0
  for (const { dtype, shape } of initializers.values()) if (dtype === 'float32') count += sizeOf(shape)
  return count
}
