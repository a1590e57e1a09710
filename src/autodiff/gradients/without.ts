import { type Gradients, noRuleYet, notDifferentiable } from '../rule.js'

const step = notDifferentiable('it is a step function.')
const truth = notDifferentiable('it gives a truth value.')
const bits = notDifferentiable('it works on the bits of whole numbers.')
const source = notDifferentiable('its result depends on shapes or on nothing at all.')
const quantized = notDifferentiable('it works on numbers rounded to a few bits. Take the file in float32.')
const control = noRuleYet('Export the network without control flow, or keep what comes before it frozen')
const once = noRuleYet('It is part of a gradient itself; gradients of gradients are not made here')

type Operators =
  | ('Sign' | 'Floor' | 'Ceil' | 'Round' | 'Mod')
  | ('Equal' | 'Greater' | 'GreaterOrEqual' | 'Less' | 'LessOrEqual' | 'And' | 'Or' | 'Xor' | 'Not')
  | ('IsNaN' | 'IsInf' | 'BitwiseAnd' | 'BitwiseOr' | 'BitwiseXor' | 'BitwiseNot' | 'BitShift')
  | ('Constant' | 'ConstantOfShape' | 'Shape' | 'Size' | 'Range' | 'EyeLike')
  | ('QuantizeLinear' | 'DequantizeLinear' | 'DynamicQuantizeLinear')
  | ('MatMulInteger' | 'ConvInteger' | 'QLinearMatMul' | 'QLinearConv')
  | ('If' | 'Loop' | 'Scan')
  | ('chiquito:ConvInputGrad' | 'chiquito:ConvWeightGrad' | 'chiquito:ReluGrad' | 'chiquito:ClipGrad')
  | ('chiquito:BatchNormTrainGrad' | 'chiquito:MaxPoolGrad')

/** Operators that no gradient passes, by nature or for now. */
export const without: Gradients<Operators> = {
  Sign: step,
  Floor: step,
  Ceil: step,
  Round: step,
  Mod: step,
  Equal: truth,
  Greater: truth,
  GreaterOrEqual: truth,
  Less: truth,
  LessOrEqual: truth,
  And: truth,
  Or: truth,
  Xor: truth,
  Not: truth,
  IsNaN: truth,
  IsInf: truth,
  BitwiseAnd: bits,
  BitwiseOr: bits,
  BitwiseXor: bits,
  BitwiseNot: bits,
  BitShift: bits,
  Constant: source,
  ConstantOfShape: source,
  Shape: source,
  Size: source,
  Range: source,
  EyeLike: source,
  QuantizeLinear: quantized,
  DequantizeLinear: quantized,
  DynamicQuantizeLinear: quantized,
  MatMulInteger: quantized,
  ConvInteger: quantized,
  QLinearMatMul: quantized,
  QLinearConv: quantized,
  If: control,
  Loop: control,
  Scan: control,
  'chiquito:ConvInputGrad': once,
  'chiquito:ConvWeightGrad': once,
  'chiquito:ReluGrad': once,
  'chiquito:ClipGrad': once,
  'chiquito:BatchNormTrainGrad': once,
  'chiquito:MaxPoolGrad': once,
}
