export {
  type AbstentionFigures,
  type BackgroundFigures,
  backgroundFigures,
  evaluateAbstention,
} from './abstention.js'
export {
  type Calibration,
  type CalibrationFigures,
  calibrationFigures,
  clearTemperature,
  type EceFigure,
  eceInterval,
  equalMassBins,
  equalWidthBins,
  fitTemperature,
  type NoiseFloor,
  noiseFloor,
  type ProbabilityFigures,
  softmaxRows,
  tempered,
} from './calibration/index.js'
export {
  type FoldScore,
  mayBe,
  often,
  type PairedCounts,
  type PairedPhotos,
  pairedFolds,
  pairedInterval,
  repeatedAccuracy,
  resampledInterval,
} from './chance/index.js'
export { type Comparison, comparePredictions } from './compare.js'
export {
  type AccuracyFigure,
  type ClassEvaluation,
  type Evaluation,
  evaluatePredictions,
  type Predictions,
} from './evaluation.js'
export { type Interpretation, interpret, type Sample, samplesOf } from './interpret.js'
export {
  accuracy,
  type ClassMetrics,
  classMetrics,
  confusionMatrix,
  type Interval,
  type MacroMetrics,
  macroMetrics,
  predictions,
  type Rows,
  wilson,
} from './metrics.js'
export {
  binaryAuc,
  brier,
  expectedCalibrationError,
  logLoss,
  lossOf,
  oneVersusRestAuc,
  type ReliabilityBin,
  reliability,
  rocAuc,
} from './scores.js'
export { averageViews } from './tta.js'
