export { ImageData, type ImageDataOptions } from './image-data.js'
export { Learner } from './learner.js'
export type { LearnerOptions } from './options.js'
