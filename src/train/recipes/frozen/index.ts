export { autoCandidates, autoSpec } from './candidates.js'
export { choose, type Decision, examplesOf } from './choice.js'
export { AutoFeatures, firstColumns } from './features.js'
export { unstandardized } from './head.js'
