import { argumentError } from '../core/index.js'
import type { Rows } from './metrics.js'

/**
 * Test-time augmentation: the mean of the probabilities of the plain photo and of its augmented views, each
 * counting 1 / (views + 1).
 *
 * @param plain [photo][class]
 * @param views [view][photo][class]
 * @returns [photo][class]
 */
export function averageViews(plain: Rows, views: readonly Rows[]): number[][] {
  views.forEach((view, v) => {
    if (view.length !== plain.length)
      throw argumentError(`views[${v}]`, `of the same ${plain.length} photos`, view.length)
  })
  return plain.map((row, photo) =>
    Array.from({ length: row.length }, (_, k) => {
      let sum = row[k]
      for (const view of views) {
        if (view[photo].length !== row.length)
          throw argumentError(`A view of photo ${photo}`, `${row.length} probabilities`, view[photo].length)
        sum += view[photo][k]
      }
      return sum / (views.length + 1)
    }),
  )
}
