export { relightByKernels } from './relight.js'
export { blendByKernels, usedInputs } from './resize.js'
export { samplerOf } from './warp.js'
