import type { Tensor } from '../../core/index.js'
import type { Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'

/** A bound as a number where it is constant; undefined where there is none. */
export type Bound = number | Value | undefined

/** dY where y is above 0. */
export function reluGradient(e: Emitter, y: Value, grad: Value): Value {
  return e.mul(grad, e.positive(y))
}

/** dY strictly between the bounds, 0 at and beyond them: what PyTorch's ReLU6 does. */
export function clipGradient(e: Emitter, y: Value, grad: Value, low: Bound, high: Bound): Value {
  if (low !== undefined && high !== undefined) return e.mul(grad, between(e, y, low, high))
  if (low !== undefined) return e.mul(grad, e.positive(e.sub(y, low)))
  if (high === undefined) return e.mul(grad, 1)
  return e.mul(grad, e.positive(typeof high === 'number' ? e.subFrom(high, y) : e.sub(high, y)))
}

/** 1 where low < value < high; products of differences are positive exactly there. */
export function between(e: Emitter, value: Value, low: number | Value, high: number | Value): Value {
  const above = e.sub(value, low)
  const below = typeof high === 'number' ? e.subFrom(high, value) : e.sub(high, value)
  return e.positive(e.mul(above, below))
}

/** A bound that is a constant as a number; undefined when it is too far to be reached. */
export function boundOf(value: Value, tensor: Tensor | undefined): Bound {
  if (tensor?.dtype !== 'float32' && tensor?.dtype !== 'float64') return value
  // Exporters write "no bound" as the largest float32 or infinity, which would overflow in products.
  const unreachable = 1e30
  return Math.abs(tensor.data[0]) < unreachable ? tensor.data[0] : undefined
}
