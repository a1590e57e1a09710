import type { Dim } from '../onnx/index.js'
import { range } from './shapes.js'

/** A sliding window along one spatial axis, with everything about it known. */
export interface Window {
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly padBefore: number
  readonly padAfter: number
}

export interface WindowAttributes {
  readonly auto_pad: string
  readonly strides: readonly number[] | undefined
  readonly pads: readonly number[] | undefined
  readonly dilations: readonly number[] | undefined
}

/** How far a window reaches. */
export function reach({ kernel, dilation }: Window): number {
  return (kernel - 1) * dilation + 1
}

/**
 * The windows of a convolution or pooling, one for each spatial axis, with automatic padding made explicit.
 * `refuse` is called where that takes a size that is only known when the graph runs.
 */
export function windowsOf(
  kernel: readonly number[],
  inputs: readonly Dim[],
  outputs: readonly Dim[],
  attributes: WindowAttributes,
  refuse: (reason: string) => never,
): Window[] {
  return kernel.map((size, axis) => {
    const window: Window = {
      kernel: size,
      stride: attributes.strides?.[axis] ?? 1,
      dilation: attributes.dilations?.[axis] ?? 1,
      padBefore: 0,
      padAfter: 0,
    }
    if (attributes.auto_pad === 'VALID') return window
    if (!attributes.auto_pad.startsWith('SAME')) {
      const [padBefore, padAfter] = [attributes.pads?.[axis], attributes.pads?.[axis + kernel.length]]
      return { ...window, padBefore: padBefore ?? 0, padAfter: padAfter ?? 0 }
    }
    const total = window.stride === 1 ? reach(window) - 1 : samePadding(window, inputs[axis], outputs[axis])
    if (total === undefined) return refuse(unknownSize(inputs[axis]))
    return { ...window, ...halves(total, attributes.auto_pad) }
  })
}

/** An odd padding has its larger half after with SAME_UPPER, before with SAME_LOWER. */
export function halves(total: number, autoPad: string): Pick<Window, 'padBefore' | 'padAfter'> {
  const small = Math.floor(total / 2)
  return autoPad === 'SAME_LOWER'
    ? { padBefore: total - small, padAfter: small }
    : { padBefore: small, padAfter: total - small }
}

function samePadding(window: Window, input: Dim, output: Dim): number | undefined {
  if (typeof input !== 'number' || typeof output !== 'number') return undefined
  return Math.max(0, (output - 1) * window.stride + reach(window) - input)
}

/**
 * Elements of the padded input after the last window's end: 0 or more for a convolution, less where a pooling in ceil
 * mode reaches beyond the padding. Stride 1 leaves none, whatever the size.
 */
export function leftover(window: Window, input: Dim, output: Dim, refuse: (reason: string) => never): number {
  if (window.stride === 1) return 0
  if (typeof input !== 'number' || typeof output !== 'number') return refuse(unknownSize(input))
  return input + window.padBefore + window.padAfter - ((output - 1) * window.stride + reach(window))
}

/** How many elements each window covers along its axis: of the input, or of the padded input. */
export function coverage(window: Window, input: number, output: number, withPadding: boolean): number[] {
  const [from, to] = withPadding ? [-window.padBefore, input + window.padAfter] : [0, input]
  return range(output).map(o => {
    const start = o * window.stride - window.padBefore
    const taps = range(window.kernel).map(k => start + k * window.dilation)
    return taps.filter(at => at >= from && at < to).length
  })
}

function unknownSize(size: Dim): string {
  return `its gradient asks for a fixed image size, but one is ${size}. Give that dimension a number.`
}

/** The attributes of a node with these windows. */
export function explicit(windows: readonly Window[]): {
  kernel_shape: number[]
  strides: number[]
  dilations: number[]
  pads: number[]
} {
  return {
    kernel_shape: windows.map(window => window.kernel),
    strides: windows.map(window => window.stride),
    dilations: windows.map(window => window.dilation),
    pads: [...windows.map(window => window.padBefore), ...windows.map(window => window.padAfter)],
  }
}
