import type { Backbone, FeatureSpec } from '../../backbones/index.js'

/** What fastai's head reads: the last layer, averaged and maximised over the map. */
export function headSpec(backbone: Backbone): FeatureSpec {
  const last = backbone.layers[backbone.layers.length - 1]
  return { layers: [{ name: last.name, pools: ['max', 'avg'] }] }
}
