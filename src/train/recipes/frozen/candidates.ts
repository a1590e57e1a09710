import { type Backbone, type FeatureSpec, featureWidth } from '../../../backbones/index.js'
import type { ViewRule } from '../../../images/index.js'
import type { Block } from '../../logistic/index.js'

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
/** Variance of each column of an earlier layer, beside 1 for the last layer's: few columns, but they must be heard. */
const earlierWeight = 3
const earlierWeightWithDeviations = 2

/** All features that candidates choose from: means of the last layer, then means and deviations of earlier ones. */
export function autoSpec(backbone: Backbone): FeatureSpec {
  const earlier = earlierLayersOf(backbone).map(({ name }) => ({ name, pools: ['avg', 'std'] as const }))
  return { layers: [{ name: lastLayerOf(backbone).name, pools: ['avg'] }, ...earlier] }
}

/** The candidates, in order of preference where cross-validation finds them equal. */
export function autoCandidates(backbone: Backbone): AutoCandidate[] {
  const full = autoSpec(backbone)
  const last: FeatureSpec = { layers: full.layers.slice(0, 1) }
  const top = lastLayerOf(backbone).channels
  const lastBlock: Block = { from: 0, to: top, weight: 1 }
  const means: Block[] = []
  let column = top
  for (const { channels } of earlierLayersOf(backbone)) {
    means.push({ from: column, to: column + channels, weight: earlierWeight })
    column += 2 * channels
  }
  const rest: Block = { from: top, to: featureWidth(backbone, full), weight: earlierWeightWithDeviations }
  return [
    { name: 'four layers, means', resize: 'squash', spec: full, blocks: [lastBlock, ...means] },
    { name: 'four layers, means and deviations', resize: 'squash', spec: full, blocks: [lastBlock, rest] },
    { name: 'last layer, means', resize: 'squash', spec: last, blocks: [lastBlock] },
  ]
}

function lastLayerOf({ layers }: Backbone) {
  return layers[layers.length - 1]
}

/** The layers before the last one, the deepest first. */
function earlierLayersOf({ layers }: Backbone) {
  return layers.slice(-1 - earlierLayers, -1).reverse()
}
