import type { Value } from '../../onnx/index.js'
import type { Emitter } from '../emit.js'
import type { Gradients } from '../rule.js'

type Operators =
  | ('Sin' | 'Cos' | 'Tan' | 'Asin' | 'Acos' | 'Atan')
  | ('Sinh' | 'Cosh' | 'Asinh' | 'Acosh' | 'Atanh')

export const trigonometry: Gradients<Operators> = {
  Sin: [({ e, dy, x }) => e.mul(dy(), e.builder.op('Cos', [x(0)]))],
  Cos: [({ e, dy, x }) => e.neg(e.mul(dy(), e.builder.op('Sin', [x(0)])))],
  Tan: [({ e, dy, y }) => e.mul(dy(), e.add(e.square(y()), 1))],
  Asin: [({ e, dy, x }) => e.div(dy(), root(e, e.subFrom(1, e.square(x(0)))))],
  Acos: [({ e, dy, x }) => e.neg(e.div(dy(), root(e, e.subFrom(1, e.square(x(0))))))],
  Atan: [({ e, dy, x }) => e.div(dy(), e.add(e.square(x(0)), 1))],
  Sinh: [({ e, dy, x }) => e.mul(dy(), e.builder.op('Cosh', [x(0)]))],
  Cosh: [({ e, dy, x }) => e.mul(dy(), e.builder.op('Sinh', [x(0)]))],
  Asinh: [({ e, dy, x }) => e.div(dy(), root(e, e.add(e.square(x(0)), 1)))],
  Acosh: [({ e, dy, x }) => e.div(dy(), root(e, e.sub(e.square(x(0)), 1)))],
  Atanh: [({ e, dy, x }) => e.div(dy(), e.subFrom(1, e.square(x(0))))],
}

function root(e: Emitter, value: Value): Value {
  return e.builder.op('Sqrt', [value])
}
