export {
  type Best,
  earlyStop,
  keepBest,
  type Restorable,
  recordTo,
  stopOnAbort,
  stopOnDivergence,
  tellProgress,
} from './callbacks.js'
export {
  type Callback,
  type EpochRecord,
  type FitState,
  fit,
  type Position,
  type Trainable,
  type Validation,
} from './loop.js'
export { type RateSearch, type RateSearchOptions, rateSearch, searchRate } from './rate-finder.js'
export { type CycleOptions, type OneCycleOptions, oneCycle, restarts, type Schedule } from './schedule.js'
