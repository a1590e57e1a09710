import type { Value } from '../../onnx/index.js'
import { type Call, everyInput, type Gradients } from '../rule.js'

type Operators =
  | ('Add' | 'Sub' | 'Mul' | 'Div' | 'Pow' | 'Min' | 'Max' | 'Sum' | 'Mean' | 'Where')
  | ('Neg' | 'Abs' | 'Sqrt' | 'Exp' | 'Log' | 'Reciprocal')

export const arithmetic: Gradients<Operators> = {
  Add: everyInput(({ dy }) => dy()),
  Sub: [({ dy }) => dy(), ({ e, dy }) => e.neg(dy())],
  Mul: [({ e, dy, x }) => e.mul(dy(), x(1)), ({ e, dy, x }) => e.mul(dy(), x(0))],
  // d(a/b)/db = -y/b
  Div: [({ e, dy, x }) => e.div(dy(), x(1)), ({ e, dy, x, y }) => e.neg(e.div(e.mul(dy(), y()), x(1)))],
  Pow: [powBase, powExponent],
  Min: everyInput(chosen),
  Max: everyInput(chosen),
  Sum: everyInput(({ dy }) => dy()),
  Mean: everyInput(({ e, dy, inputCount }) => e.mul(dy(), 1 / inputCount)),
  Where: [
    null,
    ({ e, dy, x }) => e.builder.op('Where', [x(0), dy(), e.floats(e.dtype(dy()), [0])]),
    ({ e, dy, x }) => e.builder.op('Where', [x(0), e.floats(e.dtype(dy()), [0]), dy()]),
  ],

  Neg: [({ e, dy }) => e.neg(dy())],
  Abs: [({ e, dy, x }) => e.mul(dy(), e.builder.op('Sign', [x(0)]))],
  Sqrt: [({ e, dy, y }) => e.div(e.mul(dy(), 0.5), y())],
  Exp: [({ e, dy, y }) => e.mul(dy(), y())],
  Log: [({ e, dy, x }) => e.div(dy(), x(0))],
  Reciprocal: [({ e, dy, y }) => e.neg(e.mul(dy(), e.square(y())))],
}

/** d(x^p)/dx = p x^(p-1) */
function powBase({ e, dy, x }: Call<'Pow'>): Value {
  const exponent = e.cast(x(1), e.dtype(x(0)))
  return e.mul(dy(), e.mul(e.pow(x(0), e.sub(exponent, 1)), exponent))
}

/** d(x^p)/dp = y log x, and 0 where x is 0: the limit for p > 0. */
function powExponent({ e, dy, x, y }: Call<'Pow'>): Value {
  const isZero = e.builder.op('Equal', [x(0), e.floats(e.dtype(x(0)), [0])])
  const base = e.builder.op('Where', [isZero, e.floats(e.dtype(x(0)), [1]), x(0)])
  return e.mul(dy(), e.mul(y(), e.cast(e.builder.op('Log', [base]), e.dtype(y()))))
}

/** The gradient goes to the input that was chosen; inputs that tie share it. */
function chosen({ e, dy, x, y, inputCount }: Call<'Min' | 'Max'>, input: number): Value {
  const masks = Array.from({ length: inputCount }, (_, i) =>
    e.indicator(e.builder.op('Equal', [x(i), y()]), y()),
  )
  const [first, ...rest] = masks
  return e.mul(dy(), e.div(masks[input], e.sumOf([first, ...rest])))
}
