export {
  type Beside,
  judgeBeside,
  type LabelledPhoto,
  type LabelledPhotos,
  type PrecisionFigures,
  viewOf,
} from './beside.js'
export {
  builtOf,
  type Converted,
  exportedFile,
  type GivenModel,
  inFloat16,
  inFloat32,
  readGiven,
} from './convert.js'
export { HUB_MODEL, huggingFaceFiles } from './huggingface/index.js'
export { inInt8 } from './int8/index.js'
export { movedNotes } from './moved.js'
export { type Precision, precisions } from './precision.js'
