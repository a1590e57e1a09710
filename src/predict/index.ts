export { checkedAnswers, type RawAnswers } from './answers.js'
export type { Explanation } from './explanation.js'
export { Familiar } from './familiar.js'
export { goldenViews } from './golden-views.js'
export { noneRead } from './none-read.js'
export {
  type JudgedPhoto,
  type PhotoSource,
  type PredictAllOptions,
  predictAll,
  type Refused,
  type WrittenExplanation,
} from './predict-all.js'
export { Predictor, type PredictorOptions } from './predictor.js'
export { type Prediction, verdictOf } from './verdict.js'
export { type LargestDifference, type Reproduction, reproduceGolden } from './verify.js'
