import { throwIfAborted } from '../../core/index.js'
import type { DeviceOptions } from '../../engine/index.js'
import { lowerGraph } from '../../lowering/index.js'
import type { Graph } from '../../onnx/index.js'

/** A graph with gradients in it as one that the runtime takes: in the CPU's own layout there, portable elsewhere. */
export async function runnable(
  graph: Graph,
  { device = 'cpu', notice, signal }: DeviceOptions & { readonly signal?: AbortSignal | undefined },
): Promise<Graph> {
  const lowered = await lowerGraph(graph, { notice, signal, plain: device === 'cpu' ? undefined : true })
  throwIfAborted(signal)
  return lowered
}
