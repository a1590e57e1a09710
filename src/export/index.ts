export { type GivenModel, inFloat32, readGiven } from './convert.js'
export { type Precision, precisions } from './precision.js'
