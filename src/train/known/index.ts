export { appendBefore, type LayersBefore, widthBefore } from './before.js'
export { leastPhotos } from './calibrate.js'
export { appendFamiliarity, appendKnown } from './graph.js'
export {
  type ComparedColumns,
  checkCoverage,
  DEFAULT_COVERAGE,
  isKnowing,
  type KnownBackground,
  type KnownPhotos,
  type KnownRanks,
  thresholdOf,
  type Unknowing,
} from './known.js'
export { type Looks, type OtherThings, partOf } from './looks.js'
export { remember } from './remember.js'
export type { Likeness } from './together.js'
