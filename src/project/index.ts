export { makeFolder, removeLeftovers, replaceFile, temporaryPath, writeFileAtomic } from './atomic.js'
export { type CacheSurroundings, cacheFolder } from './cache-folder.js'
export { byContent, type Comparable, exactCopies, type Leak, labelConflicts, leaks } from './copies.js'
export { type Dataset, type DatasetOptions, openDataset } from './dataset.js'
export { FeatureStore, type FeatureStoreOptions, featureKey } from './feature-store.js'
export { fingerprintOf } from './fingerprint.js'
export { type HashedFile, hashFiles } from './hash-files.js'
export { errorCode, ioError } from './io-error.js'
export { type Release, takeLock, waitForLock } from './lock.js'
export { type LogRecord, LogWriter, readLog } from './log.js'
export { inputNote, type ModelMetadata, modelMetadataEntries, parseModelMetadata } from './model-bundle.js'
export type { Oddity, OddityKind } from './oddities.js'
export type { Photo, Split } from './photo.js'
export { type RecordedPhoto, type RecordedPhotos, recordPhotos } from './recorded.js'
export { MAX_CHECKPOINT_BYTES, type RunFile, RunFolder } from './run-folder.js'
export type { RunDetails, RunRecord, RunState } from './run-record.js'
export {
  DEFAULT_VALID_FRACTION,
  type Divisible,
  foldsOf,
  type SeedSplit,
  type SplitRecord,
  splitBySeed,
} from './split.js'
