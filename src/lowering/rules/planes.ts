import type { Geometry } from '../blocked-ops.js'
import { range } from './range.js'

/** Part of the gradient of a strided convolution for its input: the elements of one residue of rows and columns. */
export interface Plane {
  /** Taps of the filter that reach these elements, row by row, in the order of the convolution that gives the plane. */
  readonly taps: readonly number[]
  /** The convolution over the result's gradient; its kernel is 0 where no tap reaches the plane. */
  readonly geometry: Geometry
  /** Rows and columns that the convolution gives: at least as many as the image has of this residue. */
  readonly size: readonly number[]
}

interface Line {
  readonly taps: readonly number[]
  readonly before: number
  readonly after: number
  readonly size: number
}

/**
 * The planes of an image of these sizes under a convolution with these results, by residue of the row, then of the
 * column. Undefined for windows that this is not made for: with both a stride and a dilation, or padded by more than
 * they reach.
 */
export function planesOf(
  geometry: Geometry,
  sizes: readonly number[],
  results: readonly number[],
): readonly Plane[] | undefined {
  const [rows, columns] = [0, 1].map(axis => linesOf(geometry, axis, sizes[axis], results[axis]))
  if (!rows || !columns) return undefined
  const dilations = geometry.strides.map((stride, axis) => (stride > 1 ? 1 : geometry.dilations[axis]))
  return rows.flatMap(row =>
    columns.map(column => ({
      taps: row.taps.flatMap(u => column.taps.map(v => u * geometry.kernel[1] + v)),
      geometry: {
        kernel: [row.taps.length, column.taps.length],
        strides: [1, 1],
        dilations,
        pads: [row.before, column.before, row.after, column.after],
      },
      size: [row.size, column.size],
    })),
  )
}

/**
 * dx[s t + r] = sum over taps u = (r + p) mod s, + s, ... of dy[t + (r + p - u) / s] w[u], for stride s and padding p.
 */
function linesOf(
  { kernel, strides, dilations, pads }: Geometry,
  axis: number,
  size: number,
  result: number,
): Line[] | undefined {
  const [stride, dilation, pad] = [strides[axis], dilations[axis], pads[axis]]
  if (stride > 1 && dilation > 1) return undefined
  const lines: Line[] = []
  for (const residue of range(stride)) {
    const wanted = Math.ceil((size - residue) / stride)
    // Later taps read earlier elements.
    const taps = range(kernel[axis])
      .filter(tap => (residue + pad - tap * dilation) % stride === 0)
      .reverse()
    if (taps.length === 0) {
      lines.push({ taps, before: 0, after: 0, size: 0 })
      continue
    }
    const offset = (tap: number) => (residue + pad - tap * dilation) / stride
    const before = -offset(taps[0])
    const after = wanted + offset(taps[taps.length - 1]) - result
    if (before < 0 || (after < 0 && stride === 1)) return undefined
    // What a plane has beyond the image is not read.
    lines.push({ taps, before, after: Math.max(0, after), size: wanted + Math.max(0, -after) })
  }
  return lines
}
