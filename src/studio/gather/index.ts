export { clearIncoming, receiveFile } from './incoming.js'
export { tellOfPhotos } from './tell-of-photos.js'
