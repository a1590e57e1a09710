export { leastPhotos } from './calibrate.js'
export { appendKnown } from './graph.js'
export {
  type Calibration,
  checkCoverage,
  DEFAULT_COVERAGE,
  isKnowing,
  type Known,
  type Unknowing,
} from './known.js'
export { type Looks, remember } from './remember.js'
