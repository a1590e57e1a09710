/**
 * chiquito: image classifiers from a few hundred photos.
 *
 * @packageDocumentation
 */
export { listBackbones } from './actions/backbones.js'
export { type EvaluateOptions, type EvaluateResult, evaluate } from './actions/evaluate.js'
export { type FindRateOptions, type FindRateResult, findRate } from './actions/find-rate.js'
export type { MeasuredPart } from './actions/measure.js'
export { type PredictOptions, type PredictResult, predict } from './actions/predict.js'
export {
  type LeakedPhoto,
  type TestFigures,
  type TrainOptions,
  type TrainResult,
  train,
} from './actions/train.js'
export type { Optimizer, Update, Updated } from './autodiff/index.js'
export { type AdamWOptions, adamw, type SgdOptions, sgd } from './autodiff/index.js'
export type {
  BackboneDescription,
  BackboneLayer,
  BackboneListing,
  FeatureSpec,
  LayerGroup,
  LoadOptions,
  NetworkOptions,
  Origin,
  Pool,
  Preprocessing,
  TrunkOptions,
} from './backbones/index.js'
export { type Backbone, loadBackbone, type PreprocessingOptions } from './backbones/index.js'
export type { RatePoint } from './charts/index.js'
// What these name in their signatures. Types only: none of it is made or called by hand.
export type { DType, ElementArrays, Tensor, WorkOptions } from './core/index.js'
export { ChiquitoError, type ErrorCode, type Progress, type ProgressEvent } from './core/index.js'
export type {
  Dataset,
  LabelsFrom,
  Oddity,
  OddityKind,
  Photo,
  RecordedPhotos,
  Split,
  SplitRecord,
} from './dataset/index.js'
export type { Device, DeviceOptions } from './engine/index.js'
export type {
  AccuracyFigure,
  ClassEvaluation,
  ClassMetrics,
  Evaluation,
  Interpretation,
  Interval,
  MacroMetrics,
  ReliabilityBin,
  Rows,
  Sample,
} from './evaluate/index.js'
export type { Augmentation, AugmentationDraw, ViewRule } from './images/index.js'
export type { Attribute, Dim, Graph, GraphBuilder, Node, OpType, Value, ValueType } from './onnx/index.js'
export type { JudgedPhoto, PhotoSource, Refused } from './predict/index.js'
export { type Prediction, Predictor } from './predict/index.js'
export type { FeatureStore, FeatureStoreOptions, ModelMetadata } from './run/index.js'
export type {
  Callback,
  Candidate,
  Checkpoint,
  CheckpointStore,
  Choice,
  Classifier,
  CycleOptions,
  EpochRecord,
  FitState,
  Head,
  HeadTensor,
  HeadWeights,
  MixOptions,
  OneCycleOptions,
  RateSearchOptions,
  Schedule,
  StepSettings,
  TrainedNorms,
  Unreadable,
  Validation,
} from './train/index.js'
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
