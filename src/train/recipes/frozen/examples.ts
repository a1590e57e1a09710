import type { Features } from '../../features/index.js'
import {
  keptColumns,
  type Standardization,
  standardizeInto,
  type ViewedExamples,
} from '../../logistic/index.js'

/** Standardised rows and one-hot targets for views of the same photos. */
export function examplesOf(
  { photos, width: extracted }: Features,
  views: readonly Float32Array[],
  change: Standardization,
  classes: number,
): ViewedExamples {
  const width = keptColumns(change.scale).length
  const size = photos.length * width
  const rows = new Float32Array(views.length * size)
  const targets = new Float32Array(views.length * photos.length * classes)
  for (const [v, view] of views.entries()) {
    standardizeInto(rows.subarray(v * size, (v + 1) * size), view, extracted, change)
    for (const [i, { label }] of photos.entries()) targets[(v * photos.length + i) * classes + label] = 1
  }
  return { rows, width, targets, classes, photos: photos.length, views: views.length }
}
