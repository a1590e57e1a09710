import { broadcastShapes } from './dims.js'
import {
  float,
  type InferContext,
  int,
  type Operator,
  type Outcome,
  operator,
  optional,
  required,
  string,
} from './spec.js'

/** The first input's shape. */
export const sameShape = (context: InferContext): Outcome[] => [context.shape(0)]

/** All inputs broadcast together. */
export const broadcast = (context: InferContext): Outcome[] => [
  broadcastShapes(
    context,
    Array.from({ length: context.inputCount }, (_, i) => context.shape(i)),
  ),
]

const legacyBroadcast = { axis: { kind: 'int', until: 7 }, broadcast: { kind: 'int', until: 7 } } as const
const binary = (type: 'N' | 'F' | 'T') =>
  operator(`A:${type} B:${type}`, `C:${type}`, {}, broadcast, { others: legacyBroadcast })
const unary = (type: 'N' | 'F' | 'T' | 'bool') => operator(`X:${type}`, `Y:${type}`, {}, sameShape)
const compare = (type: 'N' | 'T' | 'bool') =>
  operator(`A:${type} B:${type}`, 'C:bool', {}, broadcast, { others: legacyBroadcast })
const many = (type: 'N' | 'F') => operator(`inputs*:${type}`, `result:${type}`, {}, broadcast)
const scaled = (alpha: number) => operator('X:F', 'Y:F', { alpha: float(alpha) }, sameShape)

export const elementwise = {
  Add: binary('N'),
  Sub: binary('N'),
  Mul: binary('N'),
  Div: binary('N'),
  Mod: operator('A:N B:N', 'C:N', { fmod: int(0) }, broadcast),
  Pow: operator('X:N Y:N1', 'Z:N', {}, broadcast, { others: legacyBroadcast }),
  Min: many('N'),
  Max: many('N'),
  Sum: many('F'),
  Mean: many('F'),

  Abs: unary('N'),
  Neg: unary('N'),
  Sign: unary('N'),
  Sqrt: unary('F'),
  Exp: unary('F'),
  Log: unary('F'),
  Reciprocal: unary('F'),
  Floor: unary('F'),
  Ceil: unary('F'),
  Round: unary('F'),
  Erf: unary('N'),
  Sin: unary('F'),
  Cos: unary('F'),
  Tan: unary('F'),
  Asin: unary('F'),
  Acos: unary('F'),
  Atan: unary('F'),
  Sinh: unary('F'),
  Cosh: unary('F'),
  Asinh: unary('F'),
  Acosh: unary('F'),
  Atanh: unary('F'),

  Relu: unary('N'),
  Sigmoid: unary('F'),
  Tanh: unary('F'),
  Softplus: unary('F'),
  Softsign: unary('F'),
  HardSwish: unary('F'),
  Mish: unary('F'),
  Gelu: operator('X:F', 'Y:F', { approximate: string('none') }, sameShape),
  LeakyRelu: scaled(0.01),
  Elu: scaled(1),
  Celu: scaled(1),
  ThresholdedRelu: scaled(1),
  HardSigmoid: operator('X:F', 'Y:F', { alpha: float(0.2), beta: float(0.5) }, sameShape),
  Selu: operator('X:F', 'Y:F', { alpha: float(1.6732632), gamma: float(1.050701) }, sameShape),
  Shrink: operator('X:N', 'Y:N', { bias: float(0), lambd: float(0.5) }, sameShape),
  PRelu: operator('X:N slope:N', 'Y:N', {}, sameShape),
  Clip: operator('X:N min@11?:N max@11?:N', 'Y:N', {}, sameShape, {
    others: { min: { kind: 'float', until: 11 }, max: { kind: 'float', until: 11 } },
  }),
  Dropout: operator(
    'data:F ratio@12?:F1 training_mode@12?:bool',
    'output:F mask?:bool',
    { seed: optional('int') },
    // The mask was of the data's type before operator set 10.
    context => [
      context.shape(0),
      { dtype: context.opset < 10 ? context.dtype(0) : 'bool', dims: context.shape(0) },
    ],
    { others: { ratio: { kind: 'float', until: 12 }, is_test: { kind: 'int', until: 7 } } },
  ),

  Equal: compare('T'),
  Greater: compare('N'),
  GreaterOrEqual: compare('N'),
  Less: compare('N'),
  LessOrEqual: compare('N'),
  And: compare('bool'),
  Or: compare('bool'),
  Xor: compare('bool'),
  Not: unary('bool'),
  BitwiseAnd: operator('A:N B:N', 'C:N', {}, broadcast),
  BitwiseOr: operator('A:N B:N', 'C:N', {}, broadcast),
  BitwiseXor: operator('A:N B:N', 'C:N', {}, broadcast),
  BitwiseNot: unary('N'),
  BitShift: operator('X:N Y:N', 'Z:N', { direction: required('string') }, broadcast),
  IsNaN: operator('X:F', 'Y:bool', {}, sameShape),
  IsInf: operator('X:F', 'Y:bool', { detect_negative: int(1), detect_positive: int(1) }, sameShape),
  Where: operator('condition:bool X:T Y:T', 'output:T', {}, broadcast),

  Identity: unary('T'),
  Cast: operator(
    'input:any',
    'output:any',
    { to: required('dtype'), saturate: int(1) },
    context => [{ dtype: context.attributes.to, dims: context.shape(0) }],
    { others: { round_mode: { kind: 'string', since: 24 } } },
  ),
  CastLike: operator('input:any target_type:T', 'output:T', { saturate: int(1) }, sameShape, {
    others: { round_mode: { kind: 'string', since: 24 } },
  }),
} satisfies Record<string, Operator>
