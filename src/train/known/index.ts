export { leastPhotos } from './calibrate.js'
export { appendKnown } from './graph.js'
export {
  checkCoverage,
  DEFAULT_COVERAGE,
  isKnowing,
  type KnownPhotos,
  type KnownRanks,
  type Unknowing,
} from './known.js'
export { type Looks, remember } from './remember.js'
