export { type QueueAddress, queueAddress } from './address.js'
export { EngineQueue, type EngineQueueOptions } from './engine-queue.js'
export { type Release, releaseOf } from './release.js'
export { type JobEvent, runWorker, type WorkerOptions } from './worker.js'
