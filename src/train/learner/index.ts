export { Learner } from './learner.js'
export { type BesidePhotos, LearnerData, type LearnerDataOptions } from './learner-data.js'
export type { LearnerOptions } from './options.js'
