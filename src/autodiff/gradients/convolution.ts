import type { Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import type { Call, Gradients } from '../rule.js'
import { range } from '../shapes.js'
import { explicit, halves, leftover, reach, windowsOf } from '../window.js'

type Attributes = ReturnType<typeof explicit> & { readonly group: number }

export const convolution: Gradients<'Conv' | 'ConvTranspose'> = {
  Conv: [
    call => call.e.builder.op('chiquito:ConvInputGrad', [call.x(0), call.x(1), call.dy()], forward(call)),
    call => call.e.builder.op('chiquito:ConvWeightGrad', [call.x(0), call.x(1), call.dy()], forward(call)),
    ({ e, dy }) => biasGradient(e, dy()),
  ],
  // ConvTranspose is the image gradient of a convolution from its output to its input; so that convolution is its own.
  ConvTranspose: [
    call => call.e.builder.op('Conv', [call.dy(), call.x(1)], backward(call)),
    call => call.e.builder.op('chiquito:ConvWeightGrad', [call.dy(), call.x(1), call.x(0)], backward(call)),
    ({ e, dy }) => biasGradient(e, dy()),
  ],
}

/** The attributes of the convolution, with its padding written out. */
function forward(call: Call<'Conv'>): Attributes {
  const { e, x, y, attributes, refuse } = call
  const kernel = kernelOf(call)
  const [sizes, results] = [x(0), y()].map(value => e.shape(value).slice(2))
  const windows = windowsOf(kernel, sizes, results, attributes, refuse)
  // Refuses sizes that are only known when the graph runs, where strides make them matter.
  for (const [axis, window] of windows.entries()) leftover(window, sizes[axis], results[axis], refuse)
  return { ...explicit(windows), group: attributes.group }
}

/** The convolution that a ConvTranspose undoes. */
function backward(call: Call<'ConvTranspose'>): Attributes {
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
  return { ...explicit(windows), group: attributes.group }
}

function kernelOf({ e, x, refuse }: Call<'Conv'> | Call<'ConvTranspose'>): number[] {
  return e
    .shape(x(1))
    .slice(2)
    .map(size => (typeof size === 'number' ? size : refuse(`the size of its kernel ${size} is not known.`)))
}

/** [out]: the sum over batch and positions. */
function biasGradient(e: Emitter, grad: Value): Value {
  return e.reduceSum(grad, [0, ...range(e.rank(grad)).slice(2)], false)
}
