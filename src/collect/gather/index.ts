export { type Chooser, Gatherer, type GatherOptions, type SourceFailure, type Subject } from './gatherer.js'
export { type PreviewedPhoto, preview } from './preview.js'
export { type SourceTally, Tally } from './tally.js'
