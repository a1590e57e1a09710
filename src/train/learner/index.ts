export { Learner } from './learner.js'
export { LearnerData, type LearnerDataOptions } from './learner-data.js'
export type { LearnerOptions } from './options.js'
