import { type Backbone, type FeatureSpec, featureWidth, type Pool } from '../../backbones/index.js'
import type { ViewRule } from '../../images/index.js'
import type { Block } from '../standardize.js'

/** A way to look at photos that cross-validation compares with others. */
export interface AutoCandidate {
  readonly name: string
  readonly resize: ViewRule['resize']
  /** The features it reads: the first layers of `autoSpec`. */
  readonly spec: FeatureSpec
  /** How much the columns of each layer count. */
  readonly blocks: readonly Block[]
}

/** Earlier layers that are asked, too: what decides about a face or a texture is lost further up. */
const earlierLayers = 3
/** Variance of each column of an earlier layer, beside 1 for the last layer's. */
const earlierWeight = 2
const earlierPools: readonly Pool[] = ['avg', 'std']

/** All features that candidates choose from: means of the last layer, then means and deviations of earlier ones. */
export function autoSpec({ layers }: Backbone): FeatureSpec {
  const earlier = layers.slice(-1 - earlierLayers, -1).reverse()
  return {
    layers: [
      { name: layers[layers.length - 1].name, pools: ['avg'] },
      ...earlier.map(({ name }) => ({ name, pools: earlierPools })),
    ],
  }
}

/** The candidates, in order of preference where cross-validation finds them equal. */
export function autoCandidates(backbone: Backbone): AutoCandidate[] {
  const full = autoSpec(backbone)
  const last: FeatureSpec = { layers: full.layers.slice(0, 1) }
  const top = featureWidth(backbone, last)
  const lastBlocks: Block[] = [{ from: 0, to: top, weight: 1 }]
  const fullBlocks: Block[] = [
    ...lastBlocks,
    { from: top, to: featureWidth(backbone, full), weight: earlierWeight },
  ]
  return [
    { name: 'whole photo, four layers', resize: 'squash', spec: full, blocks: fullBlocks },
    { name: 'whole photo, last layer', resize: 'squash', spec: last, blocks: lastBlocks },
    { name: 'centre square, four layers', resize: 'crop', spec: full, blocks: fullBlocks },
    { name: 'centre square, last layer', resize: 'crop', spec: last, blocks: lastBlocks },
  ]
}
