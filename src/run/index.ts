export { FeatureStore, type FeatureStoreOptions, featureKey, openFeatureStore } from './feature-store.js'
export { graphDigest } from './graph-digest.js'
export { isMetadataSame } from './metadata-digest.js'
export { inputNote, modelMetadataEntries } from './model-bundle.js'
export {
  MAX_SHORTCUTS,
  type ModelMetadata,
  parseModelMetadata,
  thresholdIn,
} from './model-metadata.js'
export { portableModel } from './portable.js'
export type { Division } from './run-division.js'
export { MAX_CHECKPOINT_BYTES, RunFolder } from './run-folder.js'
export { isRunBusy, type RunFile, removeRun, requireRemovable } from './run-place.js'
export type { RunDetails, RunRecord, RunState } from './run-record.js'
