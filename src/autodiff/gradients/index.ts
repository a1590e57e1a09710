import type { OpType } from '../../onnx/index.js'
import type { Gradients } from '../rule.js'
import { activations } from './activations.js'
import { arithmetic } from './arithmetic.js'
import { convolution } from './convolution.js'
import { indexing } from './indexing.js'
import { normalization } from './normalization.js'
import { pooling } from './pooling.js'
import { products } from './products.js'
import { reductions } from './reductions.js'
import { resizing } from './resizing.js'
import { shaping } from './shaping.js'
import { trigonometry } from './trigonometry.js'
import { without } from './without.js'

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
  ...convolution,
  ...pooling,
  ...resizing,
  ...without,
}
