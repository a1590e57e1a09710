export type { HeaderFacts, LightFacts, LookFacts, PhotoFacts } from './facts.js'
export { readHeaderFacts } from './file-header.js'
export { type FactsHelp, factsBy, fillFacts, type MeasuredElsewhere, type UnknownPhoto } from './fill.js'
export { attempt, forgetOldest } from './forget-oldest.js'
export {
  type Gathered,
  type GatherOptions,
  gatherFacts,
  type LostFile,
  lookingTask,
  type MeasuredFile,
} from './gather.js'
export { measureFacts } from './measure.js'
export { FactsInPassing } from './passing.js'
export { keptText } from './reader.js'
export { factsFolder } from './store.js'
