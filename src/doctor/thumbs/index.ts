export { Thumbs } from './threads.js'
