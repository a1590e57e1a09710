import type { AttributeValuesOf } from '../onnx/index.js'
import type { Geometry } from './blocked-ops.js'

/**
 * A convolution's way through the blocked operators: `image` reads a plain image of a few channels, `depthwise` has a
 * filter for each channel, `dense` is every other one of whole blocks, in groups or not.
 */
export type Kind = 'image' | 'depthwise' | 'dense'

/** A convolution over images [batch, in, height, width] of which everything is known. */
export interface Convolution {
  readonly x: readonly number[]
  /** [out, in / group, rows, columns] */
  readonly w: readonly number[]
  readonly y: readonly number[]
  readonly group: number
  readonly geometry: Geometry
  readonly kind: Kind
}

type Attributes = Pick<AttributeValuesOf<'Conv'>, 'strides' | 'pads' | 'dilations'> & {
  readonly auto_pad?: string | undefined
}

/** The window of a convolution or pool over [height, width], with automatic padding written out. */
export function geometryOf(
  attributes: Attributes,
  kernel: readonly number[],
  sizes: readonly number[],
  results: readonly number[],
): Geometry {
  const strides = attributes.strides ?? [1, 1]
  const dilations = attributes.dilations ?? [1, 1]
  const { auto_pad: mode = 'NOTSET' } = attributes
  if (mode === 'NOTSET') return { kernel, strides, dilations, pads: attributes.pads ?? [0, 0, 0, 0] }
  const totals = kernel.map((size, axis) => {
    const covered = (results[axis] - 1) * strides[axis] + (size - 1) * dilations[axis] + 1
    return mode === 'VALID' ? 0 : Math.max(0, covered - sizes[axis])
  })
  // An odd padding has its larger half at the end, unless asked for otherwise.
  const before = totals.map(total => (mode === 'SAME_LOWER' ? Math.ceil(total / 2) : Math.floor(total / 2)))
  return { kernel, strides, dilations, pads: [...before, ...totals.map((total, i) => total - before[i])] }
}

/** How far a window reaches along an axis. */
export function reach({ kernel, dilations }: Geometry, axis: number): number {
  return (kernel[axis] - 1) * dilations[axis] + 1
}

export function isPoint({ kernel, strides, pads }: Geometry): boolean {
  return [...kernel, ...strides].every(size => size === 1) && pads.every(pad => pad === 0)
}
