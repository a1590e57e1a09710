import type { Features } from '../features/index.js'
import type { StepWork } from '../steps/index.js'
import type { KeptBatch } from './trainer.js'
import { type NetworkWorkOptions, networkWork } from './work.js'

export interface KeptWorkOptions extends NetworkWorkOptions {
  /** What was kept of some views of each photo, before the cut. */
  readonly kept: Features
  /** The photos to learn from, by their row. */
  readonly rows: readonly number[]
}

/**
 * Training the part of a network behind a cut on views that were kept: in each epoch every photo is seen once, through
 * the next of its views.
 */
export function keptWork(options: KeptWorkOptions): StepWork<KeptBatch> {
  return networkWork(options, options.rows.length, (epoch, from) => batchesOf(options, epoch, from))
}

function* batchesOf(options: KeptWorkOptions, epoch: number, from: number): Generator<KeptBatch> {
  const { rows, random, batchSize } = options
  const order = random.fork('order', epoch).shuffle(rows)
  for (let start = from * batchSize; start + batchSize <= rows.length; start += batchSize)
    yield batchOf(options, order.slice(start, start + batchSize), epoch)
}

function batchOf(
  { kept, classes, random }: KeptWorkOptions,
  rows: readonly number[],
  epoch: number,
): KeptBatch {
  const { width, photos, views } = kept
  const batch = {
    kept: new Float32Array(rows.length * width),
    targets: new Float32Array(rows.length * classes),
  }
  for (const [i, row] of rows.entries()) {
    const { sha256, label } = photos[row]
    // Each photo starts with another of its views.
    const view = (random.fork('view', sha256).uint32() + epoch) % views.length
    batch.kept.set(views[view].subarray(row * width, (row + 1) * width), i * width)
    batch.targets[i * classes + label] = 1
  }
  return batch
}
