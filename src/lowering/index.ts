export { blockSize } from './block-size.js'
export { type LowerOptions, lowerGraph } from './lower-graph.js'
