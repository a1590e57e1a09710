export { bodyOf } from './body.js'
export { type Cut, cutOf, keptBytes } from './cut.js'
export {
  groupNumber,
  layerGroups,
  type RateSpread,
  type Rates,
  ratesOf,
  rateText,
  trunkAndHead,
} from './groups.js'
export { KeptJudge } from './judge.js'
export { keptWork } from './kept-work.js'
export { checkMix, type MixOptions } from './mix.js'
export { photoWork } from './photo-work.js'
export { type NetworkRun, withNetwork } from './run.js'
export { stateShape, type TrainedNorms } from './step-graph.js'
export { type KeptBatch, type NetworkBatch, NetworkTrainer, type NetworkWeights } from './trainer.js'
export { tunedBackbone } from './tuned.js'
export type { NetworkWorkOptions } from './work.js'
