export { type BatchNormOptions, type BatchNormResult, batchNorm } from './batch-norm.js'
export { checkGradients, type GradientCheck, type GradientFinding } from './check.js'
export { expandComposites, expandNode, isComposite } from './composites/index.js'
export { type DifferentiateOptions, differentiate } from './differentiate.js'
export { dropout } from './dropout.js'
export { Emitter } from './emit.js'
export { gradients } from './gradients/index.js'
export { type CrossEntropyOptions, crossEntropy } from './losses.js'
export {
  type AdamWOptions,
  adamw,
  clipByGlobalNorm,
  type Optimizer,
  type SgdOptions,
  sgd,
  type Update,
  type Updated,
} from './optimizers.js'
export { type Gradient, type Gradients, noRuleYet, notDifferentiable } from './rule.js'
export { type BatchNormChoice, type TrainedBatchNorm, trainBatchNorm } from './train-batch-norm.js'
export { nextName, type TrainingStep, type TrainingStepOptions, trainingStep } from './training-step.js'
