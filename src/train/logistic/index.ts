export { crossValidate, type OutOfFold, type ViewedExamples } from './cross-validate.js'
export { type LinearModel, LogisticRegression, linearLogits } from './logistic.js'
export {
  type Block,
  keptColumns,
  type Standardization,
  standardization,
  standardizeInto,
} from './standardize.js'
