export type {
  Backbone,
  BackboneDescription,
  BackboneLayer,
  LayerGroup,
  NetworkOptions,
  Origin,
  Preprocessing,
  TrunkOptions,
} from './backbone.js'
export {
  appendFeatures,
  appendPools,
  appendPreprocessing,
  type FeatureModelOptions,
  type FeatureSpec,
  featureModel,
  featureWidth,
  type Pool,
} from './features.js'
export { readSafetensors, type Safetensors } from './files/safetensors.js'
export { writeSafetensors } from './files/safetensors-writer.js'
export { type BackboneListing, listBackbones, publishedOrigin } from './list.js'
export { checkBackboneName, isOwnFile, type LoadOptions, loadBackbone } from './load.js'
export { packBackbone } from './pack.js'
export { channelOrders, type PreprocessingOptions, ranges } from './preprocessing/index.js'
