export type {
  Backbone,
  BackboneLayer,
  LayerGroup,
  Origin,
  Preprocessing,
  TrunkOptions,
} from './backbone.js'
export {
  appendFeatures,
  appendPreprocessing,
  type FeatureModelOptions,
  type FeatureSpec,
  featureModel,
  featureWidth,
  type Pool,
} from './features.js'
