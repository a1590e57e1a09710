import type { AttributeValuesOf, Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import { reshapeLike, zerosLike } from '../shapes.js'

/** The runtime says where each maximum came from (the first one, of equals); the gradient is added there. */
export function maxPoolGradient(
  e: Emitter,
  x: Value,
  grad: Value,
  attributes: AttributeValuesOf<'chiquito:MaxPoolGrad'>,
): Value {
  const [, indices] = e.builder.ops('MaxPool', [x], attributes, 2)
  const flat = (value: Value) => e.reshape(value, [-1])
  const zeros = flat(zerosLike(e, x))
  const sums = e.builder.op('ScatterElements', [zeros, flat(indices), flat(grad)], { reduction: 'add' })
  return reshapeLike(e, sums, x)
}
