export {
  isPrivateHost,
  PrivateAddressError,
  parseAddress,
  publicLookup,
  RedirectError,
  requirePublicHost,
  showAddress,
} from './address.js'
export { type Download, type DownloadOptions, download, type FileKind, zipFile } from './download.js'
export { type FileHeaders, inspect } from './inspect.js'
export { type Received, readBytes, TooLargeError } from './read-bytes.js'
export { type RetryOptions, TransientError, withRetries } from './retry.js'
export { type StreamOptions, streamAddress } from './stream.js'
export { Client, type ClientOptions, hostAndPort, RefusedError } from './transfer.js'
