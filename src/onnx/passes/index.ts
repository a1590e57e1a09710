export { bindDims } from './bind-dims.js'
export { foldBatchNorm } from './fold-batch-norm.js'
export { pruneUnused } from './prune-unused.js'
