export { CHECKPOINT_SECONDS, Checkpoint, type CheckpointStore } from './checkpoint/index.js'
export { type Classifier, classifierGraph, HeadRunner, type HeadWeights } from './classifier.js'
export { crossValidate, type OutOfFold, type ViewedExamples } from './cross-validate.js'
export {
  type ExtractOptions,
  type ExtractorOptions,
  FeatureExtractor,
  type Features,
  type Unreadable,
  type View,
} from './extractor.js'
export type { HeadTensor } from './head.js'
export { fastaiHead, type Head, linearHead } from './head.js'
export { ImageData, type ImageDataOptions } from './image-data.js'
export { Learner } from './learner.js'
export type { LearnerOptions } from './learner-options.js'
export { type LinearModel, LogisticRegression } from './logistic.js'
export type { Callback, EpochRecord, FitState, Validation } from './loop.js'
export { fingerprintSeen } from './lost-photo.js'
export { type ModelFacts, modelFile } from './model-file.js'
export type { RateSpread, Rates } from './network/groups.js'
export type { MixOptions } from './network/mix.js'
export type { TrainedNorms } from './network/step-graph.js'
export type { RateSearch, RateSearchOptions } from './rate-finder.js'
export { requireReadableClasses } from './readable.js'
export {
  autoCandidates,
  autoSpec,
  type Candidate,
  type Choice,
  examplesOf,
  type FineTune,
  fineTunes,
  type Recipe,
  type RecipeOptions,
  type RecipeResult,
  recipeNamed,
  recipes,
} from './recipes/index.js'
export type { CycleOptions, OneCycleOptions, Schedule } from './schedule.js'
export { judge, type Seen } from './seen.js'
export { headSpec } from './spec.js'
export type { FitOptions, Stage } from './stage.js'
export { standardization } from './standardize.js'
export type { StepSettings } from './step-runner.js'
export { versions } from './versions.js'
