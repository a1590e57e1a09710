import type { Dim } from '../graph.js'
import { ceilDivide, floorDivide, minus, plus, times } from './dims.js'
import {
  float,
  type InferContext,
  int,
  type Operator,
  type Outcome,
  operator,
  optional,
  type Shape,
  string,
} from './spec.js'

interface WindowAttributes {
  readonly auto_pad: string
  readonly strides: readonly number[] | undefined
  readonly pads: readonly number[] | undefined
  readonly dilations?: readonly number[] | undefined
  readonly ceil_mode?: number | undefined
}

interface Window {
  readonly kernel: Shape
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
}

function windowOf(context: InferContext, kernel: Shape, attributes: WindowAttributes): Window {
  const n = kernel.length
  const ones = kernel.map(() => 1)
  const window = {
    kernel,
    strides: attributes.strides ?? ones,
    dilations: attributes.dilations ?? ones,
    pads: attributes.pads ?? [...ones, ...ones].map(() => 0),
  }
  if (window.strides.length !== n || window.dilations.length !== n || window.pads.length !== 2 * n)
    context.fail(
      `strides and dilations must have ${n} numbers and pads ${2 * n}, for ${n} spatial dimensions`,
    )
  if (window.strides.some(s => s < 1) || window.dilations.some(d => d < 1))
    context.fail('strides and dilations must be at least 1')
  return window
}

/** Size of one spatial dimension after a sliding window, in floor or ceil mode. */
function slide(size: Dim, window: Window, axis: number, attributes: WindowAttributes): Dim | undefined {
  const stride = window.strides[axis]
  if (attributes.auto_pad.startsWith('SAME')) return ceilDivide(size, stride)
  const reach = plus(times(minus(window.kernel[axis], 1), window.dilations[axis]), 1)
  const valid = attributes.auto_pad === 'VALID'
  const before = valid ? 0 : window.pads[axis]
  const after = valid ? 0 : window.pads[axis + window.kernel.length]
  const room = minus(plus(size, before + after), reach)
  if (!attributes.ceil_mode) return plus(floorDivide(room, stride), 1)
  const count = plus(ceilDivide(room, stride), 1)
  // A window that would start in the padding after the end is left out.
  if (typeof count === 'number' && typeof size === 'number')
    return (count - 1) * stride >= size + before ? count - 1 : count
  // With names it is not known whether there is one, unless none can be.
  return typeof reach === 'number' && after + stride <= reach ? count : undefined
}

function spatial(context: InferContext, x: Shape, window: Window, attributes: WindowAttributes): Dim[] {
  return x.slice(2).map((size, axis) => {
    const out = slide(size, window, axis, attributes)
    if (typeof out === 'number' && out < 1)
      context.fail(`a window of ${window.kernel[axis]} does not fit a spatial size of ${size}`)
    return out ?? context.unknown(axis + 2)
  })
}

function checkedImage(context: InferContext, x: Shape, spatialRank: number): void {
  if (x.length !== spatialRank + 2)
    context.fail(`X must have rank ${spatialRank + 2} for this kernel, but is [${x.join(', ')}]`)
}

const window = {
  auto_pad: string('NOTSET'),
  pads: optional('ints'),
  strides: optional('ints'),
}
/** Attributes of every convolution. */
export const convolutionAttributes = {
  ...window,
  dilations: optional('ints'),
  group: int(1),
  kernel_shape: optional('ints'),
}
/** Attributes of every pool. */
export const poolAttributes = {
  ...window,
  kernel_shape: { kind: 'ints', presence: 'required' } as const,
  ceil_mode: int(0),
}

function poolShape(
  context: InferContext,
  attributes: WindowAttributes & { readonly kernel_shape: readonly number[] },
): Shape | undefined {
  const x = context.shape(0)
  if (!x) return undefined
  checkedImage(context, x, attributes.kernel_shape.length)
  const at = windowOf(context, attributes.kernel_shape, attributes)
  return [x[0], x[1], ...spatial(context, x, at, attributes)]
}

function globalPool(context: InferContext): Outcome[] {
  const x = context.shape(0)
  if (x && x.length < 3) context.fail(`X must be [batch, channels, spatial...], but is [${x.join(', ')}]`)
  return [x?.map((dim, axis) => (axis < 2 ? dim : 1))]
}

function kernelOf(
  context: InferContext,
  given: readonly number[] | undefined,
  second: number,
): Shape | undefined {
  const w = context.shape(second)
  if (given && w && (given.length !== w.length - 2 || given.some((k, i) => differ(k, w[i + 2]))))
    context.fail(`kernel_shape is [${given.join(', ')}], but W is [${w.join(', ')}]`)
  return given ?? w?.slice(2)
}

