export { keptWhile } from './kept-while.js'
export { namesIn } from './names-in.js'
export { watchDisk } from './watch-disk.js'
