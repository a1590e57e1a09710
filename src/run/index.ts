export { FeatureStore, type FeatureStoreOptions, featureKey } from './feature-store.js'
export { inputNote, type ModelMetadata, modelMetadataEntries, parseModelMetadata } from './model-bundle.js'
export { MAX_CHECKPOINT_BYTES, type RunFile, RunFolder } from './run-folder.js'
export type { RunDetails, RunRecord, RunState } from './run-record.js'
