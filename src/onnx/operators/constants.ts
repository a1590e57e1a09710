import type { DType, Tensor } from '../../core/index.js'
import { shapeIn } from './shaping.js'
import { type InferContext, int, type Operator, type Outcome, operator, optional } from './spec.js'

const constantAttributes = {
  value: optional('tensor'),
  value_float: optional('float'),
  value_floats: optional('floats'),
  value_int: optional('int'),
  value_ints: optional('ints'),
  value_string: optional('string'),
  value_strings: optional('strings'),
}

/** The dtype and shape of whichever of the attributes is given. */
function constant(context: InferContext<typeof constantAttributes>): Outcome[] {
  const a = context.attributes
  if (a.value) return [{ dtype: a.value.dtype, dims: a.value.shape }]
  if (a.value_float !== undefined) return [{ dtype: 'float32', dims: [] }]
  if (a.value_floats) return [{ dtype: 'float32', dims: [a.value_floats.length] }]
  if (a.value_int !== undefined) return [{ dtype: 'int64', dims: [] }]
  if (a.value_ints) return [{ dtype: 'int64', dims: [a.value_ints.length] }]
  return [undefined]
}

const filled = (tensor: Tensor | undefined): DType => tensor?.dtype ?? 'float32'

export const constants = {
  Constant: operator('', 'output:any', constantAttributes, constant),
  ConstantOfShape: operator('input:int64', 'output:any', { value: optional('tensor') }, context => [
    { dtype: filled(context.attributes.value), dims: shapeIn(context, 0) },
  ]),
  Shape: operator('data:any', 'shape:int64', { start: int(0), end: optional('int') }, context => {
    const rank = context.shape(0)?.slice(context.attributes.start, context.attributes.end).length
    return [[rank ?? context.unknown(0)]]
  }),
  Size: operator('data:any', 'size:int64', {}, () => [[]]),
  EyeLike: operator('input:any', 'output:any', { dtype: optional('dtype'), k: int(0) }, context => [
    { dtype: context.attributes.dtype ?? context.dtype(0), dims: context.shape(0) },
  ]),
} satisfies Record<string, Operator>
