import { argmax, asFloat32, ChiquitoError, uint8 } from '../core/index.js'
import { Session, type SessionOptions } from '../engine/index.js'
import { type Graph, model } from '../onnx/index.js'
import type { HeatMap } from './heat-map.js'
import type { Unexplained } from './last-maps.js'
import { WHY, withExplanation } from './with-explanation.js'

/** The map of a photo, and the number of the class that it is about: the most probable one. */
export interface Explained {
  readonly top: number
  readonly map: HeatMap
}

/** A classifier that says why: in a session of its own, beside the one that only answers. */
export class Explainer {
  private constructor(private readonly session: Session) {}

  /**
   * @param graph - of a classifier, in our operator set
   * @returns why there is none where the network has no maps, or the runtime does not take their gradients
   */
  static async open(graph: Graph, options: SessionOptions = {}): Promise<Explainer | Unexplained> {
    const explained = withExplanation(graph)
    if ('why' in explained) return explained
    try {
      return new Explainer(await Session.open(model(explained), options))
    } catch (error) {
      if (!(error instanceof ChiquitoError) || error.code !== 'model') throw error
      return { why: error.message.replace(/\.$/, '') }
    }
  }

  /**
   * The signed Grad-CAM map of a photo's most probable class.
   *
   * @param view - bytes [size, size, 3]
   * @returns why there is none where a gradient is no number
   */
  async explain(view: Uint8Array, size: number): Promise<Explained | Unexplained> {
    const wanted = ['probabilities', WHY]
    const answers = await this.session.run({ pixels: uint8(view, [1, size, size, 3]) }, wanted)
    const probabilities = asFloat32(answers.probabilities, 'probabilities').data
    const { shape, data: values } = asFloat32(answers[WHY], WHY)
    const [, height, width] = shape
    if (!values.every(Number.isFinite)) return { why: 'its gradients for this photo are no numbers' }
    return { top: argmax(probabilities), map: { width, height, values } }
  }

  async close(): Promise<void> {
    await this.session.close()
  }
}
