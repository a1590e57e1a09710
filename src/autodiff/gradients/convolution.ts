import type { Dim, Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import type { Call, Gradients } from '../rule.js'
import { range, reshapeTo, shapeVector } from '../shapes.js'
import { explicit, halves, leftover, reach, type Window, windowsOf } from './window.js'

/** A convolution of `image` [batch, channels, sizes...] by `filter` [out, channels / group, kernel...] to `result`. */
interface Convolution {
  readonly e: Emitter
  readonly windows: readonly Window[]
  readonly group: number
  readonly refuse: (reason: string) => never
}

export const convolution: Gradients<'Conv' | 'ConvTranspose'> = {
  Conv: [
    call => imageGradient(forward(call), call.dy(), call.x(1), call.e.shape(call.x(0))),
    call => filterGradient(forward(call), call.x(0), call.dy(), call.e.shape(call.x(1))),
    ({ e, dy }) => biasGradient(e, dy()),
  ],
  // ConvTranspose is the image gradient of a convolution from its output to its input; so that convolution is its own.
  ConvTranspose: [
    call => {
      const { windows, group, e } = backward(call)
      return e.builder.op('Conv', [call.dy(), call.x(1)], { ...explicit(windows), group })
    },
    call => filterGradient(backward(call), call.dy(), call.x(0), call.e.shape(call.x(1))),
    ({ e, dy }) => biasGradient(e, dy()),
  ],
}

function forward(call: Call<'Conv'>): Convolution {
  const { e, x, y, attributes, refuse } = call
  const kernel = kernelOf(call)
  const windows = windowsOf(kernel, e.shape(x(0)).slice(2), e.shape(y()).slice(2), attributes, refuse)
  return { e, windows, group: attributes.group, refuse }
}

/** The convolution that a ConvTranspose undoes. */
function backward(call: Call<'ConvTranspose'>): Convolution {
  const { e, x, y, attributes, refuse } = call
  const [inputs, outputs] = [x(0), y()].map(value => e.shape(value).slice(2))
  const given = { ...attributes, auto_pad: 'NOTSET' }
  const windows = windowsOf(kernelOf(call), outputs, inputs, given, refuse).map((window, axis) => {
    if (!attributes.output_shape && !attributes.auto_pad.startsWith('SAME')) return window
    const [size, result] = [inputs[axis], outputs[axis]]
    if (typeof size !== 'number' || typeof result !== 'number')
      return refuse(
        `its gradient asks for a fixed image size, but one is ${size}. Give that dimension a number.`,
      )
    const extra = attributes.output_padding?.[axis] ?? 0
    const total = window.stride * (size - 1) + extra + reach(window) - result
    return {
      ...window,
      ...halves(Math.max(0, total), attributes.auto_pad === 'SAME_UPPER' ? 'SAME_UPPER' : 'SAME_LOWER'),
    }
  })
  return { e, windows, group: attributes.group, refuse }
}

function kernelOf({ e, x, refuse }: Call<'Conv'> | Call<'ConvTranspose'>): number[] {
  return e
    .shape(x(1))
    .slice(2)
    .map(size => (typeof size === 'number' ? size : refuse(`the size of its kernel ${size} is not known.`)))
}

/** d image: the transposed convolution of the result's gradient, with what no window reached added as zeros. */
export function imageGradient(
  { e, windows, group, refuse }: Convolution,
  grad: Value,
  filter: Value,
  image: readonly Dim[],
): Value {
  const results = e.shape(grad).slice(2)
  const left = windows.map((window, axis) => leftover(window, image[axis + 2], results[axis], refuse))
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

/**
 * d filter: with batch and channels swapped, a convolution of the image by the result's gradient, whose stride and
 * dilation change places. Groups become groups of the swapped convolution.
 */
function filterGradient(conv: Convolution, image: Value, grad: Value, filter: readonly Dim[]): Value {
  const { e, windows, group, refuse } = conv
  if (group === 1 && windows.every(isPoint)) return pointGradient(e, image, grad, filter)
  const [sizes, results] = [image, grad].map(value => e.shape(value).slice(2))
  const left = windows.map((window, axis) => leftover(window, sizes[axis], results[axis], refuse))
  const spatial = range(windows.length).map(axis => axis + 2)
  const swapped = e.builder.op('Conv', [byGroup(conv, image), e.transpose(grad, [1, 0, ...spatial])], {
    ...explicit(windows.map(window => ({ ...window, stride: window.dilation, dilation: window.stride }))),
    kernel_shape: undefined,
    group,
  })
  // What is left over beyond the last window would make the filter larger than it is.
  const cropped = windows.reduce(
    (value, { kernel, dilation }, axis) =>
      left[axis] >= dilation ? e.slice(value, axis + 2, 0, kernel) : value,
    swapped,
  )
  return e.transpose(cropped, [1, 0, ...spatial])
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
  const each = e.matMul(dy, e.transpose(x, [0, 2, 1]))
  const axes = range(filter.length - 2).map(axis => axis + 2)
  return e.unsqueeze(e.reduceSum(each, [0], false), axes)
}

function isPoint({ kernel, stride, padBefore, padAfter }: Window): boolean {
  return kernel === 1 && stride === 1 && padBefore === 0 && padAfter === 0
}

/** [out]: the sum over batch and positions. */
function biasGradient(e: Emitter, grad: Value): Value {
  return e.reduceSum(grad, [0, ...range(e.rank(grad)).slice(2)], false)
}
