export { checkAnswers } from './answers/index.js'
export { filesBeside } from './files-beside.js'
export { importNetwork, onnxBackbone } from './onnx-backbone.js'
export type { RecordedPhotos } from './photos/index.js'
