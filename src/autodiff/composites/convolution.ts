import type { AttributeValuesOf, Dim, Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import { explicit, leftover, reach, type Window, windowsOf } from '../gradients/window.js'
import { knownShape, range, reshapeTo, shapeVector } from '../shapes.js'

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
 * d image: the transposed convolution of the result's gradient, with what no window reached added as zeros. A depthwise
 * one of stride 1 is written as the convolution with the flipped filter, which runtimes do many times faster.
 */
export function imageGradient(
  { e, windows, group, refuse }: Convolution,
  grad: Value,
  filter: Value,
  image: readonly Dim[],
): Value {
  const results = e.shape(grad).slice(2)
  const left = windows.map((window, axis) => leftover(window, image[axis + 2], results[axis], refuse))
  if (isDepthwise(e, filter, group) && windows.every(isFlippable)) return flipped(e, windows, grad, filter)
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

function flipped(e: Emitter, windows: readonly Window[], grad: Value, filter: Value): Value {
  const back = windows.reduce((taps, { kernel }, axis) => {
    if (kernel === 1) return taps
    return e.builder.op('Gather', [taps, e.ints(range(kernel).reverse())], { axis: axis + 2 })
  }, filter)
  const mirrored = windows.map(window => ({
    ...window,
    padBefore: reach(window) - 1 - window.padBefore,
    padAfter: reach(window) - 1 - window.padAfter,
  }))
  return e.builder.op('Conv', [grad, back], { ...explicit(mirrored), group: Number(e.shape(filter)[0]) })
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
  const left = windows.map((window, axis) => leftover(window, sizes[axis], results[axis], refuse))
  const planes = e.reshape(image, [1, batch * channels, ...sizes])
  const kernels = e.reshape(grad, [batch * channels, 1, ...results.map(Number)])
  const group = batch * channels
  const each = e.builder.op('Conv', [planes, kernels], { ...slidingGrad(windows), group })
  const shape = filter.slice(1).map(Number)
  const byImage = e.reshape(cropped(e, windows, left, each), [batch, channels, ...shape])
  return batch === 1 ? e.reshape(byImage, [channels, ...shape]) : e.reduceSum(byImage, [0], false)
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
  const overBatch = (each: Value) => e.reduceSum(each, [0], false)
  if (narrowImage) return e.unsqueeze(overBatch(e.matMul(dy, e.transpose(x, [0, 2, 1]))), axes)
  const turned = overBatch(e.matMul(x, e.transpose(dy, [0, 2, 1])))
  return e.unsqueeze(e.transpose(turned, [1, 0]), axes)
}

function isPoint({ kernel, stride, padBefore, padAfter }: Window): boolean {
  return kernel === 1 && stride === 1 && padBefore === 0 && padAfter === 0
}
