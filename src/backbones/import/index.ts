export { filesBeside } from './files-beside.js'
export { onnxBackbone } from './onnx-backbone.js'
export type { RecordedPhotos } from './photos/index.js'
