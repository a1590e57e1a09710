import type { Value } from '../../onnx/index.js'
import { between } from '../composites/index.js'
import type { Emitter } from '../emit.js'
import type { Call, Gradients } from '../rule.js'
import { fromStart } from '../shapes.js'

type Operators =
  | ('Relu' | 'Clip' | 'Sigmoid' | 'Tanh' | 'Softplus' | 'Softsign' | 'LeakyRelu' | 'PRelu')
  | ('Elu' | 'Celu' | 'Selu' | 'ThresholdedRelu' | 'Shrink')
  | ('HardSigmoid' | 'HardSwish' | 'Erf' | 'Gelu' | 'Mish' | 'Softmax' | 'LogSoftmax' | 'Dropout')

/** Where an activation's own output tells its slope, the input need not be kept in memory. */
export const activations: Gradients<Operators> = {
  Relu: [({ e, dy, y }) => e.builder.op('chiquito:ReluGrad', [y(), dy()])],
  Clip: [clip, null, null],
  Sigmoid: [({ e, dy, y }) => e.mul(dy(), e.mul(y(), e.subFrom(1, y())))],
  Tanh: [({ e, dy, y }) => e.mul(dy(), e.subFrom(1, e.square(y())))],
  Softplus: [({ e, dy, x }) => e.mul(dy(), e.builder.op('Sigmoid', [x(0)]))],
  // 1 / (1 + |x|)^2
  Softsign: [({ e, dy, x }) => e.div(dy(), e.square(e.add(e.builder.op('Abs', [x(0)]), 1)))],
  LeakyRelu: [
    ({ e, dy, x, attributes }) =>
      e.mul(dy(), e.add(e.mul(e.positive(x(0)), 1 - attributes.alpha), attributes.alpha)),
  ],
  PRelu: [
    ({ e, dy, x }) => {
      const mask = e.positive(x(0))
      return e.mul(dy(), e.add(mask, e.mul(e.subFrom(1, mask), x(1))))
    },
    ({ e, dy, x }) => e.mul(dy(), e.builder.op('Min', [x(0), e.floats(e.dtype(x(0)), [0])])),
  ],
  // Below zero alpha exp(x) = y + alpha, exp(x / alpha) = y / alpha + 1 and gamma alpha exp(x) = y + gamma alpha.
  Elu: [({ e, y, attributes, ...call }) => bent({ e, ...call }, 1, e.add(y(), attributes.alpha))],
  Celu: [({ e, y, attributes, ...call }) => bent({ e, ...call }, 1, e.add(e.div(y(), attributes.alpha), 1))],
  Selu: [
    ({ e, y, attributes: { alpha, gamma }, ...call }) =>
      bent({ e, ...call }, gamma, e.add(y(), gamma * alpha)),
  ],
  ThresholdedRelu: [({ e, dy, x, attributes }) => e.mul(dy(), e.positive(e.sub(x(0), attributes.alpha)))],
  Shrink: [
    ({ e, dy, x, attributes }) =>
      e.mul(dy(), e.positive(e.sub(e.builder.op('Abs', [x(0)]), attributes.lambd))),
  ],
  HardSigmoid: [({ e, dy, y, attributes }) => e.mul(e.mul(dy(), attributes.alpha), between(e, y(), 0, 1))],
  HardSwish: [hardSwish],
  Erf: [({ e, dy, x }) => e.mul(dy(), e.mul(bell(e, x(0), 1), 2 / Math.sqrt(Math.PI)))],
  Gelu: [gelu],
  Mish: [mish],
  Softmax: [softmax],
  // dx = dy - softmax(x) sum(dy)
  LogSoftmax: [
    ({ e, dy, y, attributes }) => {
      const axis = fromStart(attributes.axis, e.rank(y()))
      return e.sub(dy(), e.mul(e.builder.op('Exp', [y()]), e.reduceSum(dy(), [axis])))
    },
  ],
  Dropout: [dropout, null, null],
}

