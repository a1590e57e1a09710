/**
 * chiquito: image classifiers from a few hundred photos.
 *
 * @packageDocumentation
 */
export { listBackbones } from './actions/backbones.js'
export { type EvaluateOptions, type EvaluateResult, evaluate } from './actions/evaluate.js'
export { type FindRateOptions, type FindRateResult, findRate } from './actions/find-rate.js'
export { type PredictOptions, type PredictResult, predict } from './actions/predict.js'
export { type TrainOptions, type TrainResult, train } from './actions/train.js'
export { type AdamWOptions, adamw, type SgdOptions, sgd } from './autodiff/index.js'
export { type Backbone, loadBackbone, type PreprocessingOptions } from './backbones/index.js'
export { ChiquitoError, type ErrorCode, type Progress, type ProgressEvent } from './core/index.js'
export type { Evaluation, Interval } from './evaluate/index.js'
export type { Augmentation } from './images/index.js'
export { type Prediction, Predictor } from './predict/index.js'
export {
  type FineTune,
  type FitOptions,
  ImageData,
  type ImageDataOptions,
  Learner,
  type LearnerOptions,
  type RateSearch,
  type RateSpread,
  type Rates,
  type Seen,
  type Stage,
} from './train/index.js'
