export { type Chooser, Gatherer, type GatherOptions, type Subject } from './gather.js'
export { type SourceTally, Tally } from './tally.js'
