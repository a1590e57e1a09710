import type { LayerGroup } from '../../../backbones/index.js'
import { bodyOf, type Cut, cutOf, trunkAndHead } from '../../network/index.js'
import { canKeepViews, KeptViews } from './kept-views.js'
import { PhotoViews } from './photo-views.js'
import { openTrainer, Tuner, type TunerOptions, tunedHead } from './tuner.js'
import type { Depth } from './values.js'

/**
 * Opens what fine-tunes a network on some photos. The last layers learn from views that are kept where those fit into
 * memory, and else through the whole network, as all layers do. A network that cannot be cut has no last layers: all
 * of it learns.
 */
export async function openTuner(options: TunerOptions, depth: Depth): Promise<Tuner> {
  const { backbone, spec, rule, photos } = options
  const [trunk, head] = trunkAndHead(backbone, tunedHead(options))
  const cut = depth === 'last' ? cutOf(backbone, spec) : undefined
  if (cut && canKeepViews(backbone, cut, rule.size, photos.length)) {
    const views = await KeptViews.open(options, cut)
    return new Tuner(options, 'last', await openTrainer(options, [trunk, head], cut), views)
  }
  const learning = cut ? behind(options, cut, trunk) : trunk
  const trainer = await openTrainer(options, [learning, head])
  return new Tuner(options, cut ? 'last' : 'all', trainer, new PhotoViews(options))
}

/** The trunk's weights that come behind a cut. */
function behind(
  { backbone, spec, rule: { size } }: TunerOptions,
  cut: Cut,
  { name, parameters }: LayerGroup,
): LayerGroup {
  const { initializers } = bodyOf({ backbone, spec, size, batchSize: 1, cut })
  return { name, parameters: parameters.filter(parameter => initializers.has(parameter)) }
}
