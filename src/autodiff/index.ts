export { type BatchNormOptions, type BatchNormResult, batchNorm } from './batch-norm.js'
export { checkGradients, type GradientCheck, type GradientFinding } from './check.js'
export { expandComposites } from './composites/index.js'
export { type DifferentiateOptions, differentiate } from './differentiate.js'
export { dropout } from './dropout.js'
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
export { nextName, type TrainingStep, type TrainingStepOptions, trainingStep } from './training-step.js'
