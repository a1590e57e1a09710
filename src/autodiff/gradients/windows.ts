import type { Value } from '../../onnx/index.js'
import { type Call, type Gradients, noRuleYet } from '../rule.js'
import { elementsPer, expandLike, reshapeLike } from '../shapes.js'

type Operators =
  | ('Conv' | 'ConvTranspose' | 'AveragePool' | 'MaxPool' | 'LpPool' | 'LRN')
  | ('GlobalAveragePool' | 'GlobalMaxPool' | 'GlobalLpPool')

const frozen = 'Keep the layers up to and including it frozen, so that no gradient has to pass through it'

export const windows: Gradients<Operators> = {
  Conv: noRuleYet(frozen),
  ConvTranspose: noRuleYet(frozen),
  AveragePool: noRuleYet(frozen),
  MaxPool: noRuleYet(frozen),
  LpPool: noRuleYet(frozen),
  LRN: noRuleYet(frozen),
  GlobalAveragePool: [({ e, dy, x, y }) => expandLike(e, e.div(dy(), elementsPer(e, x(0), y())), x(0))],
  GlobalMaxPool: [globalMaxPool],
  // d (sum |x|^p)^(1/p) = sign(x) |x / y|^(p-1)
  GlobalLpPool: [
    ({ e, dy, x, y, attributes: { p } }) => {
      const share = e.pow(e.builder.op('Abs', [e.div(x(0), y())]), p - 1)
      return e.mul(dy(), e.mul(e.builder.op('Sign', [x(0)]), share))
    },
  ],
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
