export {
  type ExtractOptions,
  type ExtractorOptions,
  FeatureExtractor,
  type Features,
  type Unreadable,
} from './extractor.js'
export type { FeatureHelp, HelpWanted, MissingViews, PhotoSetAside } from './help.js'
export { isPhotosFault, lostMeanwhile } from './lost-photo.js'
export {
  allAlike,
  partNames,
  requireDifferences,
  requireEveryClass,
  requireReadableClasses,
} from './readable.js'
export { headSpec } from './spec.js'
export type { View } from './view.js'
