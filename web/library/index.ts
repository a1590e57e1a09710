// The door of `chiquito/web`.
export { ChiquitoError, type ErrorCode } from '../../src/core/error.js'
export { loadModel } from './load-model.js'
export type {
  CheckResult,
  Classifier,
  ClassifyAllOptions,
  ClassifyOptions,
  Explanation,
  ImageInput,
  LoadOptions,
  LoadProgress,
  ModelSource,
  Outcome,
  RuntimeFiles,
  Verdict,
} from './types.js'
