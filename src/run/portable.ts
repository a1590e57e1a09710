import { foldWeights } from '../engine/index.js'
import { foldConstants, type Graph, lowestModel, type Model } from '../onnx/index.js'

/**
 * A classifier as it goes into a file that most runtimes open: weights that are computed from others once for all, no nodes that do
 * nothing, nothing said of values inside, the oldest operator set and file format that can say it. The answers keep their bits.
 *
 * @param graph - in our operator set
 */
export async function portableModel(graph: Graph): Promise<Model> {
  return lowestModel(await foldWeights(foldConstants(graph)))
}
