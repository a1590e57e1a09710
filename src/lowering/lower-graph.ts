import { expandComposites } from '../autodiff/index.js'
import { breather } from '../core/index.js'
import type { Graph } from '../onnx/index.js'
import { blockSize } from './block-size.js'
import { mergeNorms } from './merge-norms.js'
import { nameOutputs } from './outputs.js'
import { joinReshapes } from './reshapes.js'
import { rewriteGraph } from './rewrite.js'
import { wrongFormulations } from './self-check.js'
import { dropTrailingOnes } from './trailing-ones.js'

export interface LowerOptions {
  /** Portable ONNX only. The environment variable CHIQUITO_PLAIN=1 asks for it everywhere. */
  readonly plain?: boolean | undefined
  /** Told when something is not as asked for. */
  readonly notice?: ((message: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * A graph with composite operators as one that runs on the CPU. Where the runtime has a blocked layout, what can be
 * done in it is written for it; every way of writing a convolution is first tried out on this machine against the
 * plain one, and one that fails is not used, with a notice. Large graphs take a second: Ctrl-C is heard between
 * two passes over them, and throws `interrupted`.
 */
export async function lowerGraph(graph: Graph, options: LowerOptions = {}): Promise<Graph> {
  const plain = options.plain ?? process.env.CHIQUITO_PLAIN === '1'
  const block = plain ? undefined : await blockSize()
  const breathe = breather(options.signal, 0)
  await breathe()
  let lowered = block === undefined ? expandComposites(graph) : await inBlocks(graph, block, options)
  for (const pass of [dropTrailingOnes, joinReshapes, nameOutputs]) {
    await breathe()
    lowered = pass(lowered)
  }
  await breathe()
  return lowered
}

async function inBlocks(given: Graph, block: number, { notice, signal }: LowerOptions): Promise<Graph> {
  const graph = mergeNorms(given)
  await breather(signal, 0)()
  const rewritten = rewriteGraph(graph, block)
  const refused = await wrongFormulations(rewritten.formulations, block, signal)
  if (refused.size === 0) return rewritten.graph
  notice?.(
    `${refused.size} of ${rewritten.formulations.size} kinds of convolution are wrong in this runtime's blocked ` +
      'layout; they run in plain ONNX, which is slower. Please report your processor and the version of onnxruntime.',
  )
  return rewriteGraph(graph, block, { refused }).graph
}
