import { ChiquitoError } from '../core/error.js'

// What is said of a model file that is no longer what was written, which no golden photo need show. Also loads in browsers.

/** Damage too small for golden photos to show it, such as one weight in a million, is damage all the same. */
export function alteredGraph(name: string): ChiquitoError {
  return new ChiquitoError(
    'model',
    `${name} was damaged or changed since it was made: its graph or its weights are no longer the same. ` +
      'Copy it again from where it was trained. If they were changed on purpose, by an optimiser for example, remove ' +
      'its metadata entry chiquito.graph.',
  )
}

/** A threshold, the way photos are resized, or golden photos that were taken out: no answer to a golden photo shows those. */
export function alteredMetadata(name: string): ChiquitoError {
  return new ChiquitoError(
    'model',
    `What ${name} says of itself (its metadata, such as labels, threshold or golden photos) was changed since it was made: ` +
      'copy it again from where it was trained. If it was changed on purpose, remove its metadata entry chiquito.metadata.',
  )
}
