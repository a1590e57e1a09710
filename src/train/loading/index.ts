export {
  BATCHES_AHEAD,
  BatchLoader,
  type BatchLoaderOptions,
  type EpochOptions,
  KEPT_BYTES,
  type LoadedBatch,
  type LoadItem,
} from './batch-loader.js'
