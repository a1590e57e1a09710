import { sizeOf } from '../../core/index.js'
import type { AttributeValuesOf, Dim, Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import { knownShape, range, reshapeTo, shapeVector } from '../shapes.js'
import { explicit, leftover, reach, type Window, windowsOf } from '../window.js'
import { bandGradient, bandImageGradient, type Planes, suitsBands, suitsStridedBands } from './bands.js'

/** A convolution of `image` [batch, channels, sizes...] by `filter` [out, channels / group, kernel...] to `result`. */
export interface Convolution {
  readonly e: Emitter
  readonly windows: readonly Window[]
  readonly group: number
  readonly refuse: (reason: string) => never
}

/** The convolution that a composite of an image and a filter speaks of. */
export function convolutionOf(
  e: Emitter,
  attributes: Omit<AttributeValuesOf<'Conv'>, 'auto_pad'>,
  image: Value,
  filter: Value,
  refuse: (reason: string) => never,
): Convolution {
  const kernel = knownShape(e.shape(filter).slice(2)) ?? refuse('the size of its kernel is not known.')
  const sizes = e.shape(image).slice(2)
  const windows = windowsOf(kernel, sizes, [], { ...attributes, auto_pad: 'NOTSET' }, refuse)
  return { e, windows, group: attributes.group, refuse }
}

/**
 * d image: the transposed convolution of the result's gradient, with what no window reached added as zeros. With stride 1
 * it is mostly written as the convolution with the flipped filter, which runtimes do faster, depthwise many times.
 */
export function imageGradient(
  { e, windows, group, refuse }: Convolution,
  grad: Value,
  filter: Value,
  image: readonly Dim[],
): Value {
  const results = e.shape(grad).slice(2)
  const left = windows.map((window, axis) => leftover(window, image[axis + 2], results[axis], refuse))
  const isFlipped = isDepthwise(e, filter, group) || (group === 1 && isCheaplyTurned(e, filter, image))
  if (isFlipped && windows.every(isFlippable)) return flipped(e, windows, group, grad, filter)
  const planes = isDepthwise(e, filter, group) && planesOf(e, windows, image, e.shape(grad))
  if (planes && suitsStridedBands(planes)) return bandImageGradient(planes, grad, filter)
  const cut = windows.map((window, axis) => ({
    ...window,
    padAfter: window.padAfter + Math.max(0, -left[axis]),
  }))
  return e.builder.op('ConvTranspose', [grad, filter], {
    ...explicit(cut),
    group,
    output_padding: left.map(size => Math.max(0, size)),
  })
}

function flipped(e: Emitter, windows: readonly Window[], group: number, grad: Value, filter: Value): Value {
  const spatial = range(windows.length).map(axis => axis + 2)
  // A depthwise filter has one input, and its outputs stay where they are.
  const exchanged = group === 1 ? e.transpose(filter, [1, 0, ...spatial]) : filter
  const back = windows.reduce((taps, { kernel }, axis) => {
    if (kernel === 1) return taps
    return e.builder.op('Gather', [taps, e.ints(range(kernel).reverse())], { axis: axis + 2 })
  }, exchanged)
  const mirrored = windows.map(window => ({
    ...window,
    padBefore: reach(window) - 1 - window.padBefore,
    padAfter: reach(window) - 1 - window.padAfter,
  }))
  return e.builder.op('Conv', [grad, back], { ...explicit(mirrored), group })
}

/** Turning over a filter that is large beside the image takes longer than what it saves. */
function isCheaplyTurned(e: Emitter, filter: Value, image: readonly Dim[]): boolean {
  const shape = knownShape(e.shape(filter))
  if (!shape) return false
  const known = knownShape(image)
  return shape.slice(2).every(size => size === 1) || (known !== undefined && sizeOf(shape) < sizeOf(known))
}

function isFlippable(window: Window): boolean {
  const most = reach(window) - 1
  return window.stride === 1 && window.padBefore <= most && window.padAfter <= most
}

function isDepthwise(e: Emitter, filter: Value, group: number): boolean {
  const [out, part] = e.shape(filter)
  return group > 1 && out === group && part === 1
}

/**
 * d filter: with batch and channels swapped, a convolution of the image by the result's gradient, whose stride and
 * dilation change places. Groups become groups of the swapped convolution.
 */
export function filterGradient(conv: Convolution, image: Value, grad: Value, filter: readonly Dim[]): Value {
  const { e, windows, group, refuse } = conv
  if (group === 1 && windows.every(isPoint)) return pointGradient(e, image, grad, filter)
  const planes = group > 1 && filter[0] === group && filter[1] === 1 && knownShape(e.shape(image))
  if (planes) return depthwiseGradient(conv, image, grad, planes, filter)
  const [sizes, results] = [image, grad].map(value => e.shape(value).slice(2))
  const left = windows.map((window, axis) => leftover(window, sizes[axis], results[axis], refuse))
  const spatial = range(windows.length).map(axis => axis + 2)
  const swapped = e.builder.op('Conv', [byGroup(conv, image), e.transpose(grad, [1, 0, ...spatial])], {
    ...slidingGrad(windows),
    group,
  })
  return e.transpose(cropped(e, windows, left, swapped), [1, 0, ...spatial])
}

/** The gradient slides over the image as its filter. */
function slidingGrad(windows: readonly Window[]) {
  const changed = windows.map(window => ({ ...window, stride: window.dilation, dilation: window.stride }))
  return { ...explicit(changed), kernel_shape: undefined }
}

/** What is left over beyond the last window would make the filter larger than it is. */
function cropped(e: Emitter, windows: readonly Window[], left: readonly number[], value: Value): Value {
  return windows.reduce(
    (crop, { kernel, dilation }, axis) =>
      left[axis] >= dilation ? e.slice(crop, axis + 2, 0, kernel) : crop,
    value,
  )
}

/** Every channel of every image is an image of its own with a filter of its own: summed over the batch. */
function depthwiseGradient(
  { e, windows, refuse }: Convolution,
  image: Value,
  grad: Value,
  [batch, channels, ...sizes]: readonly number[],
  filter: readonly Dim[],
): Value {
  const results = e.shape(grad).slice(2)
  const known = planesOf(e, windows, e.shape(image), e.shape(grad))
  if (known && suitsBands(known)) return bandGradient(known, image, grad)
  const left = windows.map((window, axis) => leftover(window, sizes[axis], results[axis], refuse))
  const planes = e.reshape(image, [1, batch * channels, ...sizes])
  const kernels = e.reshape(grad, [batch * channels, 1, ...results.map(Number)])
  const group = batch * channels
  const each = e.builder.op('Conv', [planes, kernels], { ...slidingGrad(windows), group })
  const shape = filter.slice(1).map(Number)
  const byImage = e.reshape(cropped(e, windows, left, each), [batch, channels, ...shape])
  return batch === 1 ? e.reshape(byImage, [channels, ...shape]) : e.reduceSum(byImage, [0], false)
}

/** What work by bands asks for: two dimensions, all sizes known. */
function planesOf(
  e: Emitter,
  windows: readonly Window[],
  given: readonly Dim[],
  results: readonly Dim[],
): Planes | undefined {
  const [rows, columns, ...more] = windows
  const [image, result] = [knownShape(given), knownShape(results)]
  if (!columns || more.length > 0 || !image || !result) return undefined
  return { e, windows: [rows, columns], image, result }
}

/** [batch, group * part, sizes...] as [part, group * batch, sizes...] */
function byGroup({ e, group, refuse }: Convolution, image: Value): Value {
  const shape = e.shape(image)
  const [batch, channels, ...sizes] = shape
  const spatial = range(sizes.length)
  if (group === 1) return e.transpose(image, [1, 0, ...spatial.map(axis => axis + 2)])
  if (typeof channels !== 'number' || !sizes.every(size => typeof size === 'number'))
    return refuse(
      `with groups its gradient asks for a fixed image size, but the image is [${shape.join(', ')}].`,
    )
  const part = channels / group
  const split = reshapeTo(e, image, [batch, group, part, ...sizes], () => shapeVector(e, image))
  const swapped = e.transpose(split, [2, 1, 0, ...spatial.map(axis => axis + 3)])
  return e.reshape(swapped, [part, -1, ...sizes])
}

/** A 1x1 convolution is a matrix product for each image: dW = sum over the batch of dY X^T. */
function pointGradient(e: Emitter, image: Value, grad: Value, filter: readonly Dim[]): Value {
  const [x, dy] = [image, grad].map(value => e.reshape(value, [0, 0, -1]))
  const [out, inputs] = filter
  const narrowImage = typeof out === 'number' && typeof inputs === 'number' && inputs <= out
  // The narrower of the two is what is turned over.
  const axes = range(filter.length - 2).map(axis => axis + 2)
  const overBatch = (each: Value) => sumOverFirst(e, each)
  if (narrowImage) return e.unsqueeze(overBatch(e.matMul(dy, e.transpose(x, [0, 2, 1]))), axes)
  const turned = overBatch(e.matMul(x, e.transpose(dy, [0, 2, 1])))
  return e.unsqueeze(e.transpose(turned, [1, 0]), axes)
}

/** The sum over the first axis: as a product with ones, several times faster than ReduceSum. */
function sumOverFirst(e: Emitter, value: Value): Value {
  const shape = knownShape(e.shape(value))
  if (!shape) return e.reduceSum(value, [0], false)
  const [n, ...rest] = shape
  const ones = e.floats(e.dtype(value), new Array<number>(n).fill(1), [1, n])
  return e.reshape(n === 1 ? value : e.matMul(ones, e.reshape(value, [n, -1])), rest)
}

function isPoint({ kernel, stride, padBefore, padAfter }: Window): boolean {
  return kernel === 1 && stride === 1 && padBefore === 0 && padAfter === 0
}
