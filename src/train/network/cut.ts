import { type Backbone, type FeatureSpec, featureWidth } from '../../backbones/index.js'

/** A network cut in two at a layer: what comes before is computed once a view and kept, what comes behind learns. */
export interface Cut {
  /** The part behind starts from this layer's map. */
  readonly layer: string
  /** What the part before gives of a view, one after the other: that map, then pools of layers up to it that the head reads. */
  readonly kept: FeatureSpec
  /** What the head reads from layers behind. */
  readonly behind: FeatureSpec
}

/** Maps of this many pixels a step are small, and what comes behind them is what knows of whole objects. */
const cutStride = 16

/**
 * Where to cut: at the last map of 16 pixels a step. In a ResNet the last stage is behind it, in EfficientNet-Lite0 the
 * last five blocks and the convolution after them. Undefined for a network that has no such map, or nothing behind it.
 */
export function cutOf(backbone: Backbone, spec: FeatureSpec): Cut | undefined {
  const { layers } = backbone
  const at = layers.findLastIndex(({ stride }) => stride === cutStride)
  if (at < 0 || at === layers.length - 1) return undefined
  const { name } = layers[at]
  const before = new Set(layers.slice(0, at + 1).map(layer => layer.name))
  const read = (isBefore: boolean) => spec.layers.filter(layer => before.has(layer.name) === isBefore)
  if (read(false).length === 0) return undefined
  return {
    layer: name,
    kept: { layers: [{ name, pools: ['map'] }, ...read(true)] },
    behind: { layers: read(false) },
  }
}

/** Bytes that are kept of one view of a photo of this size. */
export function keptBytes(backbone: Backbone, { kept }: Cut, size: number): number {
  return 4 * featureWidth(backbone, kept, size)
}
