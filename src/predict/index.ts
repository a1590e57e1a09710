export { Familiar } from './familiar.js'
export { goldenViews } from './golden-views.js'
export { noneRead } from './none-read.js'
export {
  type JudgedPhoto,
  type PhotoSource,
  type PredictAllOptions,
  type Prediction,
  Predictor,
  predictAll,
  type Refused,
} from './predictor.js'
export { type LargestDifference, type Reproduction, reproduceGolden } from './verify.js'
