import type { OpType } from '../../onnx/index.js'
import { all, type Gradients, noRuleYet, notDifferentiable } from '../rule.js'
import { activations } from './activations.js'
import { arithmetic } from './arithmetic.js'
import { normalization } from './normalization.js'
import { products } from './products.js'
import { reductions } from './reductions.js'
import { shaping } from './shaping.js'
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

const later = all(
  ['Resize'],
  noRuleYet('Keep the layers up to and including it frozen, or add its rule to src/autodiff/gradients'),
)

/**
 * The gradient of every operator of the table. It is total: an operator that is added to src/onnx and forgotten here
 * does not compile.
 */
export const gradients: Gradients<OpType> = {
  ...arithmetic,
  ...products,
  ...activations,
  ...reductions,
  ...shaping,
  ...normalization,
  ...windows,
  ...steps,
  ...truths,
  ...sources,
  ...later,
}
