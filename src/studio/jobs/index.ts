export { Jobs, type JobsOptions } from './jobs.js'
export { openJobs } from './open-jobs.js'
export type { DamagedRecord } from './record.js'
