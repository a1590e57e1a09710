import type { Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import { type Call, type Gradients, noRuleYet } from '../rule.js'
import { fromStart, range } from '../shapes.js'

export const resizing: Gradients<'Resize' | 'Upsample' | 'Pad'> = {
  Resize: [resize, null, null, null],
  Upsample: noRuleYet('Export it as Resize, which took its place in operator set 10'),
  Pad: [pad, null, null, null],
}

/**
 * Resizing is linear along each axis, so dx = dy M^T with M the resized identity matrix. The runtime makes M with the
 * same operator (once, for it is constant), whichever interpolation that is.
 */
function resize(call: Call<'Resize'>): Value {
  const { e, dy, x, y, attributes, has, constant, refuse } = call
  if (attributes.coordinate_transformation_mode === 'tf_crop_and_resize')
    refuse('its coordinates are tf_crop_and_resize. Export it with half_pixel coordinates.')
  const rank = e.rank(x(0))
  const given = (attributes.axes ?? range(rank)).map(axis => fromStart(axis, rank))
  const scales = has(2) ? constant(2) : undefined
  return given.reduce((grad, axis, i) => {
    const [from, to] = [x(0), y()].map(value => e.shape(value)[axis])
    const scale = scales?.dtype === 'float32' && scales.data.length > 0 ? scales.data[i] : undefined
    if (from === to && (scale === undefined || scale === 1)) return grad
    if (typeof from !== 'number' || typeof to !== 'number')
      return refuse(`its gradient asks for fixed sizes, but axis ${axis} goes from ${from} to ${to}.`)
    const { axes: _, ...options } = attributes
    const matrix = e.builder.op(
      'Resize',
      scale === undefined
        ? [identity(e, x(0), [1, 1, from, from]), undefined, undefined, e.ints([1, 1, from, to])]
        : [identity(e, x(0), [1, 1, from, from]), undefined, e.floats('float32', [1, 1, 1, scale], [4])],
      { ...options, keep_aspect_ratio_policy: 'stretch' },
    )
    return alongAxis(e, grad, axis, e.reshape(matrix, [from, to]))
  }, dy())
}

/** Zeros around are cut off; elements that were repeated around get what their copies got, again by a matrix. */
function pad(call: Call<'Pad'>): Value {
  const { e, dy, x, ints, attributes, refuse } = call
  const rank = e.rank(x(0))
  const pads = ints(1) ?? []
  const axes = (ints(3) ?? range(rank)).map(axis => fromStart(axis, rank))
  return axes.reduce((grad, axis, i) => {
    const [before, after] = [pads[i], pads[i + axes.length]]
    if (before === 0 && after === 0) return grad
    if (attributes.mode === 'constant' && before >= 0 && after >= 0)
      return e.slice(grad, axis, before, after === 0 ? endOfAxis : -after)
    const size = e.shape(x(0))[axis]
    if (typeof size === 'string')
      return refuse(`it pads axis ${axis}, whose size ${size} is not known. Give that dimension a number.`)
    const around = e.ints([0, before, 0, after])
    const matrix = e.builder.op('Pad', [identity(e, x(0), [size, size]), around], { mode: attributes.mode })
    return alongAxis(e, grad, axis, matrix)
  }, dy())
}

/** Slice reads any end beyond the axis as its end. */
const endOfAxis = 2 ** 31 - 1

/** The identity matrix in the dtype of a value, shaped so that an operator for images takes it. */
function identity(e: Emitter, like: Value, shape: readonly number[]): Value {
  const size = shape[shape.length - 1]
  const values = range(size * size).map(i => (i % (size + 1) === 0 ? 1 : 0))
  return e.floats(e.dtype(like), values, shape)
}

/** The product of [from, to]^T with one axis of a gradient, which goes from size `to` back to size `from`. */
function alongAxis(e: Emitter, grad: Value, axis: number, matrix: Value): Value {
  const rank = e.rank(grad)
  if (axis === rank - 1) return e.matMul(grad, e.transpose(matrix, [1, 0]))
  const swap = range(rank).map(at => (at === axis ? rank - 1 : at === rank - 1 ? axis : at))
  return e.transpose(e.matMul(e.transpose(grad, swap), e.transpose(matrix, [1, 0])), swap)
}
