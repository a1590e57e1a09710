import type { Photo } from '../../dataset/index.js'
import { type Augmentation, drawAugmentation } from '../../images/index.js'
import type { BatchLoader, LoadedBatch } from '../loading/index.js'
import type { StepWork } from '../steps/index.js'
import { type MixOptions, mixBatch } from './mix.js'
import type { NetworkBatch } from './trainer.js'
import { type NetworkWorkOptions, networkWork } from './work.js'

export interface PhotoWorkOptions extends NetworkWorkOptions, MixOptions {
  readonly loader: BatchLoader
  readonly photos: readonly Photo[]
  /** Drawn anew for each photo and epoch; plain views without it. */
  readonly augmentation?: Augmentation | undefined
}

/** Training a whole network on photos, read and varied while it learns. Each epoch goes through them in a new order. */
export function photoWork(options: PhotoWorkOptions): StepWork<NetworkBatch> {
  return networkWork(options, options.photos.length, (epoch, from) => batchesOf(options, epoch, from))
}

async function* batchesOf(
  options: PhotoWorkOptions,
  epoch: number,
  from: number,
): AsyncGenerator<NetworkBatch> {
  const { loader, photos, augmentation, random, batchSize } = options
  const drawFor = ({ sha256 }: Photo) =>
    augmentation ? drawAugmentation(random.fork('augment', epoch, sha256), augmentation) : null
  const items = random
    .fork('order', epoch)
    .shuffle(photos)
    .slice(from * batchSize)
    .map(photo => ({ photo, draw: drawFor(photo) }))
  let number = from
  for await (const loaded of loader.epoch(items, batchSize, { dropLast: true })) {
    const batch = { pixels: loaded.pixels, targets: targetsOf(loaded, options) }
    mixBatch(batch, batchSize, random.fork('mix', epoch, number++), options)
    yield batch
  }
}

/** One-hot rows. */
function targetsOf(
  { photos }: LoadedBatch<Photo>,
  { batchSize, classes }: Pick<PhotoWorkOptions, 'batchSize' | 'classes'>,
): Float32Array {
  const targets = new Float32Array(batchSize * classes)
  for (const [i, { label }] of photos.entries()) targets[i * classes + label] = 1
  return targets
}
