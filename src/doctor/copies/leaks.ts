import type { CheckedPhoto } from '../check.js'
import type { CopyKind, CopyPair } from './pair.js'

/** A photo that a model is measured on although it learnt from a copy of it. */
export interface CopyLeak {
  /** Path of the photo learnt from. */
  readonly train: string
  /** Path of the photo measured on. */
  readonly held: string
  readonly kind: CopyKind
}

/** Every pair of which one photo is learnt from and the other is held out (`valid` or `test`), in the order of pairs. */
export function leaksOf(photos: readonly CheckedPhoto[], pairs: readonly CopyPair[]): CopyLeak[] {
  return pairs.flatMap(({ a, b, kind }) => {
    const [first, second] = [photos[a], photos[b]]
    if (first.split === undefined || second.split === undefined) return []
    if ((first.split === 'train') === (second.split === 'train')) return []
    const [train, held] = first.split === 'train' ? [first, second] : [second, first]
    return [{ train: train.path, held: held.path, kind }]
  })
}
