export { watchDisk } from './watch-disk.js'
