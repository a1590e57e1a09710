import { bodyOf, type Cut, cutOf, keptBytes } from '../../network/index.js'
import { KeptTuner, mostViews } from './kept-tuner.js'
import { PhotoTuner } from './photo-tuner.js'
import type { Tuner, TunerOptions } from './tuner.js'
import type { Depth } from './values.js'

/** Memory for what is kept of views: four of each of some 700 photos, for EfficientNet-Lite0 at 224 pixels. */
const KEPT_VIEWS_BYTES = 256 * 1024 * 1024

/**
 * Opens what fine-tunes a network on some photos. The last layers learn from views that are kept where those fit into
 * memory, and else through the whole network, as all layers do. A network that cannot be cut has no last layers: all
 * of it learns.
 */
export async function openTuner(options: TunerOptions, depth: Depth): Promise<Tuner> {
  const { backbone, spec, rule, photos } = options
  const cut = depth === 'last' ? cutOf(backbone, spec) : undefined
  if (!cut) return PhotoTuner.open(options)
  const bytes = keptBytes(backbone, cut, rule.size) * photos.length
  const views = Math.min(mostViews, Math.floor(KEPT_VIEWS_BYTES / bytes))
  return views >= 2 ? KeptTuner.open(options, cut, views) : PhotoTuner.open(options, behind(options, cut))
}

/** The weights that come behind a cut. */
function behind({ backbone, spec, rule: { size } }: TunerOptions, cut: Cut): Set<string> {
  const { initializers } = bodyOf({ backbone, spec, size, batchSize: 1, cut })
  return new Set(initializers.keys())
}
