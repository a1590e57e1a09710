export { type Chooser, Gatherer, type GatherOptions, type SourceFailure } from './gatherer.js'
export { type PreviewedPhoto, preview } from './preview.js'
export type { Subject } from './subject.js'
export { type SourceTally, Tally } from './tally.js'
