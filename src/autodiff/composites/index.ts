export { type Convolution, filterGradient, imageGradient } from './convolution.js'
export { expandComposites, expandNode, isComposite } from './expand.js'
export { between, boundOf } from './masks.js'
