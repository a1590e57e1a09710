export { CHECKPOINT_SECONDS, Checkpoint, type CheckpointStore } from './checkpoint/index.js'
export {
  type ExtractOptions,
  type ExtractorOptions,
  FeatureExtractor,
  type FeatureHelp,
  type Features,
  type HelpWanted,
  headSpec,
  isPhotosFault,
  type MissingViews,
  type PhotoSetAside,
  requireReadableClasses,
  type Unreadable,
  type View,
} from './features/index.js'
export {
  type Classifier,
  classifierGraph,
  fastaiHead,
  type Head,
  HeadRunner,
  type HeadTensor,
  type HeadWeights,
  linearHead,
} from './heads/index.js'
export {
  type ComparedColumns,
  checkCoverage,
  DEFAULT_COVERAGE,
  isKnowing,
  type KnownBackground,
  type KnownPhotos,
  type KnownRanks,
  type LayersBefore,
  type Unknowing,
} from './known/index.js'
export {
  type BesidePhotos,
  Learner,
  LearnerData,
  type LearnerDataOptions,
  type LearnerOptions,
} from './learner/index.js'
export {
  crossValidate,
  type LinearModel,
  LogisticRegression,
  type OutOfFold,
  standardization,
  type ViewedExamples,
} from './logistic/index.js'
export type {
  Callback,
  CycleOptions,
  EpochRecord,
  FitState,
  OneCycleOptions,
  RateSearch,
  RateSearchOptions,
  Schedule,
  Validation,
} from './loop/index.js'
export type { MixOptions, RateSpread, Rates, TrainedNorms } from './network/index.js'
export {
  articlePieces,
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
export {
  abstentionOf,
  calibrationFacts,
  calibrationOf,
  goldenAnswer,
  judge,
  type ModelFacts,
  modelFile,
  type Seen,
  versions,
} from './results/index.js'
export type { FitOptions, Stage } from './stages/index.js'
export type { StepSettings } from './steps/index.js'
export { type Ahead, type Piece, TimePlan } from './time-plan/index.js'
