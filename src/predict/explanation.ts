import type { DeviceOptions } from '../engine/index.js'
import { readModelFile, upgradeModel } from '../onnx/index.js'
import type { ModelMetadata } from '../run/index.js'
import { requireSameGraph } from './same-graph.js'

/** Which places of a photo spoke for what a model says of it. */
export interface Explanation {
  /**
   * `grad-cam` (Selvaraju et al. 2017): by the gradients of the network's last maps. `occlusion` (Zeiler & Fergus 2014), where the network has
   * none: by covering one place after another.
   */
  readonly method: 'grad-cam' | 'occlusion'
  /** Why it is not `grad-cam`: half a sentence. */
  readonly why?: string | undefined
  /** What it is about: the most probable label of the plain photo. */
  readonly label: string
  /** Places across and down, evenly over the photo as the network sees it. */
  readonly width: number
  readonly height: number
  /**
   * [height, width]: what each place spoke for the label, in log-odds (log p / (1 - p)): for `occlusion`, how far they fall where it is
   * covered. Above 0 for it, below 0 against it.
   */
  readonly values: Float32Array
}

/** Answers views, bytes [views, size, size, 3], with their probabilities [views][labels]. */
type Judge = (views: Uint8Array, count: number) => Promise<readonly (readonly number[])[]>

/** Explains one view after another. */
export interface ViewExplainer {
  explain(view: Uint8Array, judge: Judge, signal: AbortSignal | undefined): Promise<Explanation>
  close(): Promise<void>
}

/**
 * Opens what explains a model's answers.
 *
 * @throws `model` where the file is no longer the model whose metadata these are; `io`
 */
export async function openExplainer(
  path: string,
  facts: ModelMetadata,
  options: DeviceOptions,
): Promise<ViewExplainer> {
  const { Explainer, occlusion } = await import('../explain/index.js')
  const { labels } = facts
  const { size } = facts.view
  const model = await readModelFile(path)
  requireSameGraph(model.graph, facts, path)
  const explainer = await Explainer.open(upgradeModel(model).graph, options)
  const covering = async (why: string, view: Uint8Array, judge: Judge, signal: AbortSignal | undefined) => {
    const { top, map } = await occlusion(view, size, judge, signal)
    return { method: 'occlusion', why, label: labels[top], ...map } as const
  }
  if ('why' in explainer) {
    const { why } = explainer
    return { explain: (view, judge, signal) => covering(why, view, judge, signal), close: async () => {} }
  }
  return {
    explain: async (view, judge, signal) => {
      const explained = await explainer.explain(view, size)
      if ('why' in explained) return covering(explained.why, view, judge, signal)
      return { method: 'grad-cam', label: labels[explained.top], ...explained.map }
    },
    close: () => explainer.close(),
  }
}
