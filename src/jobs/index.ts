export type { JobEngine, JobList } from './engine.js'
export { EngineHere } from './here.js'
export { inOrder } from './in-order.js'
export {
  type Division,
  type Job,
  type JobContext,
  type JobKind,
  type JobOutcome,
  type Json,
  jobKey,
  jobKind,
} from './job.js'
export { JobKinds, type JobKindTable } from './kinds.js'
export { type Closeable, LastUsed } from './last-used.js'
export { type Performed, perform } from './perform.js'
export {
  EngineQueue,
  type EngineQueueOptions,
  type JobEvent,
  type QueueAddress,
  queueAddress,
  type Release,
  releaseOf,
  runWorker,
  type WorkerOptions,
} from './queue/index.js'
export { getJob, getResult, hasResult, putJob, putResult, removeJob } from './results.js'
export { type BlobStore, FolderStore, openStore, type StoreOptions } from './store/index.js'
export { EngineThreads } from './threads.js'
