import type { Photo } from '../../dataset/index.js'
import { examplesOf, standardization, type ViewedExamples } from '../../train/index.js'
import type { CheckedFeatures, DeepData } from '../check.js'

/** Photos that a network saw: their numbers in the data set, and what is known of them. */
export interface UsablePhotos {
  readonly numbers: readonly number[]
  readonly photos: readonly Photo[]
}

/** Those that could be decoded: the rows of others are all zeros. */
export function usablePhotos({ photos, features: { data, width } }: DeepData): UsablePhotos {
  const numbers = photos.flatMap(({ facts }, i) => {
    const row = data.subarray(i * width, (i + 1) * width)
    return facts.problem === null && row.some(value => value !== 0) ? [i] : []
  })
  return {
    numbers,
    photos: numbers.map((i): Photo => ({ ...photos[i], split: photos[i].split ?? 'train' })),
  }
}

/** Rows of some photos, of the first columns. */
export function rowsOf(
  { data, width }: CheckedFeatures,
  numbers: readonly number[],
  columns: number,
): Float32Array {
  const rows = new Float32Array(numbers.length * columns)
  for (const [row, i] of numbers.entries())
    rows.set(data.subarray(i * width, i * width + columns), row * columns)
  return rows
}

/** How much columns of earlier layers count beside those of the last one, as in training's richest candidate. */
const EARLIER_WEIGHT = 2

/** Standardised features of all layers and targets, for fits. */
export function examplesFor(data: DeepData, usable: UsablePhotos): ViewedExamples {
  const { width, lastLayer } = data.features
  return standardised(data, usable, width, [
    { from: 0, to: lastLayer, weight: 1 },
    { from: lastLayer, to: width, weight: EARLIER_WEIGHT },
  ])
}

/** The same of the last layer alone. */
export function lastLayerExamples(data: DeepData, usable: UsablePhotos): ViewedExamples {
  const { lastLayer } = data.features
  return standardised(data, usable, lastLayer, [{ from: 0, to: lastLayer, weight: 1 }])
}

function standardised(
  { labels, features }: DeepData,
  { numbers, photos }: UsablePhotos,
  columns: number,
  blocks: Parameters<typeof standardization>[3],
): ViewedExamples {
  const rows = rowsOf(features, numbers, columns)
  const change = standardization(rows, columns, columns, blocks)
  return examplesOf({ photos, width: columns, views: [rows], unreadable: [] }, [rows], change, labels.length)
}
