export { findingsBeside } from './beside.js'
export type { ConfigFinding } from './configs.js'
export { channelOrders, givesNumbers, type PreprocessingOptions, ranges } from './given.js'
export { metadataFinding } from './metadata.js'
export { preparedAsWeights } from './of-weights.js'
export {
  type Channels,
  describePreprocessing,
  type Finding,
  imageNet,
  isSame,
  rawBytes,
  zeroToOne,
} from './preprocessing.js'
export { type InnerLayers, type Resolved, resolvePreprocessing, type Sources } from './resolve.js'
