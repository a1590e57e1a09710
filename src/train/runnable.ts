import { expandComposites } from '../autodiff/index.js'
import type { DeviceOptions } from '../engine/index.js'
import type { Graph } from '../onnx/index.js'

/** A graph with gradients in it as one that the runtime takes, in its fastest form. */
export async function runnable(graph: Graph, _options: DeviceOptions): Promise<Graph> {
  return expandComposites(graph)
}
