import { expandComposites } from '../autodiff/index.js'
import type { Graph } from '../onnx/index.js'
import { blockSize } from './block-size.js'
import { rewriteGraph } from './rewrite.js'

export interface LowerOptions {
  /** Portable ONNX only. The environment variable CHIQUITO_PLAIN=1 asks for it everywhere. */
  readonly plain?: boolean | undefined
  /** Told when something is not as asked for. */
  readonly notice?: ((message: string) => void) | undefined
}

/** A graph with composite operators as one that runs. */
export async function lowerGraph(graph: Graph, options: LowerOptions = {}): Promise<Graph> {
  const plain = options.plain ?? process.env.CHIQUITO_PLAIN === '1'
  const block = plain ? undefined : await blockSize()
  return block === undefined ? expandComposites(graph) : rewriteGraph(graph, block)
}