const differ = (a: Dim, b: Dim) => typeof a === 'number' && typeof b === 'number' && a !== b

interface ConvAttributes extends WindowAttributes {
  readonly group: number
  readonly kernel_shape: readonly number[] | undefined
}

/** The result of sliding weights, input `second`, over images, input 0. */
export function convShape(
  context: InferContext,
  attributes: ConvAttributes,
  second: number,
): Shape | undefined {
  const [x, w] = [context.shape(0), context.shape(second)]
  const kernel = kernelOf(context, attributes.kernel_shape, second)
  if (!x || !w || !kernel) return undefined
  checkedImage(context, x, kernel.length)
  const { group } = attributes
  const channels = times(w[1], group)
  if (channels !== undefined && differ(channels, x[1]))
    context.fail(
      `W [${w.join(', ')}] with group ${group} expects ${channels} channels, but X is [${x.join(', ')}]`,
    )
  if (typeof w[0] === 'number' && w[0] % group !== 0)
    context.fail(`W's first dimension ${w[0]} must be a multiple of group ${group}`)
  return [x[0], w[0], ...spatial(context, x, windowOf(context, kernel, attributes), attributes)]
}

export const windows = {
  /** X [batch, channels, spatial...], W [out, channels / group, kernel...], B [out]. */
  Conv: operator('X:F W:F B?:F', 'Y:F', convolutionAttributes, context => {
    const [w, b] = [context.shape(1), context.shape(2)]
    if (b && w && (b.length !== 1 || differ(b[0], w[0])))
      context.fail(`B must be [${w[0]}], but is [${b.join(', ')}]`)
    return [convShape(context, context.attributes, 1)]
  }),
  /** W [channels, out / group, kernel...]. */
  ConvTranspose: operator(
    'X:F W:F B?:F',
    'Y:F',
    { ...convolutionAttributes, output_padding: optional('ints'), output_shape: optional('ints') },
    context => {
      const [x, w] = [context.shape(0), context.shape(1)]
      const { attributes } = context
      const kernel = kernelOf(context, attributes.kernel_shape, 1)
      if (!x || !w || !kernel) return [undefined]
      checkedImage(context, x, kernel.length)
      if (differ(x[1], w[0]))
        context.fail(`W [${w.join(', ')}] expects ${w[0]} channels, but X is [${x.join(', ')}]`)
      const at = windowOf(context, kernel, attributes)
      const sizes = x.slice(2).map((size, axis) => {
        const given = attributes.output_shape?.[axis]
        if (given !== undefined) return given
        const scaled = times(size, at.strides[axis])
        if (attributes.auto_pad.startsWith('SAME')) return scaled ?? context.unknown(axis + 2)
        const reach = plus(times(minus(kernel[axis], 1), at.dilations[axis]), 1)
        const valid = attributes.auto_pad === 'VALID'
        const pad = valid ? 0 : at.pads[axis] + at.pads[axis + kernel.length]
        const extra = (attributes.output_padding?.[axis] ?? 0) - pad - at.strides[axis]
        return plus(plus(scaled, reach), extra) ?? context.unknown(axis + 2)
      })
      return [[x[0], times(w[1], attributes.group) ?? context.unknown(1), ...sizes]]
    },
  ),
  AveragePool: operator(
    'X:F',
    'Y:F',
    { ...poolAttributes, count_include_pad: int(0), dilations: optional('ints') },
    context => [poolShape(context, context.attributes)],
  ),
  MaxPool: operator(
    'X:N',
    'Y:N Indices?:int64',
    { ...poolAttributes, dilations: optional('ints'), storage_order: int(0) },
    context => {
      const out = poolShape(context, context.attributes)
      return [out, out]
    },
  ),
  LpPool: operator('X:F', 'Y:F', { ...poolAttributes, p: int(2), dilations: optional('ints') }, context => [
    poolShape(context, context.attributes),
  ]),
  GlobalAveragePool: operator('X:F', 'Y:F', {}, globalPool),
  GlobalMaxPool: operator('X:F', 'Y:F', {}, globalPool),
  GlobalLpPool: operator('X:F', 'Y:F', { p: int(2) }, globalPool),
  LRN: operator(
    'X:F',
    'Y:F',
    { alpha: float(0.0001), beta: float(0.75), bias: float(1), size: { kind: 'int', presence: 'required' } },
    context => [context.shape(0)],
  ),
} satisfies Record<string, Operator>
