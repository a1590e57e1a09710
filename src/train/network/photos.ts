import path from 'node:path'
import { throwIfAborted } from '../../core/index.js'
import type { PhotoReader, ViewRule } from '../../images/index.js'
import type { Photo } from '../../project/index.js'
import type { View } from '../extractor.js'
import type { NetworkBatch } from './trainer.js'

export interface PhotoBatchesOptions {
  readonly reader: PhotoReader
  /** The folder that photo paths start from. */
  readonly root: string
  readonly rule: ViewRule
  readonly batchSize: number
  readonly classes: number
  readonly signal?: AbortSignal | undefined
}

/** Photos decoded ahead of the batch in hand. */
const ahead = 16

/** Full batches of the photos in the order given, each seen through its view; what does not fill a batch is left out. */
export async function* photoBatches(
  photos: readonly Photo[],
  view: (photo: Photo) => View,
  { reader, root, rule, batchSize, classes, signal }: PhotoBatchesOptions,
): AsyncGenerator<NetworkBatch> {
  const used = photos.length - (photos.length % batchSize)
  const started: Promise<Uint8Array[]>[] = []
  const bytes = rule.size * rule.size * 3
  let next = 0
  const start = () => {
    while (next < used && started.length < ahead) {
      const photo = photos[next++]
      const job = reader.views(path.join(root, photo.path), { name: photo.path, rule, draws: [view(photo)] })
      // Thrown where it is waited for; until then it must not count as unhandled.
      job.catch(() => undefined)
      started.push(job)
    }
  }
  for (let first = 0; first < used; first += batchSize) {
    throwIfAborted(signal)
    const pixels = new Uint8Array(batchSize * bytes)
    const targets = new Float32Array(batchSize * classes)
    for (let i = 0; i < batchSize; i++) {
      start()
      const [pixelsOfView] = (await started.shift()) ?? []
      pixels.set(pixelsOfView, i * bytes)
      targets[i * classes + photos[first + i].label] = 1
    }
    start()
    yield { pixels, targets }
  }
}
