import type { CheckedFeatures } from '../check.js'
import { rowsOf } from './usable.js'

/** Last-layer means of photos, each row of length 1: [photos, lastLayer]. Products of rows are cosines. */
export function unitRows(features: CheckedFeatures, numbers: readonly number[]): Float32Array {
  const { lastLayer } = features
  const rows = rowsOf(features, numbers, lastLayer)
  for (let at = 0; at < rows.length; at += lastLayer) {
    let squares = 0
    for (let c = at; c < at + lastLayer; c++) squares += rows[c] ** 2
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0
    for (let c = at; c < at + lastLayer; c++) rows[c] *= scale
  }
  return rows
}