/** dy times one slope above zero and another at and below it. */
function bent({ e, dy, x }: Pick<Call, 'e' | 'dy' | 'x'>, above: number, below: Value): Value {
  const mask = e.positive(x(0))
  return e.mul(dy(), e.add(e.mul(mask, above), e.mul(e.subFrom(1, mask), below)))
}

/** Bounds are constants of the operator here; nothing descends on them. */
function clip(call: Call<'Clip'>): Value {
  const { e, dy, y, node } = call
  const [, low, high] = node.inputs
  return low || high
    ? e.builder.op('chiquito:ClipGrad', [y(), dy(), low || undefined, high || undefined])
    : dy()
}

/** y = x h, h = clip(x / 6 + 1/2, 0, 1): dy/dx = h + x/6 inside. */
function hardSwish({ e, dy, x }: Call<'HardSwish'>): Value {
  const unclipped = e.add(e.mul(x(0), 1 / 6), 0.5)
  const [zero, one] = [0, 1].map(bound => e.floats(e.dtype(x(0)), [bound]))
  const h = e.builder.op('Clip', [unclipped, zero, one])
  return e.mul(dy(), e.add(h, e.mul(e.mul(x(0), 1 / 6), between(e, h, 0, 1))))
}

/** y = x P(x) with P the normal distribution (Hendrycks and Gimpel 2016), or its approximation by tanh. */
function gelu({ e, dy, x, attributes }: Call<'Gelu'>): Value {
  if (attributes.approximate === 'tanh') {
    // y = x/2 (1 + t), t = tanh(c (x + k x^3))
    const [c, k] = [Math.sqrt(2 / Math.PI), 0.044715]
    const squared = e.square(x(0))
    const t = e.builder.op('Tanh', [e.mul(e.mul(x(0), c), e.add(e.mul(squared, k), 1))])
    const inner = e.mul(e.add(e.mul(squared, 3 * k), 1), c)
    const slope = e.mul(e.mul(x(0), 0.5), e.mul(e.subFrom(1, e.square(t)), inner))
    return e.mul(dy(), e.add(e.mul(e.add(t, 1), 0.5), slope))
  }
  const p = e.mul(e.add(e.builder.op('Erf', [e.mul(x(0), Math.SQRT1_2)]), 1), 0.5)
  const density = e.mul(bell(e, x(0), 0.5), 1 / Math.sqrt(2 * Math.PI))
  return e.mul(dy(), e.add(p, e.mul(x(0), density)))
}

/** exp(-k x^2) */
function bell(e: Emitter, x: Value, k: number): Value {
  return e.builder.op('Exp', [e.mul(e.square(x), -k)])
}

/** y = x t, t = tanh(softplus(x)): dy/dx = t + x (1 - t^2) sigmoid(x). */
function mish({ e, dy, x }: Call<'Mish'>): Value {
  const t = e.builder.op('Tanh', [e.builder.op('Softplus', [x(0)])])
  const slope = e.mul(e.subFrom(1, e.square(t)), e.builder.op('Sigmoid', [x(0)]))
  return e.mul(dy(), e.add(t, e.mul(x(0), slope)))
}

/** dx = y (dy - sum(dy y)) */
function softmax({ e, dy, y, attributes }: Call<'Softmax'>): Value {
  const axis = fromStart(attributes.axis, e.rank(y()))
  const mean = e.reduceSum(e.mul(dy(), y()), [axis])
  return e.mul(y(), e.sub(dy(), mean))
}

/** In evaluation mode, as exported, Dropout passes its input on. */
function dropout({ dy, has, constant, refuse }: Call<'Dropout'>): Value {
  const mode = constant(2)
  if (!has(2) || (mode?.dtype === 'bool' && mode.data[0] === 0)) return dy()
  return refuse(
    'it draws its own mask in training mode. Multiply by a mask that is an input instead (dropout).',
  )
}
