export { type ThumbHaste, Thumbs } from './threads.js'
