import type { DType } from '../../core/index.js'
import { dtypeOfCode } from '../dtypes.js'
import { matMulShape } from './products.js'
import { type InferContext, int, type Operator, operator } from './spec.js'
import { convolutionAttributes, convShape } from './windows.js'

/** As asked for, or the zero point's, or uint8 when there is neither. */
function quantizedType(context: InferContext<{ output_dtype: ReturnType<typeof int> }>): DType | undefined {
  const asked = context.attributes.output_dtype
  if (asked !== 0) return dtypeOfCode(asked)
  return context.has(2) ? context.dtype(2) : 'uint8'
}

export const quantization = {
  QuantizeLinear: operator(
    'x:N y_scale:N1 y_zero_point?:N2',
    'y:any',
    { axis: int(1), block_size: int(0), output_dtype: int(0), saturate: int(1) },
    context => [{ dtype: quantizedType(context), dims: context.shape(0) }],
    { others: { precision: { kind: 'int', since: 23 } } },
  ),
  DequantizeLinear: operator(
    'x:N x_scale:F x_zero_point?:N',
    'y:F',
    { axis: int(1), block_size: int(0) },
    context => [context.shape(0)],
    { others: { output_dtype: { kind: 'int', since: 23 } } },
  ),
  DynamicQuantizeLinear: operator('x:F', 'y:uint8 y_scale:F y_zero_point:uint8', {}, context => [
    context.shape(0),
    [],
    [],
  ]),
  MatMulInteger: operator('A:N1 B:N2 a_zero_point?:N1 b_zero_point?:N2', 'Y:int32', {}, context =>
    matMulShape(context),
  ),
  ConvInteger: operator(
    'x:N1 w:N2 x_zero_point?:N1 w_zero_point?:N2',
    'y:int32',
    convolutionAttributes,
    context => [convShape(context, context.attributes, 1)],
  ),
  QLinearMatMul: operator(
    'a:N1 a_scale:F a_zero_point:N1 b:N2 b_scale:F b_zero_point:N2 y_scale:F y_zero_point:N3',
    'y:N3',
    {},
    context => matMulShape(context, 3),
  ),
  QLinearConv: operator(
    'x:N1 x_scale:float32 x_zero_point:N1 w:N2 w_scale:float32 w_zero_point:N2 y_scale:float32 y_zero_point:N3 B?:int32',
    'y:N3',
    convolutionAttributes,
    context => [convShape(context, context.attributes, 3)],
  ),
} satisfies Record<string, Operator>
