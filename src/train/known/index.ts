export { leastPhotos } from './calibrate.js'
export { appendKnown } from './graph.js'
export {
  type Columns,
  checkCoverage,
  DEFAULT_COVERAGE,
  isKnowing,
  type KnownPhotos,
  type KnownRanks,
  type Unknowing,
} from './known.js'
export { type Looks, remember } from './remember.js'
