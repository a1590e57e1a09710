import { batchNormTrain, batchNormTrainGrad } from './batch-norm.js'
import { conv } from './conv.js'
import { addition, division, mask, several, unary } from './elementwise.js'
import { convInputGrad } from './input-grad.js'
import { maxPoolGrad } from './max-pool-grad.js'
import { expand, globalAveragePool, maxPool, reduceSum } from './pools.js'
import type { Rule } from './rule.js'
import { convWeightGrad } from './weight-grad.js'

/** Operators that blocks can do; all others get plain images. */
export const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['Conv', conv],
  ['chiquito:ConvInputGrad', convInputGrad],
  ['chiquito:ConvWeightGrad', convWeightGrad],
  ['chiquito:MaxPoolGrad', maxPoolGrad],
  ['chiquito:ReluGrad', mask],
  ['chiquito:ClipGrad', mask],
  ['chiquito:BatchNormTrain', batchNormTrain],
  ['chiquito:BatchNormTrainGrad', batchNormTrainGrad],
  ['Add', addition],
  ['Sub', addition],
  ['Mul', several],
  ['Sum', several],
  ['Div', division],
  ['Relu', unary],
  ['Clip', unary],
  ['LeakyRelu', unary],
  ['Sigmoid', unary],
  ['HardSigmoid', unary],
  ['HardSwish', unary],
  ['Tanh', unary],
  ['Neg', unary],
  ['Identity', unary],
  ['GlobalAveragePool', globalAveragePool],
  ['MaxPool', maxPool],
  ['ReduceSum', reduceSum],
  ['Expand', expand],
])
