/**
 * chiquito: image classifiers from a few hundred photos.
 *
 * @packageDocumentation
 */
export { type AppOptions, type AppResult, makeApp } from './actions/app.js'
export { listBackbones } from './actions/backbones.js'
export { type ComparedModel, type CompareOptions, type CompareResult, compare } from './actions/compare.js'
export type { NotCompared } from './actions/compare-photos.js'
export {
  type DoctorOptions,
  type DoctorResult,
  doctor,
  type ToldCheck,
  type ToldFinding,
} from './actions/doctor.js'
export { type EditPhotosOptions, type EditPhotosResult, editPhotos } from './actions/edit-photos.js'
export type { EngineChoice } from './actions/engine-choice.js'
export { type EvaluateOptions, type EvaluateResult, evaluate } from './actions/evaluate.js'
export {
  type EvaluateFoldsOptions,
  type EvaluateFoldsResult,
  evaluateFolds,
  type FoldedFigure,
} from './actions/evaluate-folds.js'
export { type ExportOptions, type ExportResult, type ExportTarget, exportModel } from './actions/export.js'
export type { ExportPhotosOptions } from './actions/export-photos.js'
export { type FindRateOptions, type FindRateResult, findRate } from './actions/find-rate.js'
export { ImageData, type ImageDataOptions } from './actions/image-data.js'
export {
  type LikenessOrder,
  type PhotoInFolder,
  type PhotoMemory,
  type PhotosInFolder,
  type PhotosInFolderOptions,
  photosByLikeness,
  photosInFolder,
} from './actions/list-photos.js'
export type { EvaluationDetails, MeasuredPart } from './actions/measure.js'
export type { MeasuredBackground } from './actions/measure-background.js'
export { type PredictOptions, type PredictResult, predict } from './actions/predict.js'
export { type PredictOutOptions, type PredictOutResult, predictOut } from './actions/predict-out.js'
export type { PutRightRequest, PutRightResult } from './actions/put-right.js'
export { type RedoOptions, type RedoResult, redo } from './actions/redo.js'
export { type SplitOptions, type SplitResult, split } from './actions/split.js'
export { type CheckSplitResult, checkSplit, type DividedLeak } from './actions/split-check.js'
export { type FoldCounts, type SplitFoldsResult, splitFolds } from './actions/split-folds.js'
export type { SplitClass, SplitGroup } from './actions/split-words.js'
export { type SweepOptions, type SweepResult, type SweptWay, sweep } from './actions/sweep.js'
export type { SweepGrid } from './actions/sweep-candidates.js'
export type { BesideBest, Standing } from './actions/sweep-standing.js'
export {
  type LeakedPhoto,
  type PassingChecks,
  type TestFigures,
  type TrainOptions,
  type TrainResult,
  train,
} from './actions/train.js'
export type { BackgroundResult } from './actions/train-background.js'
export {
  type FoldResult,
  type TrainFoldsOptions,
  type TrainFoldsResult,
  trainFolds,
} from './actions/train-folds.js'
export { listOperations, type UndoOptions, type UndoResult, undo } from './actions/undo.js'
export { type VerifyOptions, type VerifyResult, verify } from './actions/verify.js'
export {
  type AdamWOptions,
  adamw,
  type Optimizer,
  type SgdOptions,
  sgd,
  type Update,
  type Updated,
} from './autodiff/index.js'
export {
  type Backbone,
  type BackboneDescription,
  type BackboneLayer,
  type BackboneListing,
  type FeatureSpec,
  type LayerGroup,
  type LoadOptions,
  loadBackbone,
  type NetworkOptions,
  type Origin,
  type Pool,
  type Preprocessing,
  type PreprocessingOptions,
  type TrunkOptions,
} from './backbones/index.js'
export type { RatePoint } from './charts/index.js'
// What these name in their signatures. Types only: none of it is made or called by hand.
export {
  ChiquitoError,
  type DType,
  type ElementArrays,
  type ErrorCode,
  type Progress,
  type ProgressEvent,
  type Said,
  type Tensor,
  type WorkOptions,
} from './core/index.js'
export type {
  Background,
  Dataset,
  LabelsFrom,
  LicenceCount,
  LicenceMix,
  LikenessFinder,
  Oddity,
  OddityKind,
  Photo,
  RecordedPhotos,
  SourceCount,
  Split,
  SplitRecord,
  Tie,
  Tied,
  TieKind,
} from './dataset/index.js'
export type {
  EditedPhoto,
  EditKind,
  EvenOutReport,
  EvenPlan,
  FixReport,
  FollowedTables,
  LeftPhoto,
  MarkRequest,
  MarksSet,
  RejectedPhoto,
  Shortcut,
  StaleTable,
} from './doctor/index.js'
export type { Device, DeviceOptions } from './engine/index.js'
export type {
  AbstentionFigures,
  AccuracyFigure,
  BackgroundFigures,
  CalibrationFigures,
  ClassEvaluation,
  ClassMetrics,
  Comparison,
  EceFigure,
  Evaluation,
  Interpretation,
  Interval,
  MacroMetrics,
  NoiseFloor,
  ProbabilityFigures,
  ReliabilityBin,
  Rows,
  Sample,
} from './evaluate/index.js'
export type { Beside, Precision, PrecisionFigures } from './export/index.js'
export type { LeftAlone, ListedOperation } from './files/index.js'
export type { Augmentation, AugmentationDraw, PhotoSize, ViewRule } from './images/index.js'
export type { Attribute, Dim, Graph, GraphBuilder, Node, OpType, Value, ValueType } from './onnx/index.js'
export {
  type Explanation,
  type JudgedPhoto,
  type LargestDifference,
  type PhotoSource,
  type Prediction,
  Predictor,
  type PredictorOptions,
  type Refused,
  type Reproduction,
  type WrittenExplanation,
} from './predict/index.js'
export type { AbstentionFacts } from './report/index.js'
export type { FeatureStore, FeatureStoreOptions, ModelMetadata } from './run/index.js'
export type { LeakingGroup, Separable, SplitLeak } from './splitting/index.js'
export {
  type BesidePhotos,
  type Callback,
  type Candidate,
  type Checkpoint,
  type CheckpointStore,
  type Choice,
  type Classifier,
  type ComparedColumns,
  type CycleOptions,
  type EpochRecord,
  type FineTune,
  type FitOptions,
  type FitState,
  type Head,
  type HeadTensor,
  type HeadWeights,
  type KnownBackground,
  type KnownPhotos,
  type KnownRanks,
  type LayersBefore,
  Learner,
  type LearnerData,
  type LearnerDataOptions,
  type LearnerOptions,
  type MixOptions,
  type OneCycleOptions,
  type RateSearch,
  type RateSearchOptions,
  type RateSpread,
  type Rates,
  type Schedule,
  type Seen,
  type Stage,
  type StepSettings,
  type TrainedNorms,
  type Unknowing,
  type Unreadable,
  type Validation,
} from './train/index.js'
