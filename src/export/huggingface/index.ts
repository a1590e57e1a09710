export { HUB_MODEL, huggingFaceFiles } from './folder.js'
