import { asFloat32, ChiquitoError, uint8 } from '../core/index.js'
import { Session, type SessionOptions } from '../engine/index.js'
import { type Graph, model } from '../onnx/index.js'
import type { HeatMap } from './heat-map.js'
import type { Unexplained } from './last-maps.js'
import { WHY, withExplanation } from './with-explanation.js'

/** A classifier that says why: in a session of its own, beside the one that only answers. */
export class Explainer {
  private constructor(private readonly session: Session) {}

  /**
   * @param graph - of a classifier, in our operator set
   * @returns why there is none where the network has no maps
   */
  static async open(graph: Graph, options: SessionOptions = {}): Promise<Explainer | Unexplained> {
    const explained = withExplanation(graph)
    if ('why' in explained) return explained
    return new Explainer(await Session.open(model(explained), options))
  }

  /**
   * The signed Grad-CAM map of a photo's most probable class.
   *
   * @param view - bytes [size, size, 3]
   */
  async explain(view: Uint8Array, size: number): Promise<{ readonly top: number; readonly map: HeatMap }> {
    const answers = await this.session.run({ pixels: uint8(view, [1, size, size, 3]) }, [
      'probabilities',
      WHY,
    ])
    const probabilities = asFloat32(answers.probabilities, 'probabilities').data
    const { shape, data: values } = asFloat32(answers[WHY], WHY)
    const [, height, width] = shape
    if (values.some(value => !Number.isFinite(value)))
      throw new ChiquitoError(
        'model',
        'The model gives no finite gradients for this photo, so there is no map of it.',
      )
    return { top: probabilities.indexOf(Math.max(...probabilities)), map: { width, height, values } }
  }

  async close(): Promise<void> {
    await this.session.close()
  }
}
