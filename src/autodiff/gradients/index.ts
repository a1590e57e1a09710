import type { OpType } from '../../onnx/index.js'
import { all, type Gradients, noRuleYet, notDifferentiable } from '../rule.js'
import { activations } from './activations.js'
import { arithmetic } from './arithmetic.js'
import { indexing } from './indexing.js'
import { normalization } from './normalization.js'
import { products } from './products.js'
import { reductions } from './reductions.js'
import { shaping } from './shaping.js'
import { trigonometry } from './trigonometry.js'
import { windows } from './windows.js'

const steps = all(['Sign', 'Floor', 'Ceil', 'Round', 'Mod'], notDifferentiable('it is a step function.'))

const truths = all(
  ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Xor', 'Not', 'IsNaN', 'IsInf'],
  notDifferentiable('it gives a truth value.'),
)

const sources = all(
  ['Constant', 'ConstantOfShape', 'Shape', 'Size', 'Range', 'EyeLike'],
  notDifferentiable('its result depends on shapes or on nothing at all.'),
)

const bits = all(
  ['BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'BitwiseNot', 'BitShift'],
  notDifferentiable('it works on the bits of whole numbers.'),
)

const quantized = all(
  [
    ...(['QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear'] as const),
    ...(['MatMulInteger', 'ConvInteger', 'QLinearMatMul', 'QLinearConv'] as const),
  ],
  notDifferentiable('it works on numbers rounded to a few bits. Take the file in float32 instead.'),
)

const control = all(
  ['If', 'Loop', 'Scan'],
  noRuleYet('Export the network without control flow, or keep the layers up to and including it frozen'),
)

const later = all(
  ['Resize', 'Upsample'],
  noRuleYet('Keep the layers up to and including it frozen, so that no gradient has to pass through it'),
)

/**
 * The gradient of every operator of the table. It is total: an operator that is added to src/onnx and forgotten here
 * does not compile.
 */
export const gradients: Gradients<OpType> = {
  ...arithmetic,
  ...products,
  ...activations,
  ...trigonometry,
  ...reductions,
  ...shaping,
  ...indexing,
  ...normalization,
  ...windows,
  ...steps,
  ...truths,
  ...sources,
  ...bits,
  ...quantized,
  ...control,
  ...later,
}
