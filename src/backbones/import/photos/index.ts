export { floatInput } from './byte-input.js'
export { type ImageGraph, imageGraph } from './image-input.js'
export { photoInput } from './photo-input.js'
export { type PhotoOptions, photosOf, type RecordedPhotos } from './photos.js'
