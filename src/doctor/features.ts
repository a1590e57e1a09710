import type { Backbone } from '../backbones/index.js'
import type { WorkOptions } from '../core/index.js'
import type { Photo } from '../dataset/index.js'
import type { DeviceOptions } from '../engine/index.js'
import type { FeatureStore } from '../run/index.js'
import type { FeatureHelp } from '../train/index.js'
import type { CheckedData, CheckedFeatures } from './check.js'

export interface FeaturesOptions extends DeviceOptions, WorkOptions {
  readonly backbone: Backbone
  /** Where features are kept between runs: the cache that training uses, by default; null for none. */
  readonly store?: ((namespace: string) => FeatureStore) | null | undefined
  /** Others that compute what is not in the store. */
  readonly help?: FeatureHelp | undefined
}

/**
 * The features of all photos, as the default recipe sees whole photos at the backbone's usual size. They are kept where training
 * keeps them: whichever comes second computes nothing.
 *
 * @throws `interrupted` when the signal fires
 */
export async function featuresOf(
  { photos, root }: Pick<CheckedData, 'photos' | 'root'>,
  { backbone, store, help, progress, signal, ...device }: FeaturesOptions,
): Promise<CheckedFeatures> {
  // Only those whom the network is asked for load it.
  const { openFeatureStore } = await import('../run/index.js')
  const { autoSpec, FeatureExtractor } = await import('../train/index.js')
  const spec = autoSpec(backbone)
  const options = {
    ...device,
    backbone,
    spec,
    rule: { size: backbone.inputSize, resize: 'squash' as const },
    root,
  }
  const open =
    store === null ? undefined : (store ?? (namespace => openFeatureStore(namespace, device.notice)))
  const kept = open?.(FeatureExtractor.namespace(options))
  const extractor = new FeatureExtractor({ ...options, store: kept, help })
  try {
    const asked = photos
      .filter(({ facts }) => facts.problem === null)
      .map((photo): Photo => ({ ...photo, split: photo.split ?? 'train' }))
    const seen = await extractor.extract(asked, { task: 'photos as the network sees them', progress, signal })
    const [rows = new Float32Array()] = seen.views
    const paths = seen.photos.map(({ path }) => path)
    return {
      data: inPlace(rows, extractor.width, paths, photos),
      width: extractor.width,
      lastLayer: lastLayerOf(backbone),
    }
  } finally {
    await extractor.close()
    kept?.close()
  }
}

function lastLayerOf({ layers }: Backbone): number {
  return layers[layers.length - 1].channels
}

/** Rows of the photos that could be read, with rows of zeros between them for the others. */
function inPlace(
  rows: Float32Array,
  width: number,
  read: readonly string[],
  photos: CheckedData['photos'],
): Float32Array {
  if (read.length === photos.length) return rows
  const all = new Float32Array(photos.length * width)
  let next = 0
  for (const [i, { path }] of photos.entries()) {
    if (path !== read[next]) continue
    all.set(rows.subarray(next * width, (next + 1) * width), i * width)
    next++
  }
  return all
}
