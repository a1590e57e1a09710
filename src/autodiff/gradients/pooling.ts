import { sizeOf } from '../../core/index.js'
import type { Value } from '../../onnx/index.js'
import { imageGradient } from '../composites/index.js'
import type { Call, Gradients } from '../rule.js'
import { elementsPer, expandLike, knownShape, range, reshapeLike } from '../shapes.js'
import { coverage, type Window, windowsOf } from '../window.js'

type Operators =
  | ('AveragePool' | 'MaxPool' | 'LpPool' | 'LRN')
  | ('GlobalAveragePool' | 'GlobalMaxPool' | 'GlobalLpPool')

export const pooling: Gradients<Operators> = {
  AveragePool: [averagePool],
  MaxPool: [maxPool],
  // d (sum |x|^p)^(1/p) = sign(x) |x|^(p-1) y^(1-p)
  LpPool: [
    call => {
      const { e, x, y, attributes } = call
      const { p } = attributes
      const share = spread(call, e.mul(call.dy(), e.pow(y(), 1 - p)))
      const slope = e.mul(e.builder.op('Sign', [x(0)]), e.pow(e.builder.op('Abs', [x(0)]), p - 1))
      return e.mul(slope, share)
    },
  ],
  LRN: [responseNorm],
  GlobalAveragePool: [({ e, dy, x, y }) => expandLike(e, e.div(dy(), elementsPer(e, x(0), y())), x(0))],
  GlobalMaxPool: [globalMaxPool],
  GlobalLpPool: [
    ({ e, dy, x, y, attributes: { p } }) => {
      const share = e.pow(e.builder.op('Abs', [e.div(x(0), y())]), p - 1)
      return e.mul(dy(), e.mul(e.builder.op('Sign', [x(0)]), share))
    },
  ],
}

/**
 * y = x s^-b with s = k + a mean(x^2) over neighbouring channels (Krizhevsky et al. 2012):
 * dx = dy s^-b - 2 a b x mean'(dy y / s), where mean' goes over the channels that x is a neighbour of.
 */
function responseNorm({ e, dy, x, y, attributes }: Call<'LRN'>): Value {
  const { size, alpha, beta, bias } = attributes
  const ahead = Math.floor((size - 1) / 2)
  const mean = (value: Value, before: number) => {
    // Channels become the first of the axes that are pooled over; what lies outside counts as 0.
    const planes = e.unsqueeze(value, [1])
    const others = range(e.rank(value) - 2).map(() => 0)
    const pooled = e.builder.op('AveragePool', [planes], {
      kernel_shape: [size, ...others.map(() => 1)],
      pads: [before, ...others, size - 1 - before, ...others],
      count_include_pad: 1,
    })
    return e.squeeze(pooled, [1])
  }
  const s = e.add(e.mul(mean(e.square(x(0)), ahead), alpha), bias)
  const back = mean(e.div(e.mul(dy(), y()), s), size - 1 - ahead)
  return e.sub(e.mul(dy(), e.pow(s, -beta)), e.mul(e.mul(x(0), back), 2 * alpha * beta))
}

type PoolCall = Call<'AveragePool'> | Call<'LpPool'>

/** Each window hands its gradient back in equal parts, one for every element that was counted. */
function averagePool(call: Call<'AveragePool'>): Value {
  const { e, x, y, attributes } = call
  const [sizes, results] = [spatialOf(call, x(0)), spatialOf(call, y())]
  const share = windows(call).reduce((grad, window, axis) => {
    const counts = coverage(window, sizes[axis], results[axis], attributes.count_include_pad !== 0)
    if (counts.every(count => count === window.kernel)) return e.div(grad, window.kernel)
    const shape = [counts.length, ...results.slice(axis + 1).map(() => 1)]
    return e.div(grad, e.floats(e.dtype(grad), counts, shape))
  }, call.dy())
  return spread(call, share)
}

/** Adds up, at every element of the input, the values of the windows that cover it. */
function spread(call: PoolCall, value: Value): Value {
  const { e, x, y, refuse } = call
  const kernel = call.attributes.kernel_shape
  const [sizes, results] = [spatialOf(call, x(0)), spatialOf(call, y())]
  const ones = e.floats(e.dtype(value), Array(sizeOf(kernel)).fill(1), [1, 1, ...kernel])
  // Every channel of every image is an image of its own.
  const planes = e.reshape(value, [-1, 1, ...results])
  const sums = imageGradient({ e, windows: windows(call), group: 1, refuse }, planes, ones, [1, 1, ...sizes])
  return reshapeLike(e, sums, x(0))
}

function windows({ e, x, y, attributes, refuse }: PoolCall): Window[] {
  const [inputs, outputs] = [x(0), y()].map(value => e.shape(value).slice(2))
  return windowsOf(attributes.kernel_shape, inputs, outputs, attributes, refuse)
}

function spatialOf({ e, refuse }: PoolCall, value: Value): readonly number[] {
  const sizes = e.shape(value).slice(2)
  return (
    knownShape(sizes) ??
    refuse(`its gradient asks for a fixed image size, but that is [${sizes.join(', ')}]. Give it numbers.`)
  )
}

function maxPool({ e, dy, x, attributes, refuse }: Call<'MaxPool'>): Value {
  const { storage_order, ...given } = attributes
  if (storage_order) refuse('it counts columns first (storage_order). Export it with storage_order 0.')
  return e.builder.op('chiquito:MaxPoolGrad', [x(0), dy()], given)
}

/** The gradient goes to the first of the largest elements, as in PyTorch's adaptive max pooling. */
function globalMaxPool({ e, dy, x }: Call<'GlobalMaxPool'>): Value {
  const flat = e.reshape(x(0), [0, 0, -1])
  const first = e.builder.op('ArgMax', [flat], { axis: 2 })
  const size = e.builder.op('Shape', [flat], { start: 2 })
  const positions = e.builder.op('Range', [e.int(0), e.squeeze(size, [0]), e.int(1)])
  const mask = e.indicator(e.builder.op('Equal', [positions, first]), x(0))
  return reshapeLike(e, e.mul(mask, e.reshape(dy(), [0, 0, -1])), x(0))
}
