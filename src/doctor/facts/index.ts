export type { HeaderFacts, LightFacts, LookFacts, PhotoFacts } from './facts.js'
export { readHeaderFacts } from './file-header.js'
export { type Gathered, type GatherOptions, gatherFacts, type LostFile, type MeasuredFile } from './gather.js'
export { measureFacts } from './measure.js'
